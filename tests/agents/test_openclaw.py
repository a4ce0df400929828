"""OpenClaw: sessions in files and in the database are one, and Codex is counted by Codex."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.agents.base import UnknownStore
from engine.agents.openclaw import AGENT, kind_of
from engine.domain.responses import Sighting
from tests.agents.made_codex import Thread, zstandard
from tests.agents.made_pi import MODEL, answer, head, usage, write
from tests.agents.reading import merged, read_home, tell_home
from tests.agents.writers import create

HOME = "agents/main"
TABLES = (
    "CREATE TABLE transcript_events(session_id TEXT NOT NULL, seq INTEGER NOT NULL, "
    "event_json TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY(session_id, seq)) STRICT",
)
CREATED = 1_777_629_600_000
"""2026-05-01 10:00 UTC."""


def put(connection: sqlite3.Connection, session: str, *events: Any) -> None:
    for event in events:
        connection.execute(
            "INSERT INTO transcript_events SELECT ?, coalesce(max(seq), -1) + 1, ?, ?"
            " FROM transcript_events WHERE session_id = ?",
            (session, json.dumps(event), CREATED, session),
        )


def database(root: Path) -> sqlite3.Connection:
    return create(root / HOME / "agent/openclaw-agent.sqlite", TABLES)


def tokens(found: dict[str, Sighting]) -> list[int]:
    return sorted(each.tokens.total for each in found.values())


def mirror(id_: str, minute: int, thread: str, used: dict[str, Any]) -> dict[str, Any]:
    key = f"codex-app-server:{thread}:turn:assistant"
    return answer(id_, minute, used, idempotencyKey=key)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("agents/main/sessions/s1.jsonl", "lines"),
        ("agents/main/sessions/s1.jsonl.deleted.2026-05-01T10-00-00Z", "lines"),
        ("agents/main/sessions/s1.jsonl.reset.2026-05-01T10-00-00Z", "lines"),
        ("agents/main/sessions/s1.jsonl.lock", None),
        ("agents/main/sessions/sessions.json", None),
        ("agents/main/sessions/deep/s1.jsonl", None),
        ("agents/main/agent/openclaw-agent.sqlite", "database"),
        ("agents/main/agent/codex-home/sessions/2026/05/01/rollout-a.jsonl", "lines"),
        ("agents/main/agent/codex-home/archived_sessions/rollout-a.jsonl.zst", "document"),
        ("agents/main/agent/codex-home/history.jsonl", None),
    ],
)
def test_which_files_are_read(path: str, kind: str | None) -> None:
    assert kind_of(path) == kind


def test_a_session_counts_once_in_whichever_stores_it_stands(tmp_path: Path) -> None:
    one, two, three = (answer(id_, at, usage(10, at)) for at, id_ in enumerate("abc", 1))
    sessions = tmp_path / HOME / "sessions"
    write(sessions / "s1.jsonl", head("s1"), one)
    write(sessions / "s2.jsonl.reset.2026-05-01T10-00-00Z", head("s2"), two)
    with closing(database(tmp_path)) as connection:
        put(connection, "s1", head("s1"), one, three)
        found = read_home(AGENT, tmp_path)
    assert tokens(found) == [11, 12, 13]
    assert sorted(each.session for each in found.values()) == ["s1", "s1", "s2"]
    assert {each.project for each in found.values()} == {"-home-u-alpha"}
    assert read_home(AGENT, tmp_path, [1]) == found


def test_the_database_is_read_on(tmp_path: Path) -> None:
    change = {"type": "model_change", "id": "m", "provider": "openai", "modelId": "gpt-5.2"}
    data = {"provider": "xai", "modelId": "grok-4"}
    later = {"type": "custom", "id": "n", "customType": "model-snapshot", "data": data}
    bare = {"model": None, "provider": None}
    with closing(database(tmp_path)) as connection:
        put(connection, "s1", head("s1"), change, answer("a", 1, usage(1, 1), **bare))
        put(connection, "s2", answer("b", 2, usage(2, 2), timestamp=CREATED))
        put(connection, "s1", later, answer("c", 3, usage(3, 3), **bare))
        found = read_home(AGENT, tmp_path)
    named = sorted((each.session, each.model, each.provider) for each in found.values())
    assert named == [
        ("s1", "gpt-5.2", "openai"),
        ("s1", "grok-4", "xai"),
        ("s2", MODEL, "anthropic"),
    ]


def test_what_codex_did_is_counted_by_its_rollouts(tmp_path: Path) -> None:
    thread = Thread(originator="openclaw")
    thread.turn()
    thread.record("r1", 100, 0, 0, 10, 0)
    thread.record("r2", 200, 0, 0, 20, 0)
    agent = tmp_path / HOME / "agent" / "codex-home"
    mirrored = mirror("a", 1, thread.id, usage(200, 20))
    other = mirror("b", 2, "another-thread", usage(5, 5))
    write(tmp_path / HOME / "sessions/s1.jsonl", head("s1"), mirrored, other)
    with closing(database(tmp_path)) as connection:
        put(connection, "s1", head("s1"), mirrored, other)
        without = read_home(AGENT, tmp_path)
        thread.write(agent)
        packed = agent / "archived_sessions" / f"rollout-2026-05-01T10-00-00-{thread.id}.jsonl.zst"
        packed.parent.mkdir()
        packed.write_bytes(zstandard(b"".join(thread.lines)))
        found = read_home(AGENT, tmp_path)
    assert tokens(without) == [10, 220]
    assert tokens(found) == [10, 110, 220]


def test_an_unknown_database_is_said_in_a_sentence(tmp_path: Path) -> None:
    create(tmp_path / HOME / "agent/openclaw-agent.sqlite", ("CREATE TABLE x(id)",)).close()
    with pytest.raises(UnknownStore, match=r"has no transcripts: it is of an unknown version"):
        read_home(AGENT, tmp_path)


def test_a_damaged_event_costs_no_more_than_itself(tmp_path: Path) -> None:
    with closing(database(tmp_path)) as connection:
        put(connection, "s1", {**answer("a", 1, usage(1, 1)), "timestamp": None})
        connection.execute(
            "INSERT INTO transcript_events VALUES('s1', 7, '{\"usage\":', ?)", (CREATED,)
        )
        told = tell_home(AGENT, tmp_path)
    (found,) = merged(told.sightings).values()
    assert found.time == CREATED
    assert {where for where, _ in told.problems} == {2}
