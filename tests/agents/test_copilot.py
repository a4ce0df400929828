from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.agents.base import Place, Told, UnknownStore
from engine.agents.copilot import AGENT, STORE, Copilot
from engine.agents.opened import open_read_only
from engine.domain.responses import Sighting
from engine.domain.times import iso_time
from tests.agents.reading import merged, read_home, tell_home
from tests.agents.writers import create
from tests.conftest import NOW

TABLES = (
    "CREATE TABLE sessions(id TEXT PRIMARY KEY, cwd TEXT)",
    "CREATE TABLE assistant_usage_events(id INTEGER PRIMARY KEY AUTOINCREMENT, "
    "session_id TEXT NOT NULL, turn_index INTEGER, agent_id TEXT, model TEXT NOT NULL, "
    "input_tokens INTEGER, output_tokens INTEGER, cache_read_tokens INTEGER, "
    "cache_write_tokens INTEGER, reasoning_tokens INTEGER, total_nano_aiu INTEGER, "
    "created_at TEXT DEFAULT (datetime('now')))",
)
DAY = 1_777_629_600_000
"""2026-05-01 10:00 UTC."""

Counts = tuple[int, int, int, int, int]
"""Whole input, output, cache read, cache write, reasoning."""

SOME: tuple[Counts, ...] = ((1000, 50, 600, 100, 20), (1200, 60, 900, 0, 0), (1200, 60, 900, 0, 0))
TOTAL = 1000 + 50 + 2 * (1200 + 60)


def add(
    connection: sqlite3.Connection, counts: Counts, time: int, session: str = "s1", **given: Any
) -> None:
    row = {
        "session_id": session,
        "model": "claude-sonnet-4.5-1m",
        "created_at": iso_time(time)[:19].replace("T", " "),
        **dict(
            zip(
                ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"),
                counts,
                strict=False,
            )
        ),
        "reasoning_tokens": counts[4],
        **given,
    }
    names = ", ".join(row)
    marks = ", ".join("?" * len(row))
    connection.execute(
        f"INSERT INTO assistant_usage_events({names}) VALUES({marks})", tuple(row.values())
    )


def database(root: Path, calls: Sequence[Counts] = SOME, start: int = DAY) -> Path:
    with closing(create(root / STORE, TABLES)) as connection:
        connection.execute("INSERT INTO sessions VALUES('s1', '/home/u/alpha')")
        for number, each in enumerate(calls):
            add(connection, each, start + number * 1000)
    return root / STORE


def event(counts: Counts, time: int, **given: Any) -> dict[str, Any]:
    names = ("inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens")
    usage: dict[str, Any] = dict(zip(names, counts, strict=False))
    usage |= {"model": "gpt-5.2", "reasoningTokens": counts[4], **given}
    return {
        "type": "session.usage_record",
        "data": {"usage": usage},
        "timestamp": iso_time(time),
    }


def events(root: Path, calls: Sequence[Counts] = SOME, start: int = DAY) -> Path:
    path = root / "session-state" / "s1" / "events.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    begun = {"type": "session.start", "data": {"context": {"cwd": "/home/u/alpha"}}}
    talk = {"type": "assistant.message", "data": {"content": '"session.usage_record"'}}
    lines = [begun, talk, {"type": "session.shutdown", "data": {"modelMetrics": {}}}]
    lines += [event(each, start + number * 1000) for number, each in enumerate(calls)]
    path.write_text("".join(json.dumps(each) + "\n" for each in lines))
    return path


def spans(root: Path, calls: Sequence[Counts] = SOME, start: int = DAY) -> Path:
    path = root / "otel" / "a" / "spans.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, (whole, output, read, written, reasoning) in enumerate(calls):
        seconds = start // 1000 + number
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.conversation.id": "s1",
            "gen_ai.response.model": "gpt-5.2",
            "gen_ai.usage.input_tokens": whole,
            "gen_ai.usage.output_tokens": output,
            "gen_ai.usage.cache_read.input_tokens": read,
            "gen_ai.usage.cache_creation.input_tokens": written,
            "gen_ai.usage.reasoning.output_tokens": reasoning,
        }
        span = {"type": "span", "endTime": [seconds, 5_000_000], "attributes": attributes}
        lines += [{**span, "name": "chat gpt-5.2"}, {**span, "name": "invoke_agent"}]
    path.write_text("".join(json.dumps(each) + "\n" for each in lines))
    return path


def total(responses: dict[str, Sighting]) -> int:
    return sum(each.tokens.total for each in responses.values())


