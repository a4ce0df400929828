"""Pushes what changed in a ledger since its last push, in parts that are whole each.

A part's responses, sums and the cursor are one transaction: a kill at any moment loses nothing
and doubles nothing. The cursor is the database's. A ledger that was brought back from a copy does
not know the cursor's token, and is pushed from its beginning: what is there already is the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.domain.machines import OWN, Machine
from engine.domain.mistakes import SettingsError
from engine.ledger.book import Ledger
from engine.ledger.pushed_rows import PushedRows, Told, machines_of
from engine.machines.team import merged
from engine.machines.team.connection import connect, open_checked, speaking
from engine.machines.team.privacy import Projects, Shown, readable
from engine.machines.team.spans import LEAVE, SPAN

if TYPE_CHECKING:
    from psycopg import Connection, Cursor

_PART = 20_000
_TOKENS = "push.tokens"
_MOST_TOKENS = 8
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Pushed(NamedTuple):
    """What a push came to."""

    responses: int
    """That were sent, whether they were there before or not."""
    person: str
    """The role that it was done as."""


class _At(NamedTuple):
    """Where the database says that a scope stands."""

    revision: int
    target: int
    """The revision that is being pushed, up to `slot`; `revision` where all is."""
    slot: int


class Push:
    """One connection that pushes a ledger."""

    def __init__(
        self, ledger: Ledger, own: Machine, address: str, projects: Projects, home: str
    ) -> None:
        """Connect; `own` is the machine that the ledger is of. Raises `SettingsError`."""
        self._ledger = ledger
        self._address = address
        self._shown = Shown(projects, home)
        self._connection: Connection[Any] = open_checked(address)
        self._machines = machines_of(ledger, own)
        self._own = self._machines[OWN]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def push(
        self,
        scopes: Mapping[str, int],
        now: int,
        on_part: Callable[[int], None] = lambda _: None,
    ) -> Pushed:
        """Push what is new of each agent's scope; raises `SettingsError`.

        `on_part` is told how many responses were sent so far.
        """
        sent = 0
        with speaking(self._address):
            for statement in merged.TEMPORARY:
                self._connection.execute(statement)
            self._connection.execute(merged.SET_LEDGER, (self._own.id,))
            self._connection.commit()
            self._check_projects()
            self._tell_machines(now)
            for agent, scope in scopes.items():
                for count in self._push_scope(agent, scope, now):
                    sent += count
                    on_part(sent)
            (person,) = self._connection.execute("SELECT current_user").fetchone() or ("",)
            self._connection.commit()
        return Pushed(sent, person)

    def _check_projects(self) -> None:
        """Raise `SettingsError` where projects were pushed otherwise before."""
        rows = self._connection.execute(
            "SELECT projects FROM ccmon.cursors WHERE person = current_user AND projects <> %s",
            (self._shown.projects,),
        ).fetchall()
        self._connection.commit()
        if rows:
            raise SettingsError(
                f"Your responses are there with --projects {rows[0][0]}: push with that again, or"
                " take them back first with ccmon push --forget."
            )

    def _tell_machines(self, now: int) -> None:
        with self._connection.transaction():
            for statement in merged.LOCK:
                self._connection.execute(statement)
            for machine in self._machines.values():
                self._connection.execute(
                    "INSERT INTO ccmon.machines (machine, name) VALUES (%s, %s)"
                    " ON CONFLICT (person, machine) DO UPDATE SET name = excluded.name",
                    (int(machine.id, 16), readable(machine.name)),
                )
            self._connection.execute(
                "UPDATE ccmon.people SET pushed_at = %s WHERE person = current_user", (now,)
            )

    def _push_scope(self, agent: str, scope: int, now: int) -> Iterable[int]:
        rows = PushedRows(self._ledger, scope)
        place, revision = (agent, rows.roots()), self._ledger.revision()
        at = self._found(place, revision)
        while True:
            sessions = rows.sessions(at.revision)
            if at.target == at.revision and not sessions and not rows.slots(at.revision, -1):
                return
            # What was broken off goes on to its own target; what changed since then comes after.
            target = at.target if at.target > at.revision else revision
            for slot, told in rows.parts(at.revision, at.slot, _PART):
                kept = [row for row in told if row[6] in self._machines]
                self._write(place, kept, sessions, _At(at.revision, target, slot), now)
                sessions = []
                yield len(kept)
            self._write(place, [], sessions, _At(target, target, -1), now)
            if target >= revision:
                return
            at = _At(target, target, -1)

    def _found(self, place: tuple[str, str], revision: int) -> _At:
        """Return where the database says that a scope stands, the beginning where it differs."""
        row = self._connection.execute(
            "SELECT revision, target, slot, token FROM ccmon.cursors WHERE person = current_user"
            " AND ledger = %s AND agent = %s AND scope = %s",
            (self._own.id, *place),
        ).fetchone()
        self._connection.commit()
        if row is None or row[3] not in self._tokens() or row[1] > revision:
            return _At(0, 0, -1)
        return _At(*row[:3])

    def _tokens(self) -> list[str]:
        return (self._ledger.setting(_TOKENS) or "").split()

    def _new_token(self) -> str:
        """Return a token that the ledger knows before the database does."""
        token = os.urandom(6).hex()
        known = [*self._tokens(), token][-_MOST_TOKENS * 8 :]
        self._ledger.keep_settings({_TOKENS: " ".join(known)})
        return token

    def _write(
        self,
        place: tuple[str, str],
        told: list[Told],
        sessions: Iterable[Any],
        at: _At,
        now: int,
    ) -> None:
        """Bring a part to the database with the cursor that says so, in one transaction."""
        agent, roots = place
        token = self._new_token()
        with self._connection.transaction(), self._connection.cursor() as cursor:
            for statement in merged.LOCK:
                cursor.execute(statement)
            if told:
                self._write_responses(cursor, agent, told)
            if sessions:
                shown = self._shown.workplace
                rows = (
                    (agent, each.session, *shown(each.path, each.is_name), each.rank, each.time)
                    for each in sessions
                )
                _copy(cursor, "staged_sessions", rows)
                cursor.execute(merged.SESSIONS)
            for statement in merged.NOTE if told or sessions else ():
                cursor.execute(statement)
            cursor.execute(
                "INSERT INTO ccmon.cursors (ledger, agent, scope, revision, target, slot, token,"
                " projects, pushed_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
                " ON CONFLICT (person, ledger, agent, scope) DO UPDATE SET"
                " (revision, target, slot, token, projects, pushed_at) = (excluded.revision,"
                " excluded.target, excluded.slot, excluded.token, excluded.projects,"
                " excluded.pushed_at)",
                (self._own.id, agent, roots, *at, token, self._shown.projects, now),
            )

    def _write_responses(self, cursor: Cursor[Any], agent: str, told: list[Told]) -> None:
        own, directory = int(self._own.id, 16), self._shown.directory
        rows = (_staged(agent, row, own + row[6], directory(row[5])) for row in told)
        _copy(cursor, f"staged ({merged.STAGED})", rows)
        cursor.execute("ANALYZE staged (agent, id, is_void)")
        for statement in merged.MERGE:
            cursor.execute(statement)
        found = cursor.execute(merged.IS_SHARED).fetchone()
        is_shared, has_void = found or (False, False)
        sight = merged.SIGHT if is_shared else ()
        void = merged.SIGHT_NO_MORE if is_shared and has_void else ()
        for statement in (*sight, *void, merged.SAME_AS_BEFORE, *merged.WRITE, *merged.SUM):
            cursor.execute(statement)
        cursor.execute(LEAVE)
        (is_any,) = cursor.execute("SELECT EXISTS (SELECT 1 FROM before)").fetchone() or (False,)
        for statement in SPAN if is_any else ():
            cursor.execute(statement)


def _staged(agent: str, row: Told, machine: int, directory: str) -> tuple[object, ...]:
    """Return what is told of a response in the order of `merged.STAGED`."""
    return (row[0], agent, *row[1:5], directory, machine, *row[7:-1])


def _copy(cursor: Cursor[Any], table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Copy rows as text, many at a time: each by itself takes several times as long."""
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        lines: list[str] = []
        for row in rows:
            lines.append("\t".join(["\\N" if each is None else _text(each) for each in row]))
            if len(lines) >= 2_000:
                copy.write("\n".join(lines) + "\n")
                lines = []
        if lines:
            copy.write("\n".join(lines) + "\n")


def _text(value: Any) -> str:
    return readable(value).translate(_ESCAPED) if isinstance(value, str) else str(value)


def forget(address: str) -> int:
    """Take back all that was ever pushed as this role; return how many responses those were."""
    from engine.machines.team.schema import TABLES

    connection = open_checked(address)
    with speaking(address), connection, connection.transaction():
        for statement in merged.LOCK:
            connection.execute(statement)
        gone = 0
        for table in TABLES:
            count = connection.execute(
                f"DELETE FROM ccmon.{table} WHERE person = current_user"
            ).rowcount
            gone = count if table == "responses" else gone
    return gone


def init(address: str) -> None:
    """Make schema, roles and views where they are not there yet; raises `SettingsError`."""
    from engine.machines.team.schema import statements

    connection = connect(address)
    with speaking(address), connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(8391730)")
        for statement in statements():
            connection.execute(statement)
