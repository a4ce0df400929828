"""Limit windows of several agents: each is of its own account, and warnings are of all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.domain.hits import FIVE_HOUR
from engine.domain.limit_windows import Budget
from engine.domain.responses import PICO
from engine.domain.settings import Settings
from engine.limits.readings import Reading
from engine.monitor import Monitor
from tests.agents.made_codex import Thread, counts, token_count
from tests.conftest import NOW
from tests.made_lines import DAY, HOUR, MINUTE, Clock, answer, write
from tests.turns import attend

RESET = NOW + 2 * HOUR


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def monitor(settings: Callable[..., Settings], clock: Clock, home: Path) -> Monitor:
    (home / ".claude" / "projects").mkdir(parents=True)
    budget = Budget("day", "cost", 10 * PICO)
    return Monitor(settings(clock=clock, budgets=(budget,)))


def _codex(home: Path, at: int, *, input: int = 1_000, percent: float | None = None) -> None:
    thread = Thread(1, at - MINUTE)
    thread.turn()
    thread.respond(input, 0, 0, 10, 0)
    if percent is not None:
        window = {"used_percent": percent, "window_minutes": 300, "resets_at": RESET // 1_000}
        total = counts(*thread.total)
        thread.lines.append(token_count(at, total, total, rate_limits={"primary": window}))
    thread.write(home / ".codex")


def _refusal(at: int) -> bytes:
    record = json.loads(answer("h", at, 0))
    record["message"] |= {"model": "<synthetic>", "content": [{"type": "text", "text": "limit"}]}
    quota = {"status": "rejected", "resetsAt": RESET // 1_000, "rateLimitType": "five_hour"}
    record |= {"uuid": "h", "isApiErrorMessage": True, "error": "rate_limit"}
    return json.dumps({**record, "apiErrorStatus": 429, "quotaLimits": quota}).encode() + b"\n"


def test_codex_windows_stand_beside_claudes_whatever_account_claude_has(
    monitor: Monitor, home: Path
) -> None:
    _codex(home, NOW - MINUTE, percent=62.0)
    monitor.limits.note_readings([Reading(FIVE_HOUR, 0.2, RESET, NOW, owner="someone/")])
    attend(monitor)
    windows = {window.window: window for window in monitor.snapshot().windows}
    assert (windows["five_hour"].used_share, windows["five_hour:codex"].used_share) == (0.2, 0.62)
    assert windows["five_hour:codex"].label == "5 hours · Codex"
    assert windows["five_hour:codex"].resets_at == RESET


def test_what_another_agent_is_answered_does_not_end_a_hit(
    monitor: Monitor, home: Path, clock: Clock
) -> None:
    write(home / ".claude", _refusal(NOW))
    attend(monitor)
    assert monitor.snapshot().hit is not None
    clock.now += HOUR
    _codex(home, clock.now)
    attend(monitor)
    assert monitor.snapshot().today.agents == ("codex",)
    assert monitor.snapshot().hit is not None
    write(home / ".claude", answer("ok", clock.now))
    attend(monitor)
    assert monitor.snapshot().hit is None


def test_warnings_come_for_all_agents_while_one_is_shown_alone(
    monitor: Monitor, home: Path
) -> None:
    _codex(home, NOW - MINUTE, input=4_000_000)
    write(home / ".claude", answer("a", NOW - DAY))
    attend(monitor)
    monitor.show_agents(("codex",))
    assert not any(each.window.startswith("budget") for each in monitor.snapshot().windows)
    write(home / ".claude", answer("b", NOW - MINUTE, 1_000_000))
    monitor.limits.note_readings([Reading(FIVE_HOUR, 0.93, RESET, NOW)])
    told = {(event.window, event.level) for event in attend(monitor)}
    assert ("five_hour", "critical") in told
    assert ("budget:day", "reached") in told
    assert monitor.snapshot().today.agents == ("codex",)
