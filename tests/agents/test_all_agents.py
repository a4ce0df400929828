"""All agents' stores in one home: true totals, equal in every grouping, also while they grow."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from engine.domain.questions import Question, Selection
from engine.domain.reports import Figures
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.made_lines import answer, moment, write
from tests.patience import PATIENCE
from tests.report_keys import REPORT_KEYS, TAB_KEYS

MakeSettings = Callable[..., Settings]

TRUE = {"claude": 7_905, "codex": 16_770, "opencode": 7_480, "gemini": 7_240, "cursor": 22_380}
"""Tokens of each sample home (TRUTH.md)."""


@pytest.fixture
def samples(shared: Path, home: Path) -> Path:
    """A home with the samples of all agents side by side."""
    for agent in TRUE:
        shutil.copytree(shared / "data" / "agents" / agent, home, dirs_exist_ok=True)
    for place in (home, *home.rglob("*")):
        place.chmod(0o755 if place.is_dir() else 0o644)
    return home


def _figures(figures: Figures) -> tuple[object, ...]:
    tokens = figures.tokens
    return (
        figures.responses,
        (tokens.input, tokens.output, tokens.cache_read, tokens.cache_write),
        figures.cost,
        figures.reasoning,
        set(figures.agents),
        figures.unpriced,
    )


def test_every_grouping_of_all_agents_has_the_same_totals(
    samples: Path, settings: MakeSettings
) -> None:
    with Monitor(settings()) as monitor:
        monitor.read()
        whole = monitor.report("daily").totals.figures
        assert whole.tokens.total == sum(TRUE.values())
        assert whole.reasoning == 96 + 50 + 75
        for kind in TAB_KEYS:
            report = monitor.report(kind)
            assert _figures(report.totals.figures) == _figures(whole), kind
        for asked in REPORT_KEYS:
            totals = monitor.answers.answer(Question(kind=asked)).totals.figures
            assert _figures(totals) == _figures(whole), asked


@pytest.mark.parametrize("agent", TRUE)
def test_one_agent_alone_gives_its_true_total_in_every_grouping(
    agent: str, samples: Path, settings: MakeSettings
) -> None:
    with Monitor(settings()) as monitor:
        monitor.read()
        for asked in REPORT_KEYS:
            question = Question(kind=asked, selection=Selection(agents=(agent,)))
            figures = monitor.answers.answer(question).totals.figures
            assert (asked, figures.tokens.total) == (asked, TRUE[agent])
            assert figures.agents == (agent,)
        monitor.show_agents((agent,))
        for kind in TAB_KEYS:
            assert monitor.report(kind).totals.figures.tokens.total == TRUE[agent], kind


def test_reading_again_and_in_another_process_changes_nothing(
    samples: Path, settings: MakeSettings, tmp_path: Path
) -> None:
    given = settings(ledger=str(tmp_path / "ledger.db"))
    totals = []
    for _ in range(3):
        with Monitor(given) as monitor:
            monitor.catch_up()
            totals.append(_figures(monitor.answers.answer(Question(kind="daily")).totals.figures))
        for path in samples.rglob("*.jsonl"):
            path.touch()
    assert totals[0] == totals[1] == totals[2]


def test_stores_that_grow_are_followed(samples: Path, settings: MakeSettings) -> None:
    with Monitor(settings(is_polling=False)) as monitor:
        monitor.start(lambda: None)
        _wait_for(monitor, sum(TRUE.values()))
        write(samples / ".claude", answer("new", moment("2026-11-22T12:00"), 1_001))
        _wait_for(monitor, sum(TRUE.values()) + 1_001)
        with (samples / ".gemini/tmp/beta/chats/session-2026-05-02T11-00-bbbbbbbb.jsonl").open(
            "a"
        ) as file:
            tokens = {"input": 20, "output": 3, "cached": 0, "thoughts": 0, "tool": 0, "total": 23}
            line = {
                "id": "new",
                "timestamp": "2026-11-22T12:01:00.000Z",
                "type": "gemini",
                "model": "gemini-2.5-pro",
                "tokens": tokens,
            }
            file.write(json.dumps(line) + "\n")
        _wait_for(monitor, sum(TRUE.values()) + 1_024)
        _append_message(samples / ".local" / "share" / "opencode" / "opencode.db")
        _wait_for(monitor, sum(TRUE.values()) + 1_024 + 60)


def _append_message(path: Path) -> None:
    """Add a response of 60 tokens, as OpenCode does."""
    time = moment("2026-11-22T12:02")
    data = {
        "role": "assistant",
        "modelID": "gpt-5.2",
        "providerID": "openai",
        "cost": 0,
        "path": {"cwd": "/home/u/alpha", "root": "/home/u/alpha"},
        "tokens": {"input": 50, "output": 10, "reasoning": 0, "cache": {"read": 0, "write": 0}},
        "time": {"created": time, "completed": time + 1},
    }
    with closing(sqlite3.connect(path)) as connection:
        session = connection.execute("SELECT session_id FROM message LIMIT 1").fetchone()[0]
        connection.execute(
            "INSERT INTO message (id, session_id, time_created, time_updated, data)"
            " VALUES ('msg_new', ?, ?, ?, ?)",
            (session, time, time, json.dumps(data)),
        )
        connection.commit()


def _wait_for(monitor: Monitor, tokens: int) -> None:
    end = time.monotonic() + PATIENCE
    seen = -1
    while time.monotonic() < end:
        seen = monitor.report("daily").totals.figures.tokens.total
        if seen == tokens:
            return
        time.sleep(0.05)
    raise AssertionError(f"{seen} tokens instead of {tokens} within {PATIENCE} s")
