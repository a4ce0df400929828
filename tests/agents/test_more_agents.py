"""Stores of many agents in one home: true totals in every grouping, also while they grow."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.domain.questions import Question
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.agents import test_amp as amp
from tests.agents import test_cline as cline
from tests.agents import test_codebuff as codebuff
from tests.agents import test_grok as grok
from tests.agents import test_growing_documents as growing
from tests.agents import test_kimi as kimi
from tests.agents import test_openclaw as openclaw
from tests.agents.made_pi import answer, head, usage, write
from tests.agents.test_grown import CRUSH, put
from tests.agents.writers import create
from tests.patience import PATIENCE
from tests.report_keys import REPORT_KEYS

MakeSettings = Callable[..., Settings]

_STORAGE = ".config/VSCodium/User/globalStorage"
_PI = "sessions/--code-app--/2026-05-01T10-00-00-000Z_s1.jsonl"

TRUE = {
    "amp": 9,
    "cline": 11,
    "codebuff": 154,
    "crush": 0,
    "droid": 13,
    "gajae": 17,
    "grok": 19,
    "kilo-code": 23,
    "kimi": 29,
    "kimi-code": 31,
    "mux": 37,
    "oh-my-pi": 41,
    "openclaw": 43,
    "pi": 47,
    "roo": 53,
}
"""Tokens that the home below holds of each agent."""


@pytest.fixture
def stores(home: Path) -> Path:
    """A home with a store of each of these agents."""
    amp.write(home / ".local/share/amp", usageLedger={"events": [amp.event("e1", 1, 5, 4)]})
    codebuff.write(home / ".config/manicode", codebuff.message("m1", usage=codebuff.PLAIN))
    growing.write(home / ".factory/sessions/-a/s1.settings.json", growing.session(10, 3))
    growing.write(
        home / ".mux/sessions/w1/session-usage.json",
        growing.workspace(None, openai__gpt=(30, 7, 0, 0, 0)),
    )
    write(home / ".grok" / grok.UPDATES, grok.turn("e1", 1, usage=grok.used(15, 4, 0, 4)))
    write(home / ".kimi" / kimi.CLI, kimi.status("m1", 1, 20, 9, 0, 0))
    write(home / ".kimi-code" / kimi.CODED, kimi.record(1, "turn", 30, 1, 0, 0))
    for place, tokens in ((".gjc", 17), (".omp", 41), (".pi", 47)):
        write(home / place / "agent" / _PI, head("s1"), answer("a", 1, usage(tokens - 1, 1)))
    write(
        home / ".openclaw/agents/main/sessions/s1.jsonl",
        head("s1"),
        answer("a", 1, usage(42, 1)),
    )
    for name, tokens in (
        ("saoudrizwan.claude-dev", 11),
        ("kilocode.kilo-code", 23),
        ("rooveterinaryinc.roo-cline", 53),
    ):
        shown = home / _STORAGE / name / cline.TASK
        cline.write(shown, [cline.request(1, tokens - 1, 1)])
        cline.write(shown.parent / ".git" / shown.name, [cline.request(1, 1_000, 1)])
    index = {"projects": [{"path": str(home / "alpha"), "data_dir": str(home / "alpha/.crush")}]}
    cline.write(home / ".local/share/crush/projects.json", index)
    with closing(create(home / "alpha/.crush/crush.db", CRUSH)) as connection:
        put(connection, "sessions", id="c1", cost=0.5, created_at=cline.START // 1000)
    return home


def test_every_grouping_has_the_totals_of_all_stores(stores: Path, settings: MakeSettings) -> None:
    with Monitor(settings()) as monitor:
        monitor.read()
        found = {each.agent: each for each in monitor.agents() if each.is_found}
        assert {name: each.tokens for name, each in found.items()} == TRUE
        assert found["crush"].recorded_cost == 500_000_000_000
        assert [each.unreadable for each in found.values() if each.unreadable] == []
        assert {name for name, each in found.items() if each.note} == {"crush", "droid", "mux"}
        for asked in REPORT_KEYS:
            totals = monitor.answers.answer(Question(kind=asked)).totals.figures
            assert (asked, totals.tokens.total) == (asked, sum(TRUE.values()))
            assert set(totals.agents) == set(TRUE)


def test_stores_that_grow_are_followed(stores: Path, settings: MakeSettings) -> None:
    total = sum(TRUE.values())
    with Monitor(settings(is_polling=False)) as monitor:
        monitor.start(lambda: None)
        _wait_for(monitor, total)
        _append(stores / ".pi/agent" / _PI, answer("b", 2, usage(99, 1)))
        _wait_for(monitor, total + 100)
        growing.write(stores / ".factory/sessions/-a/s1.settings.json", growing.session(20, 3))
        _wait_for(monitor, total + 110)
        task = cline.TASK.replace("t1", "t2")
        new = stores / _STORAGE / "saoudrizwan.claude-dev" / task
        cline.write(new, [cline.request(1, 4, 1)])
        _wait_for(monitor, total + 115)
        agent = stores / ".openclaw"
        with closing(openclaw.database(agent)) as connection:
            openclaw.put(connection, "s2", head("s2"), answer("c", 3, usage(6, 1)))
            _wait_for(monitor, total + 122)
            openclaw.put(connection, "s2", answer("d", 4, usage(7, 1)))
            _wait_for(monitor, total + 130)


def _append(path: Path, record: Any) -> None:
    with path.open("a") as file:
        file.write(json.dumps(record) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _wait_for(monitor: Monitor, tokens: int) -> None:
    end = time.monotonic() + PATIENCE
    seen = -1
    while time.monotonic() < end:
        seen = monitor.report("daily").totals.figures.tokens.total
        if seen == tokens:
            return
        time.sleep(0.05)
    raise AssertionError(f"{seen} tokens instead of {tokens} within {PATIENCE} s")
