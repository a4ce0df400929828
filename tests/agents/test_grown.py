"""Goose, Hermes and Crush, which hold one growing count per session."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.agents import crush, goose, hermes
from engine.agents.base import Agent, Place, Told, UnknownStore
from engine.agents.opened import open_read_only
from engine.agents.registry import Registry
from engine.domain.responses import Sighting
from tests.agents.reading import merged, read_home
from tests.agents.writers import create
from tests.conftest import NOW

DAY = 1_777_629_600_000
"""2026-05-01 10:00 UTC."""

HERMES = (
    "CREATE TABLE sessions(id TEXT PRIMARY KEY, model TEXT, system_prompt TEXT, "
    "started_at REAL NOT NULL, input_tokens INTEGER DEFAULT 0, output_tokens INTEGER DEFAULT 0, "
    "cache_read_tokens INTEGER DEFAULT 0, cache_write_tokens INTEGER DEFAULT 0, "
    "reasoning_tokens INTEGER DEFAULT 0, cwd TEXT, billing_provider TEXT, "
    "estimated_cost_usd REAL, actual_cost_usd REAL)",
)
_KINDS = ("total", "input", "output", "cache_read", "cache_write")
GOOSE = (
    "CREATE TABLE sessions(id TEXT PRIMARY KEY, working_dir TEXT NOT NULL, "
    "created_at TIMESTAMP, provider_name TEXT, model_config_json TEXT, "
    + "".join(f"{kind}_tokens INTEGER, accumulated_{kind}_tokens INTEGER, " for kind in _KINDS)
    + "accumulated_cost REAL)",
)
LEDGER = (
    "CREATE TABLE usage_ledger(id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL, "
    "created_timestamp INTEGER NOT NULL, model TEXT, input_tokens INTEGER, "
    "output_tokens INTEGER, total_tokens INTEGER, cache_read_tokens INTEGER, "
    "cache_write_tokens INTEGER, cost REAL, cost_source TEXT)",
)
CRUSH = (
    "CREATE TABLE sessions(id TEXT PRIMARY KEY, parent_session_id TEXT, cost REAL NOT NULL, "
    "created_at INTEGER NOT NULL)",
)


def put(connection: sqlite3.Connection, table: str, **row: Any) -> None:
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(
        f"INSERT OR REPLACE INTO {table}({names}) VALUES({marks})", tuple(row.values())
    )


def hermes_session(connection: sqlite3.Connection, given: int, output: int, **row: Any) -> None:
    plain = {"id": "h1", "model": "gpt-5.2", "started_at": DAY / 1000, "cwd": "/home/u/alpha"}
    put(
        connection,
        "sessions",
        **{**plain, "input_tokens": given, "output_tokens": output, **row},
    )


def goose_session(connection: sqlite3.Connection, given: int, output: int, **row: Any) -> None:
    plain = {
        "id": "g1",
        "working_dir": "/home/u/alpha",
        "created_at": "2026-05-01 10:00:00",
        "provider_name": "openai",
        "model_config_json": json.dumps({"model_name": "gpt-5.2"}),
        "accumulated_input_tokens": given,
        "accumulated_output_tokens": output,
        "accumulated_total_tokens": given + output,
    }
    put(connection, "sessions", **{**plain, **row})


def entry(connection: sqlite3.Connection, given: int, output: int, time: int, **row: Any) -> None:
    plain = {
        "session_id": "g1",
        "created_timestamp": time // 1000,
        "model": "gpt-5.2",
        "input_tokens": given,
        "output_tokens": output,
        "total_tokens": given + output,
    }
    put(connection, "usage_ledger", **{**plain, **row})


def read(agent: Agent, path: Path, state: bytes = b"", now: int = NOW) -> tuple[Told, bytes]:
    told = Told(agent.name)
    with closing(open_read_only(str(path))) as connection:
        place = Place(str(path.parent), path.name, now)
        state = agent.database(connection, place, state, told)
    return told, state


def seen(told: Told) -> list[tuple[int, int]]:
    return [(each.time, each.tokens.total) for _, each in told.sightings]


def test_what_a_session_grew_by_is_booked_when_it_was_seen_to_grow(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with closing(create(path, HERMES)) as connection:
        hermes_session(connection, 100, 20, cache_read_tokens=5, reasoning_tokens=7)
        first, state = read(hermes.AGENT, path)
        again, state = read(hermes.AGENT, path, state, NOW + 1)
        hermes_session(connection, 150, 30, cache_read_tokens=6, reasoning_tokens=9)
        grown, state = read(hermes.AGENT, path, state, NOW + 2)
        last, _ = read(hermes.AGENT, path, state, NOW + 3)
    assert seen(first) == [(DAY, 132)]
    assert seen(grown) == [(NOW + 2, 63)]
    assert not again.sightings
    assert not last.sightings
    ((_, response),) = first.sightings
    assert (response.tokens.output, response.reasoning) == (27, 7)
    assert (response.session, response.project) == ("h1", "-home-u-alpha")


def test_reading_from_an_older_state_takes_the_place_of_what_it_told(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with closing(create(path, HERMES)) as connection:
        hermes_session(connection, 100, 20)
        first, state = read(hermes.AGENT, path)
        hermes_session(connection, 150, 30)
        lost, _ = read(hermes.AGENT, path, state, NOW + 1)
        hermes_session(connection, 170, 40)
        again, _ = read(hermes.AGENT, path, state, NOW + 2)
    responses = merged(first.sightings + lost.sightings + again.sightings).values()
    assert [(each.time, each.tokens.total) for each in responses] == [(DAY, 120), (NOW + 1, 90)]


def test_a_count_that_became_smaller_books_nothing_until_it_is_larger(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    state, tokens = b"", []
    with closing(create(path, HERMES)) as connection:
        for given in (100, 40, 90, 130):
            hermes_session(connection, given, 0)
            told, state = read(hermes.AGENT, path, state)
            tokens.append([each.tokens.input for _, each in told.sightings])
    assert tokens == [[100], [], [], [30]]


@pytest.mark.parametrize(
    ("actual", "estimated", "cost"), [(0.15, 0.2, 0.15), (None, 0.2, 0.2), (0, 0, None)]
)
def test_the_actual_cost_goes_before_the_estimate(
    tmp_path: Path, actual: float | None, estimated: float, cost: float | None
) -> None:
    with closing(create(tmp_path / "state.db", HERMES)) as connection:
        hermes_session(connection, 1, 1, actual_cost_usd=actual, estimated_cost_usd=estimated)
    ((_, response),) = read(hermes.AGENT, tmp_path / "state.db")[0].sightings
    assert response.recorded == (None if cost is None else round(cost * 10**12))


def test_the_profiles_of_hermes_are_read(tmp_path: Path) -> None:
    for number, place in enumerate(("", "profiles/work", "profiles/work/deeper")):
        with closing(create(tmp_path / place / "state.db", HERMES)) as connection:
            hermes_session(connection, 10, 1, id=f"h{number}")
    assert {each.session for each in read_home(hermes.AGENT, tmp_path).values()} == {"h0", "h1"}


def test_goose_has_the_cache_inside_the_input_and_reasoning_beside(tmp_path: Path) -> None:
    with closing(create(tmp_path / "sessions.db", GOOSE)) as connection:
        cached = {"accumulated_cache_read_tokens": 30, "accumulated_cache_write_tokens": 10}
        goose_session(connection, 100, 20, **cached, accumulated_total_tokens=125)
    ((_, response),) = read(goose.AGENT, tmp_path / "sessions.db")[0].sightings
    tokens = response.tokens
    assert (tokens.input, tokens.cache_read, tokens.cache_write_5m) == (60, 30, 10)
    assert (tokens.output, response.reasoning) == (25, 5)
    assert (response.time, response.model, response.provider) == (DAY, "gpt-5.2", "openai")


def test_a_goose_session_without_a_sum_has_its_last_call(tmp_path: Path) -> None:
    with closing(create(tmp_path / "sessions.db", GOOSE)) as connection:
        none = {f"accumulated_{kind}_tokens": None for kind in _KINDS}
        goose_session(connection, 0, 0, **none, input_tokens=8, output_tokens=2, total_tokens=10)
    assert seen(read(goose.AGENT, tmp_path / "sessions.db")[0]) == [(DAY, 10)]


def test_the_entries_of_a_ledger_say_when_a_session_grew(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    with closing(create(path, GOOSE + LEDGER)) as connection:
        goose_session(connection, 160, 30)
        entry(connection, 100, 20, NOW, cost_source="carried_forward", model=None)
        entry(connection, 60, 10, NOW - 5_000, cost=0.25)
        told, state = read(goose.AGENT, path)
        assert seen(told) == [(DAY, 120), (NOW - 5_000, 70)]
        assert told.sightings[1][1].recorded == 250_000_000_000
        assert not read(goose.AGENT, path, state)[0].sightings
        goose_session(connection, 170, 31)
        entry(connection, 10, 1, NOW - 2_000)
        more, state = read(goose.AGENT, path, state)
        assert seen(more) == [(NOW - 2_000, 11)]
        entry(connection, 4, 1, NOW - 1_000)
        assert seen(read(goose.AGENT, path, state)[0]) == [(NOW - 1_000, 5)]
    whole = read(goose.AGENT, path)[0]
    every = merged(told.sightings + more.sightings + whole.sightings)
    assert sum(each.tokens.total for each in every.values()) == 120 + 70 + 11 + 5


def test_a_session_that_was_booked_before_the_ledger_is_not_booked_again(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    with closing(create(path, GOOSE)) as connection:
        goose_session(connection, 100, 20)
        told, state = read(goose.AGENT, path)
        connection.execute(LEDGER[0])
        entry(connection, 100, 20, NOW, cost_source="carried_forward")
        entry(connection, 60, 10, NOW - 5_000)
        goose_session(connection, 160, 30)
        more, _ = read(goose.AGENT, path, state)
    assert seen(told) == [(DAY, 120)]
    assert seen(more) == [(NOW - 5_000, 70)]


def test_crush_tells_what_sessions_without_a_parent_cost(tmp_path: Path) -> None:
    path = tmp_path / "alpha" / ".crush" / "crush.db"
    with closing(create(path, CRUSH)) as connection:
        put(connection, "sessions", id="c1", cost=0.5, created_at=DAY // 1000)
        child = {"id": "c2", "parent_session_id": "c1", "cost": 0.2}
        put(connection, "sessions", **child, created_at=DAY // 1000)
        told, state = read(crush.AGENT, path)
        put(connection, "sessions", id="c1", cost=0.75, created_at=DAY // 1000)
        more, _ = read(crush.AGENT, path, state)
    costs = [(each.time, each.recorded) for _, each in told.sightings + more.sightings]
    assert costs == [(DAY, 500_000_000_000), (NOW, 250_000_000_000)]
    assert told.workplaces[told.sightings[0][1].session].path == str(tmp_path / "alpha")


def test_crushs_own_list_names_the_projects_to_look_at(tmp_path: Path) -> None:
    index = tmp_path / ".local/share/crush/projects.json"
    alpha, beta = tmp_path / "alpha", tmp_path / "beta"
    projects = [
        {"path": str(alpha), "data_dir": str(alpha / ".crush"), "last_accessed": "2026-05-01"},
        {"path": str(beta), "data_dir": ".data"},
        {"path": str(tmp_path / "gone")},
        {"path": "nowhere"},
        {"path": 3},
        None,
    ]
    for place in (alpha / ".crush", beta / ".data"):
        create(place / "crush.db", CRUSH).close()
    registry = Registry({}, tmp_path)
    assert list(registry.stores(("crush",))) == []
    index.parent.mkdir(parents=True)
    index.write_text(json.dumps({"projects": projects}))
    stores = [place for _, place in registry.stores(("crush",))]
    assert stores == [str(alpha / ".crush"), str(beta / ".data")]
    places = [str(tmp_path / ".crush"), *stores, str(tmp_path / "gone" / ".crush")]
    assert [place for _, place in registry.places(("crush",))] == places
    index.write_text('{"projects": 3')
    assert list(registry.stores(("crush",))) == []


@pytest.mark.parametrize("agent", [crush.AGENT, goose.AGENT, hermes.AGENT])
def test_an_unknown_store_is_said_in_a_sentence(tmp_path: Path, agent: Agent) -> None:
    create(tmp_path / "x.db", ("CREATE TABLE sessions(id, name)",)).close()
    with pytest.raises(UnknownStore, match=rf"^x\.db has no .* {agent.title}, or just being made"):
        read(agent, tmp_path / "x.db")


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.integers(0, 9))), st.data())
def test_however_often_it_is_read_the_increments_add_up(
    tmp_path_factory: pytest.TempPathFactory, calls: list[tuple[str, int, int]], data: Any
) -> None:
    path = tmp_path_factory.mktemp("store") / "state.db"
    state: bytes = b""
    sightings: list[Sighting] = []
    used: dict[str, tuple[int, int]] = {}
    with closing(create(path, HERMES)) as connection:
        for session, more, output in calls:
            before = used.get(session, (0, 0))
            used[session] = (before[0] + more, before[1] + output)
            hermes_session(connection, *used[session], id=session)
            if data.draw(st.booleans()):
                told, state = read(hermes.AGENT, path, state)
                sightings += told.sightings
        told, state = read(hermes.AGENT, path, state)
    responses = merged(sightings + told.sightings).values()
    for session, (plain, output) in used.items():
        own = [each.tokens for each in responses if each.session == session]
        assert sum(each.input for each in own) == plain
        assert sum(each.output for each in own) == output
