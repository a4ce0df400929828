"""Stores of the newer agents are followed while they grow, two of them in one directory."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.agents.made_more import (
    ANTIGRAVITY,
    DAY,
    DESKTOP,
    DEVIN,
    ZED,
    antigravity,
    desktop,
    devin,
    generation,
    junie_use,
    write_lines,
    zed,
    zed_counts,
)
from tests.agents.test_copilot import TOTAL as CALLED
from tests.agents.test_copilot import database, event, events
from tests.agents.test_copilot_app_and_chat import CHAT, request
from tests.patience import PATIENCE

MakeSettings = Callable[..., Settings]

JUNIE = ".junie/sessions/j/events.jsonl"
USER = ".config/Code/User"


def test_the_app_and_the_command_line_of_copilot_share_a_directory(
    home: Path, settings: MakeSettings, tmp_path: Path
) -> None:
    given = settings(ledger=str(tmp_path / "ledger.db"))
    desktop(home / DESKTOP, "app", (1_000, 200, 400, 0))
    desktop(home / DESKTOP, "s1", (9_000, 9_000, 0, 0))
    database(home / ".copilot")
    events(home / ".copilot")
    for _ in range(2):
        with Monitor(given) as monitor:
            monitor.catch_up()
            found = {each.agent: each for each in monitor.agents() if each.is_found}
            assert {name: (each.tokens, each.files) for name, each in found.items()} == {
                "copilot": (CALLED, 2),
                "copilot-desktop": (1_200, 1),
            }
            assert monitor.report("daily").totals.figures.tokens.total == CALLED + 1_200


def test_what_the_command_line_was_refused_stays_said_beside_the_app(
    home: Path, settings: MakeSettings
) -> None:
    desktop(home / DESKTOP, "app", (1_000, 200, 400, 0))
    (home / ".copilot/session-store.db").write_bytes(b"no database" * 100)
    with Monitor(settings()) as monitor:
        for _ in range(2):
            monitor.read()
            found = {each.agent: each for each in monitor.agents() if each.is_found}
            assert found["copilot-desktop"].tokens == 1_200
            (unreadable,) = found["copilot"].unreadable
            assert unreadable[0].endswith("session-store.db")


def test_stores_that_grow_are_followed(home: Path, settings: MakeSettings) -> None:
    antigravity(home / ANTIGRAVITY, generation("r1"))
    zed(home / ZED, "t1", {"cumulative_token_usage": zed_counts(400, 60)})
    devin(home / DEVIN, [("s", "r", (10, 20, 30, 40))])
    desktop(home / DESKTOP, "app", (1_000, 200, 400, 0))
    write_lines(home / JUNIE, junie_use("gpt-5.2", (7, 1, 2, 0), 0.1, DAY))
    write_lines(home / USER / CHAT, {"kind": 0, "v": {"requests": [request("a", 100, 5)]}})
    total = 425 + 460 + 100 + 1_200 + 10 + 105
    with Monitor(settings(is_polling=False)) as monitor:
        monitor.start(lambda: None)
        _wait_for(monitor, total)
        antigravity(home / ANTIGRAVITY, generation("r2"))
        _wait_for(monitor, total := total + 425)
        zed(home / ZED, "t2", {"cumulative_token_usage": zed_counts(30, 1)})
        _wait_for(monitor, total := total + 31)
        devin(home / DEVIN, [("s2", "r", (10, 20, 30, 40)), ("s2", "r2", (1, 2, 3, 4))])
        _wait_for(monitor, total := total + 10)
        desktop(home / DESKTOP, "more", (50, 2, 0, 0))
        _wait_for(monitor, total := total + 52)
        with (home / JUNIE).open("ab") as file:
            file.write(_lines(home, junie_use("gpt-5.2", (70, 10, 20, 0), 0.1, DAY + 1)))
        _wait_for(monitor, total := total + 100)
        more = {"kind": 2, "k": ["requests"], "v": [request("b", 200, 7)]}
        with (home / USER / CHAT).open("ab") as file:
            file.write(_lines(home, more))
        _wait_for(monitor, total := total + 207)
        other = home / USER / "workspaceStorage/0new/chatSessions/other.jsonl"
        write_lines(other, {"kind": 0, "v": {"requests": [request("c", 1_000, 9)]}})
        _wait_for(monitor, total := total + 1_009)
        (home / ".copilot/session-state/s1").mkdir(parents=True)
        called = event((3, 1, 0, 0, 0), DAY)
        write_lines(home / ".copilot/session-state/s1/events.jsonl", called)
        _wait_for(monitor, total + 4)


def _lines(home: Path, *lines: object) -> bytes:
    return write_lines(home / "lines", *lines).read_bytes()


def _wait_for(monitor: Monitor, tokens: int) -> None:
    end = time.monotonic() + PATIENCE
    seen = -1
    while time.monotonic() < end:
        seen = monitor.report("daily").totals.figures.tokens.total
        if seen == tokens:
            return
        time.sleep(0.05)
    raise AssertionError(f"{seen} tokens instead of {tokens} within {PATIENCE} s")
