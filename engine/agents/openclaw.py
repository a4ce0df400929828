"""OpenClaw: sessions in files, as pi writes them, and since 2026 in a database.

A session's file stays when it was imported into the database, reset or deleted: entries have
the same ids everywhere. What OpenClaw lets Codex do it mirrors into its own session, with the
last response of each turn only; Codex's rollouts beside it tell of all of them.
"""

from __future__ import annotations

import os
import sqlite3
from functools import cached_property

from engine.agents import codex
from engine.agents.base import (
    Agent,
    Kind,
    Lines,
    Place,
    Told,
    Tree,
    Unreadable,
)
from engine.agents.codex.rollouts import Rollout
from engine.agents.fields import decode, milliseconds, text
from engine.agents.fresh import Fresh
from engine.agents.opened import columns_of
from engine.agents.pi.entries import (
    LINES,
    Entries,
    Entry,
    Message,
    State,
    is_response,
    model_in,
    tell,
)

_DATABASE = "openclaw-agent.sqlite"
_ROLLOUTS = "agent/codex-home/"
_TABLE = "transcript_events"
_MIRROR = "codex-app-server:"
"""What the key of a message begins with that mirrors Codex; its thread follows."""


class OpenClaw(Agent):
    """OpenClaw, with one directory for each of its agents below `agents`."""

    name = "openclaw"
    title = "OpenClaw"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the one place of all its agents."""
        return (Tree("agents", kind_of),)

    def lines(self, place: Place, state: bytes, told: Told) -> Lines:
        """Return what reads a session, or a rollout of its Codex, on."""
        if _ROLLOUTS in place.path:
            return Rollout(place, state, told, _is_ours)
        session = place.path.rpartition("/")[2].partition(".jsonl")[0]
        return Entries(session, state, told, _Mirrors(place).has)

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Tell of all responses in a compressed rollout; raises `Unreadable`."""
        codex.read_packed(data, Rollout(place, b"", told, _is_ours), told)
        return b""

    def database(
        self, connection: sqlite3.Connection, place: Place, state: bytes, told: Told
    ) -> bytes:
        """Tell of the responses that are new in an agent's database."""
        if not {"session_id", "seq", "event_json", "created_at"} <= columns_of(connection, _TABLE):
            raise self.unknown(place, "transcripts")
        fresh = Fresh(connection, state, place.now)
        sessions = _Sessions(connection)
        has_mirror = _Mirrors(place).has
        columns = "t.session_id, t.seq, t.created_at, t.event_json"
        for row, session, number, created, event in fresh.rows(_TABLE, columns, "", "created_at"):
            if not isinstance(event, str) or '"usage"' not in event:
                continue
            try:
                entry = decode(LINES, event)
                if is_response(entry) and not has_mirror(entry.message or Message()):
                    at = sessions.at(text(session), number, entry)
                    tell(entry, at, told, milliseconds(created))
            except Unreadable as error:
                told.problem(row, str(error))
        return fresh.state()


class _Sessions:
    """What the entries before a response say of it, asked of the database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._heads: dict[str, Entry] = {}

    def at(self, session: str, number: object, entry: Entry) -> State:
        """Return what holds for a session's entry of a number."""
        head = self._heads.get(session)
        if head is None:
            head = self._heads[session] = self._first(session)
        state = State(session, text(head.cwd), milliseconds(head.timestamp) or 0)
        if entry.message is not None and not text(entry.message.model):
            state.provider, state.model = self._model(session, number)
        return state

    def _first(self, session: str) -> Entry:
        where = """instr(event_json, '"session"') ORDER BY seq"""
        found = self._entries(session, where)
        return found[0] if found and found[0].type == "session" else Entry()

    def _model(self, session: str, number: object) -> tuple[str, str]:
        """Return the provider and model that the latest change before an entry names."""
        where = """seq < ? AND (instr(event_json, '"model_change"')
            OR instr(event_json, '"model-snapshot"')) ORDER BY seq DESC"""
        changes = map(model_in, self._entries(session, where, number))
        return next((each for each in changes if each is not None), ("", ""))

    def _entries(self, session: str, where: str, *given: object) -> list[Entry]:
        rows = self._connection.execute(
            f"SELECT event_json FROM {_TABLE} WHERE session_id = ? AND {where} LIMIT 9",
            (session, *given),
        ).fetchall()
        return [decode(LINES, event) for (event,) in rows if isinstance(event, str)]


class _Mirrors:
    """Knows of which threads of Codex an agent has the rollouts."""

    def __init__(self, place: Place) -> None:
        agent = "/".join(place.path.split("/")[:2])
        self._home = os.path.join(place.root, *agent.split("/"), *_ROLLOUTS.split("/"))

    def has(self, message: Message) -> bool:
        """Say whether a message mirrors what a rollout here tells of."""
        key = text(message.idempotencyKey)
        return key.startswith(_MIRROR) and key.split(":")[1] in self._threads

    @cached_property
    def _threads(self) -> frozenset[str]:
        return frozenset(
            name.partition(".jsonl")[0][28:64]
            for _, _, names in os.walk(self._home)
            for name in names
            if name.startswith("rollout-")
        )


def kind_of(path: str) -> Kind | None:
    """Say how a file of the store grows: `agents/<agent>/sessions/<session>.jsonl`."""
    _, _, below = path.removeprefix("agents/").partition("/")
    if below.startswith(_ROLLOUTS):
        return codex.kind_of(path)
    if below == f"agent/{_DATABASE}":
        return "database"
    name = below.removeprefix("sessions/")
    is_session = name != below and "/" not in name
    ending = name.partition(".jsonl")[2]
    is_kept = ending.startswith((".deleted.", ".reset.")) and not ending.endswith(".zst")
    return "lines" if is_session and ".jsonl" in name and (not ending or is_kept) else None


def _is_ours(_: str) -> bool:
    """Say that every thread below an agent is OpenClaw's, whoever began it."""
    return True


AGENT = OpenClaw()
