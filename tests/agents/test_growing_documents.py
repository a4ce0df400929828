"""Droid and Mux, whose documents hold growing counts: increments, booked when they came."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.agents import droid, mux
from engine.agents.base import Agent, Place, Told
from engine.domain.questions import Question
from engine.domain.responses import Sighting
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.agents.reading import merged, read_home, tell_home
from tests.conftest import NOW
from tests.made_lines import moment

BEGUN = "2026-05-01T10:00:00.000Z"
DAY = 86_400_000
KINDS = ("inputTokens", "outputTokens", "cacheCreationTokens", "cacheReadTokens", "thinkingTokens")


def session(*used: int, **more: Any) -> dict[str, Any]:
    return {
        "model": "claude-opus-4-5-20251101",
        "providerLock": "anthropic",
        "providerLockTimestamp": BEGUN,
        "tokenUsage": dict(zip(KINDS, used, strict=False)),
        **more,
    }


def workspace(last: int | None, **models: tuple[int, ...]) -> dict[str, Any]:
    names = ("input", "output", "cached", "cacheCreate", "reasoning")
    return {
        "version": 1,
        "byModel": {
            name.replace("__", ":"): {
                kind: {"tokens": count, "cost_usd": count / 1000}
                for kind, count in zip(names, counts, strict=True)
            }
            for name, counts in models.items()
        },
        "lastRequest": {"timestamp": last},
    }


def write(path: Path, record: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(record))
    os.replace(draft, path)
    return path


def read(agent: Agent, record: Any, path: str, state: bytes, now: int) -> tuple[Told, bytes]:
    told = Told(agent.name)
    state = agent.document(json.dumps(record).encode(), Place("/r", path, now), state, told)
    return told, state


def seen(told: Told) -> list[Sighting]:
    return [sighting for _, sighting in told.sightings]


def test_a_session_of_droid_is_booked_as_it_grows() -> None:
    path = "a/s1.settings.json"
    first, state = read(droid.AGENT, session(100, 20, 5, 7, 3), path, b"", NOW)
    again, state = read(droid.AGENT, session(100, 20, 5, 7, 3), path, state, NOW + 1)
    grown, state = read(droid.AGENT, session(150, 20, 5, 9, 4), path, state, NOW + 2)
    less, _ = read(droid.AGENT, session(10, 2), path, state, NOW + 3)
    (one,), (two,) = seen(first), seen(grown)
    assert (one.time, two.time) == (moment("2026-05-01T10:00"), NOW + 2)
    assert (one.tokens.input, one.tokens.output, one.tokens.cache_write_5m) == (100, 23, 5)
    assert (one.tokens.cache_read, one.reasoning) == (7, 3)
    assert (two.tokens.input, two.tokens.output, two.tokens.cache_read) == (50, 1, 2)
    assert (one.session, one.provider) == ("s1", "anthropic")
    assert not again.sightings
    assert not less.sightings


@pytest.mark.parametrize(("total", "output"), [(None, 25), (160, 25), (155, 20)])
def test_thinking_stands_beside_the_output_unless_the_total_says_otherwise(
    total: int | None, output: int
) -> None:
    record = session(100, 20, 10, 25, 5)
    record["tokenUsage"]["totalTokens"] = total
    (one,) = seen(read(droid.AGENT, record, "s1.settings.json", b"", NOW)[0])
    assert (one.tokens.output, one.reasoning) == (output, 5)


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("gpt-5.2", "gpt-5.2"),
        ("custom:Claude-Opus-4.5-Thinking-[Anthropic]-0", "Claude-Opus-4.5-Thinking"),
        ("custom:GLM-4.7-[Z.AI]-12", "GLM-4.7"),
        ("Claude-Sonnet-4-[Anthropic]", "Claude-Sonnet-4"),
        (None, "Claude-Opus-4.5-Thinking"),
    ],
)
def test_the_model_is_named_plainly_or_by_the_transcript(
    tmp_path: Path, model: str | None, name: str
) -> None:
    write(tmp_path / "s1.settings.json", session(1, 1, model=model))
    said = "<system-reminder>\nModel: Claude Opus 4.5 Thinking [Anthropic]\n"
    write(tmp_path / "s1.jsonl", {"type": "message", "text": said})
    (found,) = read_home(droid.AGENT, tmp_path).values()
    assert found.model == name


def test_a_session_without_a_time_is_of_when_it_was_written(tmp_path: Path) -> None:
    path = write(tmp_path / "s1.settings.json", session(1, 1, providerLockTimestamp=None))
    write(tmp_path / "s2.settings.json", session(0, 0))
    write(tmp_path / "s3.settings.json", {"model": "x", "tokenUsage": None})
    os.utime(path, (NOW / 1000 - 60, NOW / 1000 - 60))
    (found,) = read_home(droid.AGENT, tmp_path).values()
    assert found.time == NOW - 60_000


def test_a_broken_document_is_said(tmp_path: Path) -> None:
    (tmp_path / "s1.settings.json").write_text('{"model":')
    told = tell_home(droid.AGENT, tmp_path)
    assert not told.sightings
    assert len(told.problems) == 1


def test_a_workspace_of_mux_is_booked_by_model_as_it_grows() -> None:
    path = "sessions/w1/session-usage.json"
    start = workspace(NOW - DAY, anthropic__opus=(100, 20, 50, 10, 5), plain=(1, 1, 0, 0, 0))
    first, state = read(mux.AGENT, start, path, b"", NOW)
    more = workspace(NOW - 5, anthropic__opus=(110, 20, 50, 10, 6), plain=(1, 1, 0, 0, 0))
    grown, state = read(mux.AGENT, more, path, state, NOW)
    again, _ = read(mux.AGENT, more, path, state, NOW)
    opus, plain = seen(first)
    assert (opus.provider, opus.model, opus.session) == ("anthropic", "opus", "w1")
    assert (plain.provider, plain.model) == ("", "plain")
    tokens = opus.tokens
    assert (tokens.input, tokens.output, tokens.cache_read) == (100, 25, 50)
    assert (tokens.cache_write_5m, opus.reasoning, opus.time) == (10, 5, NOW - DAY)
    assert opus.recorded == 185 * 10**9
    (one,) = seen(grown)
    assert (one.tokens.input, one.tokens.output, one.time) == (10, 1, NOW - 5)
    assert one.recorded == 11 * 10**9
    assert not again.sightings
    assert len(merged(first.sightings + grown.sightings)) == 3


def test_growth_is_booked_on_its_day_through_the_ledger(
    home: Path, settings: Callable[..., Settings], tmp_path: Path
) -> None:
    path = home / ".factory/sessions/-code-app/s1.settings.json"
    for number, used in enumerate((100, 100, 130, 30)):
        write(path, session(used, 0))
        given = settings(
            ledger=str(tmp_path / "ledger.db"), clock=lambda day=number: NOW + day * DAY
        )
        with Monitor(given) as monitor:
            monitor.catch_up()
            rows = monitor.answers.answer(Question(kind="daily")).rows
    days = [(each.row.key, each.row.figures.tokens.total) for each in rows]
    assert days == [("2026-05-01", 100), ("2026-11-24", 30)]
