from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.agents.base import Place, Told, UnknownStore
from engine.agents.opened import open_read_only
from engine.agents.zcode import AGENT
from tests.agents.reading import merged, read_home
from tests.agents.writers import create
from tests.conftest import NOW

DAY = 1_777_629_600_000
PATH = "cli/db/db.sqlite"
TABLES = (
    "CREATE TABLE session(id TEXT PRIMARY KEY, parent_id TEXT, directory TEXT)",
    "CREATE TABLE model_usage(id TEXT PRIMARY KEY, session_id TEXT, provider_id TEXT, "
    "model_id TEXT, agent TEXT, status TEXT, started_at INTEGER, completed_at INTEGER, "
    "input_tokens INTEGER, output_tokens INTEGER, reasoning_tokens INTEGER, "
    "cache_creation_input_tokens INTEGER, cache_read_input_tokens INTEGER, "
    "computed_total_tokens INTEGER)",
)


def put(connection: Any, name: str, status: str, **given: Any) -> None:
    row = {
        "id": name,
        "session_id": "z1",
        "provider_id": "zai",
        "model_id": "GLM-5.3",
        "agent": "main",
        "status": status,
        "started_at": DAY,
        "completed_at": DAY + 1000,
        "input_tokens": 100,
        "output_tokens": 20,
        "reasoning_tokens": 5,
        "cache_creation_input_tokens": 10,
        "cache_read_input_tokens": 30,
        "computed_total_tokens": 120,
        **given,
    }
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(
        f"INSERT INTO model_usage({names}) VALUES({marks}) ON CONFLICT(id) DO UPDATE SET "
        "status = excluded.status, completed_at = excluded.completed_at",
        tuple(row.values()),
    )


def test_completed_calls_are_told_with_the_cache_inside_the_input(tmp_path: Path) -> None:
    with closing(create(tmp_path / PATH, TABLES)) as connection:
        connection.execute("INSERT INTO session VALUES('z1', NULL, '/home/u/alpha')")
        put(connection, "a", "completed")
        put(connection, "b", "completed", computed_total_tokens=125)
        put(connection, "c", "error")
        put(connection, "d", "completed", started_at=None)
    told = Told("zcode")
    with closing(open_read_only(str(tmp_path / PATH))) as connection:
        AGENT.database(connection, Place(str(tmp_path), PATH, NOW), b"", told)
    (_, inside), (_, beside) = told.sightings
    assert told.problems == [(4, "a call without a time")]
    tokens = inside.tokens
    assert (tokens.input, tokens.cache_read, tokens.cache_write) == (60, 30, 10)
    assert (inside.tokens.output, beside.tokens.output, inside.reasoning) == (20, 25, 5)
    assert (inside.project, inside.provider, inside.model) == ("-home-u-alpha", "zai", "GLM-5.3")
    assert len(read_home(AGENT, tmp_path)) == 2


def test_a_call_is_told_when_it_is_completed(tmp_path: Path) -> None:
    state, sightings = b"", []
    with closing(create(tmp_path / PATH, TABLES)) as connection:
        for status in ("running", "completed", "completed"):
            put(connection, "a", status, completed_at=DAY if status == "running" else DAY + 5)
            put(connection, f"b{status}", "completed")
            told = Told("zcode")
            with closing(open_read_only(str(tmp_path / PATH))) as reader:
                state = AGENT.database(reader, Place(str(tmp_path), PATH, NOW), state, told)
            sightings += told.sightings
    assert sum(each.tokens.total for each in merged(sightings).values()) == 3 * 120


def test_an_unknown_store_is_said_in_a_sentence(tmp_path: Path) -> None:
    create(tmp_path / PATH, ("CREATE TABLE model_usage(id)",)).close()
    with (
        closing(open_read_only(str(tmp_path / PATH))) as connection,
        pytest.raises(UnknownStore, match="has no calls with tokens"),
    ):
        AGENT.database(connection, Place(str(tmp_path), PATH, NOW), b"", Told("zcode"))
