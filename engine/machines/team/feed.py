"""Follows a team's database: what changed since the last look, told by each person's count."""

from __future__ import annotations

from collections.abc import Sequence
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from engine.domain.responses import CLAUDE
from engine.machines.team.connection import open_checked, speaking
from engine.machines.team.names import TeamNames

if TYPE_CHECKING:
    from psycopg import Connection

_MOST_KEPT = 100
"""Looks whose changes are remembered, for views that pull now and then."""

Look = Literal["nothing", "some", "anew"]
"""What a look found: `anew` where nobody can say what changed."""


class Changes(NamedTuple):
    """What changed after a revision of the feed."""

    slots: set[int]
    sessions: set[str]


class TeamFeed:
    """One connection for all live views of a database; any thread may ask, one thread looks.

    Where the database goes away every question raises `SettingsError` until `reconnect`.
    """

    def __init__(self, address: str, *, is_apart: bool = False) -> None:
        """Connect, and take everything as seen; raises `SettingsError`."""
        self._address = address
        self._is_apart = is_apart
        self._lock = RLock()
        self._connection: Connection[Any] = self._connect()
        self.names = TeamNames()
        self.agents: tuple[str, ...] = (CLAUDE,)
        """All agents that were pushed."""
        self._seen: dict[str, int] = {}
        self._changes: list[tuple[int, Changes]] = []
        self.revision = 1
        """Counts up with every look that found something."""
        self.look()

    def _connect(self) -> Connection[Any]:
        connection = open_checked(self._address)
        connection.autocommit = True
        with speaking(self._address):
            connection.execute("SET jit = off; SET default_transaction_read_only = on")
        return connection

    def reconnect(self) -> None:
        """Connect once more; raises `SettingsError`."""
        self._connection.close()
        connection = self._connect()
        with self._lock:
            self._connection = connection

    def close(self) -> None:
        """Close the connection; may be called twice."""
        self._connection.close()

    def ask(self, statement: str, values: Any = ()) -> list[tuple[Any, ...]]:
        """Return what a statement answers; raises `SettingsError`."""
        with self._lock, speaking(self._address):
            return self._connection.execute(statement, values or None).fetchall()

    def look(self) -> Look:
        """Look at what was pushed since the last look."""
        now = dict(self.ask("SELECT person, revision FROM ccmon.people ORDER BY person"))
        if now == self._seen:
            return "nothing"
        found = self._changed(now)
        is_whole = self._learn() and found is not None
        self._seen = now
        self.revision += 1
        if not is_whole or found is None:
            self._changes.clear()
            return "anew"
        self._changes = [*self._changes[-_MOST_KEPT:], (self.revision, found)]
        return "some"

    @property
    def people(self) -> list[str]:
        """Everybody who pushed."""
        return list(self._seen)

    def since(self, revision: int) -> Changes:
        """Return what changed after a revision of the feed."""
        slots, sessions = set[int](), set[str]()
        for at, each in self._changes:
            if at > revision:
                slots |= each.slots
                sessions |= each.sessions
        return Changes(slots, sessions)

    def _changed(self, now: dict[str, int]) -> Changes | None:
        """Return what people say that changed, `None` where one of them does not say."""
        if any(now.get(person, -1) < seen for person, seen in self._seen.items()):
            return None
        before = self._seen
        people = [person for person, count in now.items() if count > before.get(person, 0)]
        seen = [before.get(person, 0) for person in people]
        rows = self.ask(
            "SELECT slots, sessions FROM ccmon.changes c JOIN"
            " unnest(%s::text[], %s::bigint[], %s::bigint[]) AS s(of, seen, until)"
            " ON c.person = s.of AND c.revision > s.seen AND c.revision <= s.until",
            (people, seen, [now[person] for person in people]),
        )
        if len(rows) != sum(now[person] for person in people) - sum(seen):
            return None
        if any(slots is None for slots, _ in rows):
            return None
        return Changes(
            {slot for slots, _ in rows for slot in slots},
            {session for _, sessions in rows for session in sessions},
        )

    def _learn(self) -> bool:
        """Learn machines and agents; return whether models and agents are told apart as before."""
        before = (self.names.is_apart, self.agents)
        machines = self.ask("SELECT person, machine, name FROM ccmon.machines")
        self.names.know_machines(machines, is_asked=self._is_apart)
        agents = self.ask("SELECT DISTINCT agent FROM ccmon.cursors ORDER BY agent")
        self.agents = tuple(agent for (agent,) in agents) or (CLAUDE,)
        return before == (self.names.is_apart, self.agents)


def agents_shown(feed: TeamFeed, agents: Sequence[str]) -> tuple[str, ...]:
    """Return those of some agents that were pushed, all for none named."""
    found = tuple(agent for agent in feed.agents if not agents or agent in agents)
    return found or tuple(agents) or (CLAUDE,)
