"""Hermes by model, and Droid and Crush by their replies: on the days when it was used."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as runs
from hypothesis import strategies as st

from engine.agents import crush, droid, hermes
from engine.agents.base import Agent, Place, Told
from engine.agents.grown import Grown, Reply, Used
from engine.agents.opened import open_read_only
from engine.domain.responses import Sighting
from engine.domain.times import iso_time
from tests.agents.reading import merged, read_home
from tests.agents.test_grown import CRUSH, HERMES, hermes_session, put
from tests.agents.writers import create
from tests.conftest import NOW

DAY = 86_400_000
START = NOW - 5 * DAY

BY_MODEL = (
    "CREATE TABLE session_model_usage(session_id TEXT, model TEXT, billing_provider TEXT, "
    "billing_mode TEXT, task TEXT, api_call_count INT, input_tokens INT, output_tokens INT, "
    "cache_read_tokens INT, cache_write_tokens INT, reasoning_tokens INT, "
    "estimated_cost_usd REAL, actual_cost_usd REAL, first_seen REAL, last_seen REAL)",
)
MESSAGES = (
    "CREATE TABLE messages(id TEXT PRIMARY KEY, session_id TEXT, role TEXT, model TEXT, "
    "provider TEXT, created_at INTEGER)",
)


def read(agent: Agent, path: Path, state: bytes = b"", now: int = NOW) -> tuple[Told, bytes]:
    told = Told(agent.name)
    place = Place(str(path.parent), path.name, now)
    if path.suffix == ".json":
        return told, agent.document(path.read_bytes(), place, state, told)
    with closing(open_read_only(str(path))) as connection:
        return told, agent.database(connection, place, state, told)


def days_of(found: Iterable[Sighting]) -> dict[int, int]:
    """Tokens by the day, counted from the first."""
    days: dict[int, int] = {}
    for each in found:
        day = (each.time - START) // DAY
        days[day] = days.get(day, 0) + each.tokens.total
    return days


def model_row(
    connection: sqlite3.Connection, model: str, given: int, output: int, **more: Any
) -> None:
    """Write what a model used, in place of what it had used before."""
    task = more.get("task", "")
    connection.execute(
        "DELETE FROM session_model_usage WHERE model = ? AND task = ?", (model, task)
    )
    plain = {"session_id": "h1", "model": model, "task": task, "first_seen": START / 1000}
    counts = {"input_tokens": given, "output_tokens": output, "last_seen": START / 1000 + 9}
    put(connection, "session_model_usage", **{**plain, **counts, **more})


@pytest.mark.parametrize(
    ("case", "store", "agent", "tokens"),
    [
        ("hermes-two-models", ".hermes", hermes.AGENT, {11_000, 22_000}),
        ("droid-multi-day", ".factory/sessions", droid.AGENT, {8_250}),
    ],
)
def test_what_was_found_is_booked_right(
    shared: Path, tmp_path: Path, case: str, store: str, agent: Agent, tokens: set[int]
) -> None:
    root = shutil.copytree(shared / "cases" / "found" / case / store, tmp_path / "store")
    found = read_home(agent, root).values()
    assert sum(each.tokens.total for each in found) == 33_000
    assert set(days_of(found).values()) == tokens


def test_each_model_of_hermes_is_booked_when_it_was_used(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with closing(create(path, HERMES + BY_MODEL)) as connection:
        hermes_session(connection, 300, 30, started_at=START / 1000)
        model_row(connection, "opus", 100, 10)
        later = (START + 2 * DAY) / 1000
        model_row(connection, "haiku", 200, 20, task="compression", first_seen=later)
        first, state = read(hermes.AGENT, path)
        hermes_session(connection, 350, 30, started_at=START / 1000)
        last = (START + 3 * DAY) / 1000
        model_row(connection, "haiku", 250, 20, task="compression", last_seen=last)
        second, state = read(hermes.AGENT, path, state)
        assert not read(hermes.AGENT, path, state)[0].sightings
    found = [each for _, each in first.sightings + second.sightings]
    assert days_of(found) == {0: 110, 2: 220, 3: 50}
    assert [each.model for each in found] == ["opus", "haiku", "haiku"]


def test_what_is_beyond_the_models_is_the_sessions_own(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with closing(create(path, HERMES + BY_MODEL)) as connection:
        hermes_session(connection, 300, 30, started_at=START / 1000)
        model_row(connection, "opus", 100, 10)
        put(connection, "session_model_usage", session_id="gone", model="x", input_tokens=7)
        told, _ = read(hermes.AGENT, path)
    found = {each.model: each.tokens.total for _, each in told.sightings}
    assert found == {"gpt-5.2": 220, "opus": 110, "x": 7}


def test_tasks_beside_the_conversation_may_be_beyond_the_sessions_sums(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with closing(create(path, HERMES + BY_MODEL)) as connection:
        hermes_session(connection, 100, 10)
        model_row(connection, "opus", 100, 10)
        model_row(connection, "haiku", 50, 5, task="title")
        told, _ = read(hermes.AGENT, path)
    assert sum(each.tokens.total for _, each in told.sightings) == 165


def test_what_was_booked_before_the_models_were_known_is_not_booked_again(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with closing(create(path, HERMES)) as connection:
        hermes_session(connection, 300, 30)
        first, state = read(hermes.AGENT, path)
        connection.execute(BY_MODEL[0])
        model_row(connection, "opus", 110, 10)
        model_row(connection, "haiku", 200, 20)
        hermes_session(connection, 310, 30)
        second, state = read(hermes.AGENT, path, state)
        model_row(connection, "opus", 115, 10)
        hermes_session(connection, 315, 30)
        third, _ = read(hermes.AGENT, path, state)
    tokens = [
        [(each.model, each.tokens.total) for _, each in told.sightings]
        for told in (first, second, third)
    ]
    assert tokens == [[("gpt-5.2", 330)], [("gpt-5.2", 10)], [("opus", 5)]]


def test_a_cost_of_the_session_alone_is_shared_by_tokens_and_never_exceeded(
    tmp_path: Path,
) -> None:
    path = tmp_path / "state.db"
    with closing(create(path, HERMES + BY_MODEL)) as connection:
        hermes_session(connection, 100, 0, estimated_cost_usd=1.0)
        model_row(connection, "opus", 100, 0)
        first, state = read(hermes.AGENT, path)
        hermes_session(connection, 300, 0, estimated_cost_usd=1.2)
        model_row(connection, "haiku", 200, 0)
        second, _ = read(hermes.AGENT, path, state)
    costs = [(each.model, each.recorded) for _, each in first.sightings + second.sightings]
    assert costs == [("opus", 10**12), ("haiku", 2 * 10**11)]


def reply(at: int) -> str:
    message = {"role": "assistant", "content": []}
    return json.dumps({"type": "message", "timestamp": iso_time(at), "message": message}) + "\n"


def settle(path: Path, given: int) -> None:
    usage = {"inputTokens": given, "outputTokens": 0}
    path.write_text(json.dumps({"model": "opus", "tokenUsage": usage}))


def test_droid_books_what_grew_at_the_replies_since_the_last_look(tmp_path: Path) -> None:
    path, beside = tmp_path / "s1.settings.json", tmp_path / "s1.jsonl"
    begun = json.dumps({"type": "session_start", "cwd": "/home/u/alpha"}) + "\n"
    noise = '{"type":"message","message":{"role":"user","content":"\\"assistant\\""}}\n'
    beside.write_text(begun + reply(START) + noise + reply(START + DAY) + "broken\n")
    settle(path, 100)
    first, state = read(droid.AGENT, path)
    settle(path, 140)
    second, state = read(droid.AGENT, path, state)
    with beside.open("a") as file:
        file.write(reply(START + 3 * DAY))
    settle(path, 150)
    third, state = read(droid.AGENT, path, state)
    told = [each for one in (first, second, third) for _, each in one.sightings]
    assert days_of(told) == {0: 50, 1: 50, 5: 40, 3: 10}
    assert {each.project for each in told} == {"-home-u-alpha"}
    assert not read(droid.AGENT, path, state)[0].sightings


def test_droid_goes_on_from_the_counts_alone(tmp_path: Path) -> None:
    path = tmp_path / "s1.settings.json"
    (tmp_path / "s1.jsonl").write_text(reply(START))
    before = Grown(b"", Told("droid"))
    before.book("s1", (100, 0, 0, 0, 0, 0), time=START, model="opus")
    settle(path, 130)
    told, state = read(droid.AGENT, path, before.state())
    assert [each.tokens.total for _, each in told.sightings] == [30]
    assert not read(droid.AGENT, path, state)[0].sightings


def answer(connection: sqlite3.Connection, name: str, session: str, at: int, model: str) -> None:
    row = {"id": name, "session_id": session, "model": model, "provider": "p"}
    put(connection, "messages", **row, role="assistant", created_at=at // 1000)


def test_crush_tells_by_which_model_and_when_a_cost_came(tmp_path: Path) -> None:
    path = tmp_path / "crush.db"
    with closing(create(path, CRUSH + MESSAGES)) as connection:
        put(connection, "sessions", id="c1", cost=0.4, created_at=START // 1000)
        put(
            connection,
            "sessions",
            id="c2",
            parent_session_id="c1",
            cost=0.1,
            created_at=START // 1000,
        )
        answer(connection, "m1", "c1", START, "opus")
        answer(connection, "m2", "c2", START + DAY, "haiku")
        put(connection, "messages", id="u", session_id="c1", role="user", created_at=1)
        first, state = read(crush.AGENT, path)
        put(connection, "sessions", id="c1", cost=0.5, created_at=START // 1000)
        answer(connection, "m3", "c1", START + 2 * DAY, "opus")
        second, state = read(crush.AGENT, path, state)
        put(connection, "sessions", id="c1", cost=0.6, created_at=START // 1000)
        third, _ = read(crush.AGENT, path, state)
    told = [each for one in (first, second, third) for _, each in one.sightings]
    assert [((each.time - START) // DAY, each.model, each.recorded) for each in told] == [
        (0, "opus", 2 * 10**11),
        (1, "haiku", 2 * 10**11),
        (2, "opus", 10**11),
        (5, "opus", 10**11),
    ]
    assert {each.provider for each in told} == {"p"}


def test_crush_goes_on_from_the_counts_alone(tmp_path: Path) -> None:
    path = tmp_path / "crush.db"
    before = Grown(b"", Told("crush"))
    before.book("c1", (0, 0, 0, 0, 0, 4 * 10**11), time=START, model="")
    with closing(create(path, CRUSH + MESSAGES)) as connection:
        put(connection, "sessions", id="c1", cost=0.5, created_at=START // 1000)
        answer(connection, "m1", "c1", START, "opus")
        told, state = read(crush.AGENT, path, before.state())
    assert [each.recorded for _, each in told.sightings] == [10**11]
    assert not read(crush.AGENT, path, state)[0].sightings


_USED = st.tuples(*[st.integers(0, 1000)] * 6).map(lambda used: msgspec.convert(used, Used))


@runs(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_USED, st.integers(0, 7)), min_size=1, max_size=6))
def test_what_is_spread_adds_up(increments: list[tuple[Used, int]]) -> None:
    told, state = Told("x"), b""
    used: Used = (0, 0, 0, 0, 0, 0)
    for more, replies in increments:
        output = more[1] + more[4]
        grown = Grown(state, told)
        given, _, read_, written, reasoning, cost = (a + b for a, b in zip(used, more, strict=True))
        used = (given, used[1] + output, read_, written, reasoning, cost)
        grown.book(
            "s", used, time=NOW, model="m", replies=[Reply(START + each) for each in range(replies)]
        )
        state = grown.state()
    found = merged(told.sightings).values()
    tokens = [each.tokens for each in found]
    assert (
        sum(each.input for each in tokens),
        sum(each.output for each in tokens),
        sum(each.cache_read for each in tokens),
        sum(each.cache_write for each in tokens),
        sum(each.reasoning for each in found),
        sum(each.recorded or 0 for each in found),
    ) == used