@pytest.mark.parametrize("places", [(database,), (events,), (spans,)])
@pytest.mark.parametrize("more", [(), (events,), (spans,), (spans, events), (database,)])
def test_a_call_counts_once_wherever_it_is_recorded(
    tmp_path: Path, places: tuple[Any, ...], more: tuple[Any, ...]
) -> None:
    for write in {*places, *more}:
        write(tmp_path)
    responses = read_home(Copilot(), tmp_path)
    assert total(responses) == TOTAL
    assert len(responses) == 3
    first = min(responses.values(), key=lambda each: each.time)
    tokens = first.tokens
    assert (tokens.input, tokens.cache_read, tokens.cache_write) == (300, 600, 100)
    assert (first.tokens.output, first.reasoning) == (50, 20)


def test_a_call_that_a_log_told_before_the_database_did_counts_once(tmp_path: Path) -> None:
    events(tmp_path)
    early = read_home(Copilot(), tmp_path)
    database(tmp_path, start=DAY + 1000)
    late = read_home(Copilot(), tmp_path)
    assert total(merged([*early.items(), *late.items()])) == TOTAL


def test_what_was_before_the_database_is_told_by_the_log(tmp_path: Path) -> None:
    events(tmp_path, ((7, 3, 0, 0, 0),), start=DAY - 3_600_000)
    database(tmp_path)
    assert total(read_home(Copilot(), tmp_path)) == TOTAL + 10


def test_the_log_is_silent_where_the_database_tells(tmp_path: Path) -> None:
    path = events(tmp_path, ((999, 9, 0, 0, 0),))
    database(tmp_path)
    assert total(read_home(Copilot(), tmp_path)) == TOTAL
    assert path.exists()


def test_the_database_tells_model_project_cost_and_sub_agent(tmp_path: Path) -> None:
    path = database(tmp_path, ())
    with closing(create(path, ())) as connection:
        add(connection, SOME[0], DAY, total_nano_aiu=4_000_000_000, agent_id="task")
    (response,) = read_home(Copilot(), tmp_path).values()
    assert (response.model, response.project) == ("claude-sonnet-4.5", "-home-u-alpha")
    assert response.recorded == 40_000_000_000
    assert (response.is_sidechain, response.agent) == (True, "task")
    assert response.time == DAY


def test_the_events_tell_project_and_cost(tmp_path: Path) -> None:
    events(tmp_path, ())
    path = tmp_path / "session-state" / "s1" / "events.jsonl"
    call = event(SOME[0], DAY, copilotUsage={"totalNanoAiu": 1e11})
    with path.open("a") as file:
        file.write(json.dumps(call) + "\n")
    (response,) = read_home(Copilot(), tmp_path).values()
    assert (response.session, response.project) == ("s1", "-home-u-alpha")
    assert response.recorded == 10**12


def test_a_database_without_calls_leaves_the_telling_to_the_events(tmp_path: Path) -> None:
    create(tmp_path / STORE, TABLES[:1]).close()
    events(tmp_path)
    assert total(read_home(Copilot(), tmp_path)) == TOTAL


def test_an_unknown_database_is_said_in_a_sentence(tmp_path: Path) -> None:
    create(tmp_path / STORE, ("CREATE TABLE assistant_usage_events(id)",)).close()
    with (
        closing(open_read_only(str(tmp_path / STORE))) as connection,
        pytest.raises(UnknownStore, match="has no calls with tokens"),
    ):
        AGENT.database(connection, Place(str(tmp_path), STORE, NOW), b"", Told("copilot"))


def test_a_damaged_line_is_said_and_the_rest_read(tmp_path: Path) -> None:
    path = events(tmp_path)
    with path.open("ab") as file:
        file.write(b'{"type":"session.usage_record","data":{"usage"\n')
        file.write(b'{"type":"session.usage_record","data":{"usage":[]},"timestamp":"x"}\n')
        file.write(json.dumps(event((5, 5, 0, 0, 0), DAY)).encode() + b"\n")
    told = tell_home(Copilot(), tmp_path)
    assert len(told.problems) == 2
    assert total(merged(told.sightings)) == TOTAL + 10


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.sampled_from(SOME), max_size=8),
    st.lists(st.integers(1, 4), min_size=1),
    st.data(),
)
def test_read_in_pieces_is_as_read_at_once(
    tmp_path_factory: pytest.TempPathFactory,
    calls: list[Counts],
    pieces: list[int],
    data: st.DataObject,
) -> None:
    root = tmp_path_factory.mktemp("store")
    events(root, calls)
    once = read_home(Copilot(), root)
    assert read_home(Copilot(), root, pieces) == once
    assert total(once) == sum(each[0] + each[1] for each in calls)
    path = database(root, ())
    state, sightings = b"", []
    with closing(create(path, ())) as connection:
        for number, each in enumerate(calls):
            add(connection, each, DAY + number * 1000)
            if data.draw(st.booleans()) or number == len(calls) - 1:
                told = Told("copilot")
                with closing(open_read_only(str(path))) as reader:
                    place = Place(str(root), STORE, NOW)
                    state = AGENT.database(reader, place, state, told)
                sightings += told.sightings
    assert merged(sightings).keys() == once.keys()
    assert read_home(Copilot(), root).keys() == once.keys()
