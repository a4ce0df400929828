from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.agents import kilo, mimo
from engine.agents.base import Place, Told, UnknownStore
from engine.agents.fresh import LATEST
from engine.agents.opencode import AGENT, OpenCode
from engine.agents.opened import open_read_only
from engine.domain.responses import Sighting
from tests.agents.reading import merged, read_home
from tests.agents.writers import (
    MESSAGE,
    SECOND_LAYOUT,
    TABLES,
    add_session,
    assistant,
    counted,
    create,
    put_message,
)
from tests.conftest import NOW

DAY = 1_777_629_600_000
"""2026-05-01 10:00 UTC."""


def read(
    path: Path, state: bytes = b"", agent: OpenCode = AGENT, now: int = NOW
) -> tuple[Told, bytes]:
    told = Told(agent.name)
    with closing(open_read_only(str(path))) as connection:
        state = agent.database(connection, Place(str(path.parent), path.name, now), state, told)
    return told, state


def only(told: Told) -> Sighting:
    (response,) = merged(told.sightings).values()
    return response


def store_of(path: Path, data: dict[str, Any]) -> Path:
    with closing(create(path)) as connection:
        add_session(connection, "ses_1")
        put_message(connection, "m1", "ses_1", data, DAY)
    return path


def put_document(root: Path, session: str, name: str, data: dict[str, Any]) -> None:
    place = root / "storage" / "message" / session / f"{name}.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps({**data, "id": name, "sessionID": session}))


def put_session_document(root: Path, session: str, **fields: Any) -> None:
    place = root / "storage" / "session" / "prj" / f"{session}.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps({"id": session, **fields}))


def test_the_sample_home_has_its_true_totals(shared: Path, tmp_path: Path) -> None:
    sample = shared / "data" / "agents" / "opencode" / ".local" / "share" / "opencode"
    responses = read_home(AGENT, shutil.copytree(sample, tmp_path / "opencode")).values()
    assert len(responses) == 6
    assert sum(each.tokens.input for each in responses) == 3200
    assert sum(each.tokens.output for each in responses) == 430 + 50
    assert sum(each.reasoning for each in responses) == 50
    assert sum(each.tokens.cache_read for each in responses) == 3300
    assert sum(each.tokens.cache_write for each in responses) == 500
    assert sum(each.tokens.total for each in responses) == 7480


def test_a_fork_counts_once_and_belongs_to_the_session_it_was_copied_from(tmp_path: Path) -> None:
    data = assistant(DAY, cost=0.5)
    with closing(create(tmp_path / "opencode.db")) as connection:
        add_session(connection, "ses_z", created=DAY - 1)
        add_session(connection, "ses_a", created=DAY + 60_000)
        put_message(connection, "f1", "ses_a", data, DAY)
        put_message(connection, "m1", "ses_z", data, DAY)
    response = only(read(tmp_path / "opencode.db")[0])
    assert (response.session, response.tokens.total) == ("ses_z", 120)
    assert response.recorded == 500_000_000_000


def test_sub_agents_that_begin_together_are_responses_of_their_own(tmp_path: Path) -> None:
    with closing(create(tmp_path / "opencode.db")) as connection:
        add_session(connection, "ses_1")
        add_session(connection, "ses_2", parent="ses_1")
        add_session(connection, "ses_3", parent="ses_1")
        for session in ("ses_2", "ses_3"):
            put_message(connection, session, session, assistant(DAY, agent="explore"), DAY)
    told, _ = read(tmp_path / "opencode.db")
    responses = merged(told.sightings)
    assert len(responses) == 2
    assert {each.agent for each in responses.values()} == {"explore"}
    assert all(each.is_sidechain for each in responses.values())


def test_a_document_that_was_imported_is_the_same_response(tmp_path: Path) -> None:
    data = assistant(DAY)
    with closing(create(tmp_path / "opencode.db")) as connection:
        add_session(connection, "ses_1")
        add_session(connection, "ses_2", parent="ses_1")
        put_message(connection, "m1", "ses_1", data, DAY)
        put_message(connection, "m2", "ses_2", data, DAY)
    put_document(tmp_path, "ses_1", "m1", data)
    put_document(tmp_path, "ses_2", "m2", data)
    put_document(tmp_path, "ses_2", "m3", {"role": "user", "time": {"created": DAY}})
    put_session_document(tmp_path, "ses_1", directory="/home/u/alpha", time={"created": 0})
    put_session_document(tmp_path, "ses_2", directory="/home/u/alpha", parentID="ses_1")
    assert len(read_home(AGENT, tmp_path)) == 2


def test_a_document_alone_tells_all_of_its_response(tmp_path: Path) -> None:
    put_document(tmp_path, "ses_1", "m1", assistant(DAY, tokens=counted(7, 5, 0, 3, 2)))
    put_session_document(tmp_path, "ses_1", directory="/home/u/beta")
    (response,) = read_home(AGENT, tmp_path).values()
    assert (response.session, response.project) == ("ses_1", "-home-u-beta")
    assert (response.tokens.cache_read, response.tokens.cache_write_5m) == (3, 2)


def test_steps_and_users_are_not_added(tmp_path: Path) -> None:
    path = store_of(tmp_path / "opencode.db", assistant(DAY))
    with closing(create(path, ())) as connection:
        step = json.dumps({"type": "step-finish", "tokens": counted(100, 20), "cost": 1})
        connection.execute("INSERT INTO part VALUES('p1', 'm1', ?)", (step,))
        put_message(connection, "u1", "ses_1", {"role": "user", "time": {"created": DAY}}, DAY)
    assert only(read(path)[0]).tokens.total == 120


@pytest.mark.parametrize(
    ("model", "tokens", "output"),
    [
        ("gpt-5.2", counted(100, 20, 8), 28),
        ("gpt-5.2", {**counted(100, 20, 8), "total": 120}, 20),
        ("gpt-5.2", {**counted(100, 20, 8), "total": None}, 20),
        ("gpt-5.2", {**counted(100, 5, 8), "total": None}, 13),
        ("gemini-3-pro", {**counted(100, 20, 8), "total": None}, 28),
    ],
)
def test_the_reasoning_is_inside_the_output(
    tmp_path: Path, model: str, tokens: dict[str, Any], output: int
) -> None:
    data = assistant(DAY, modelID=model, tokens=tokens)
    response = only(read(store_of(tmp_path / "opencode.db", data))[0])
    assert (response.tokens.output, response.reasoning) == (output, 8)


def test_the_second_layout_is_read(tmp_path: Path) -> None:
    with closing(create(tmp_path / "opencode-next.db", (SECOND_LAYOUT,))) as connection:
        data = {
            "model": {"id": "big-pickle", "providerID": "opencode"},
            "tokens": {"input": 9, "output": 4, "reasoning": 3, "cache": {"read": 2}},
            "time": {"created": DAY},
        }
        row = ("m1", "ses_1", "assistant", 1, DAY, DAY, json.dumps(data))
        connection.execute("INSERT INTO session_message VALUES(?, ?, ?, ?, ?, ?, ?)", row)
        user = ("m2", "ses_1", "user", 2, DAY, DAY, json.dumps(data))
        connection.execute("INSERT INTO session_message VALUES(?, ?, ?, ?, ?, ?, ?)", user)
    response = only(read(tmp_path / "opencode-next.db")[0])
    assert (response.model, response.provider) == ("glm-4.7", "opencode")
    assert (response.tokens.output, response.reasoning, response.tokens.total) == (7, 3, 18)


SECOND_SESSIONS = (
    "CREATE TABLE session_v2(id text PRIMARY KEY, project_id text NOT NULL, parent_id text, "
    "fork_session_id text, slug text NOT NULL, directory text NOT NULL, path text, "
    "time_created integer NOT NULL, time_updated integer NOT NULL)"
)


def put_second(
    connection: sqlite3.Connection, name: str, session: str, created: int, **more: Any
) -> None:
    """Write a response as the second version does: no role, no path, the model in one object."""
    data = {
        "agent": "build",
        "model": {"id": "gpt-5.2", "providerID": "openai", "variant": "default"},
        "finish": "stop",
        "cost": 0,
        "tokens": {"input": 100, "output": 20, "reasoning": 0, "cache": {"read": 0, "write": 0}},
        "time": {"created": created, "streamed": created, "completed": created + 1},
        **more,
    }
    row = (name, session, "assistant", 1, created, created, json.dumps(data))
    connection.execute("INSERT INTO session_message VALUES(?, ?, ?, ?, ?, ?, ?)", row)


def put_second_session(
    connection: sqlite3.Connection, name: str, created: int = DAY, parent: str | None = None
) -> None:
    row = (name, "p", parent, None, "slug", "/home/u/beta", "home/u/beta", created, created)
    connection.execute("INSERT INTO session_v2 VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


@pytest.mark.parametrize("tables", [(SECOND_LAYOUT,), (*TABLES,)])
def test_the_second_versions_sessions_tell_project_and_parent(
    tmp_path: Path, tables: tuple[str, ...]
) -> None:
    path = tmp_path / "opencode.db"
    with closing(create(path, (SECOND_SESSIONS, *tables))) as connection:
        put_second_session(connection, "ses_1")
        put_second_session(connection, "ses_2", parent="ses_1")
        put_second(connection, "m1", "ses_1", DAY)
        put_second(connection, "m2", "ses_2", DAY)
    found = merged(read(path)[0].standing()).values()
    assert {each.project for each in found} == {"-home-u-beta"}
    assert sorted((each.session, each.is_sidechain, each.agent) for each in found) == [
        ("ses_1", False, ""),
        ("ses_2", True, "build"),
    ]


def test_what_the_second_version_brought_over_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with closing(create(path, (SECOND_SESSIONS, *TABLES))) as connection:
        add_session(connection, "ses_1")
        put_second_session(connection, "ses_1")
        own = {"path": {"cwd": "/home/u/beta/deeper", "root": "/"}}
        put_message(connection, "m1", "ses_1", assistant(DAY, **own), DAY)
        put_second(connection, "m1", "ses_1", DAY)
        put_second(connection, "m2", "ses_1", DAY + 5)
        first, state = read(path)
        put_second(connection, "m3", "ses_1", DAY + 9)
        second, _ = read(path, state)
    found = merged(first.standing() + second.standing())
    assert sorted(each.time for each in found.values()) == [DAY, DAY + 5, DAY + 9]


def test_a_fork_of_the_second_version_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with closing(create(path, (SECOND_SESSIONS, SECOND_LAYOUT))) as connection:
        put_second_session(connection, "ses_z", DAY)
        put_second_session(connection, "ses_a", DAY + 60_000)
        put_second(connection, "m1", "ses_z", DAY + 1)
        put_second(connection, "f1", "ses_a", DAY + 1)
    (found,) = merged(read(path)[0].standing()).values()
    assert found.session == "ses_z"


def test_a_message_that_grows_replaces_itself_though_it_is_not_new(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with closing(create(path)) as connection:
        add_session(connection, "ses_1")
        begun = assistant(DAY, time={"created": DAY}, tokens=counted(100, 1))
        put_message(connection, "m1", "ses_1", begun, DAY)
        put_message(connection, "m2", "ses_1", assistant(DAY + 1), DAY)
        first, state = read(path)
        put_message(connection, "m1", "ses_1", assistant(DAY), DAY)
        second, state = read(path, state)
    responses = merged(first.sightings + second.sightings)
    assert [each.tokens.total for each in responses.values()] == [120, 120]


@pytest.mark.parametrize("minutes", [59, 60])
def test_a_change_far_back_is_found_within_the_hour(tmp_path: Path, minutes: int) -> None:
    path = tmp_path / "opencode.db"
    with closing(create(path)) as connection:
        add_session(connection, "ses_1")
        connection.execute("BEGIN")
        for number in range(LATEST + 5):
            name, data = f"m{number}", assistant(DAY + number)
            put_message(connection, name, "ses_1", data, NOW - 60_000)
        connection.execute("COMMIT")
        _, state = read(path)
        put_message(connection, "m0", "ses_1", assistant(DAY, tokens=counted(100, 90)), NOW)
        soon, state = read(path, state)
        assert {each.tokens.output for _, each in soon.sightings} == {20}
        put_message(connection, "new", "ses_1", assistant(NOW + 60_000), NOW + 60_000)
        _, state = read(path, state)
        later, _ = read(path, state, now=NOW + minutes * 60_000)
    assert (90 in {each.tokens.output for _, each in later.sightings}) is (minutes == 60)


def test_what_was_read_costs_nothing_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with closing(create(path)) as connection:
        add_session(connection, "ses_1")
        for number in range(50):
            changed = DAY + number * 60_000
            put_message(connection, f"m{number}", "ses_1", assistant(changed), changed)
        _, state = read(path)
        again, state = read(path, state)
        assert len(again.sightings) == 1
        put_message(connection, "new", "ses_1", assistant(NOW), NOW)
        assert len(read(path, state)[0].sightings) == 2


def test_rows_after_a_deletion_are_read_though_their_numbers_come_again(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with closing(create(path)) as connection:
        add_session(connection, "ses_1")
        for number in range(5):
            put_message(connection, f"m{number}", "ses_1", assistant(DAY + number), DAY)
        _, state = read(path)
        connection.execute("DELETE FROM message WHERE rowid > 1")
        put_message(connection, "new", "ses_1", assistant(DAY + 60_000), DAY + 60_000)
        told, state = read(path, state)
        put_message(connection, "old", "ses_1", assistant(DAY + 70_000), DAY - 60_000)
        more, _ = read(path, state)
    assert DAY + 60_000 in {each.time for _, each in told.sightings}
    assert DAY + 70_000 in {each.time for _, each in more.sightings}


def test_a_damaged_message_is_said_and_the_rest_read(tmp_path: Path) -> None:
    path = store_of(tmp_path / "opencode.db", assistant(DAY))
    with closing(create(path, ())) as connection:
        connection.execute(f"INSERT INTO message VALUES('x', 'ses_1', 1, {DAY}, '{{\"role\"')")
        connection.execute(f"INSERT INTO message VALUES('y', 'ses_1', 1, {DAY}, x'80')")
        strange = assistant(DAY + 1, agent=7, path=[], mode=None, finish={}, tokens=counted(5, 5))
        put_message(connection, "z", "ses_1", strange, DAY)
    told, _ = read(path)
    assert [where for where, _ in told.problems] == [2, 3]
    assert sorted(each.tokens.total for _, each in told.sightings) == [10, 120]


def test_a_half_migrated_store_tells_what_is_there(tmp_path: Path) -> None:
    with closing(create(tmp_path / "opencode.db", (MESSAGE,))) as connection:
        put_message(connection, "m1", "ses_1", assistant(DAY), DAY)
        connection.execute("ALTER TABLE message DROP COLUMN time_updated")
        told, state = read(tmp_path / "opencode.db")
        connection.execute(
            "INSERT INTO message VALUES('m2', 'ses_1', 1, ?)", (json.dumps(assistant(DAY + 1)),)
        )
        more, _ = read(tmp_path / "opencode.db", state)
    assert only(told).tokens.total == 120
    assert only(more).time == DAY + 1


def test_an_unknown_store_is_said_in_a_sentence(tmp_path: Path) -> None:
    create(tmp_path / "opencode.db", ("CREATE TABLE message(id, body)",)).close()
    with pytest.raises(UnknownStore, match=r"^opencode\.db has no messages that .*made\.$"):
        read(tmp_path / "opencode.db")


def test_times_in_seconds_are_times(tmp_path: Path) -> None:
    data = assistant(DAY // 1000)
    path = store_of(tmp_path / "mimocode.db", data)
    told, state = read(path, agent=mimo.AGENT)
    assert only(told).time == DAY
    with closing(create(path, ())) as connection:
        grown = assistant(DAY // 1000, tokens=counted(100, 30))
        put_message(connection, "m1", "ses_1", grown, DAY // 1000 + 5)
    assert only(read(path, state, mimo.AGENT)[0]).tokens.output == 30


def test_files_that_are_databases_are_known_by_name() -> None:
    tree = kilo.AGENT.trees("")[0]
    assert [tree.kind_of(name) for name in ("kilo.db", "kilo-dev.db")] == ["database"] * 2
    assert tree.kind_of("kilo.db-wal") is tree.kind_of("opencode.db") is None
    assert AGENT.trees("")[0].kind_of("opencode-next.db") == "database"


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 50)), min_size=1, max_size=12), st.data()
)
def test_read_in_pieces_is_as_read_at_once(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[int, int]], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("store") / "opencode.db"
    state, sightings = b"", []
    most: dict[int, int] = {}
    with closing(create(path)) as connection:
        add_session(connection, "ses_1")
        for number, output in writes:
            most[number] = max(output, most.get(number, 0))
            message = assistant(DAY + number, tokens=counted(10, most[number]))
            put_message(connection, f"m{number}", "ses_1", message, DAY)
            if data.draw(st.booleans()):
                told, state = read(path, state)
                sightings += told.sightings
        told, state = read(path, state)
    responses = merged(sightings + told.sightings)
    assert responses == merged(read(path)[0].sightings)
    assert sum(each.tokens.output for each in responses.values()) == sum(most.values())


def test_a_connection_of_the_caller_is_only_read(tmp_path: Path) -> None:
    path = store_of(tmp_path / "opencode.db", assistant(DAY))
    with closing(open_read_only(str(path))) as connection:
        assert connection.execute("PRAGMA query_only").fetchone() == (1,)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM message")
