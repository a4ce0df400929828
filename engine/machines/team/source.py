"""A team's database as what questions of a report are asked of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from engine.domain.choices import Mode
from engine.domain.responses import CLAUDE
from engine.machines.team.connection import open_checked, speaking
from engine.machines.team.names import TeamNames
from engine.machines.team.sums import TeamSums

if TYPE_CHECKING:
    from psycopg import Connection

_T = TypeVar("_T")


class TeamSource:
    """One connection that reads; what it answers is of all people, or of who asks alone.

    `is_apart` says that machines and people were asked for, however many there are.
    """

    def __init__(self, address: str, *, is_apart: bool = False) -> None:
        """Connect; raises `SettingsError`."""
        self._address = address
        self._connection: Connection[Any] = open_checked(address)
        self._names = TeamNames()
        with speaking(address):
            rows = self._connection.execute("SELECT person, machine, name FROM ccmon.machines")
            self._names.know_machines(rows.fetchall(), is_asked=is_apart)
            # Only what was pushed as a whole is there: the statements of a report are short.
            self._connection.execute("SET SESSION jit = off")
            self._connection.commit()

    @property
    def names(self) -> TeamNames:
        """What numbers are called."""
        return self._names

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def scopes(self, agents: Sequence[str] = ()) -> dict[str, int]:
        """Return a number for each agent that was pushed, of some or of all."""
        with speaking(self._address):
            rows = self._connection.execute("SELECT DISTINCT agent FROM ccmon.cursors")
            known = sorted(row[0] for row in rows.fetchall())
            self._connection.commit()
        found = {
            agent: self._names.number("scopes", agent)
            for agent in known
            if not agents or agent in agents
        }
        return found or {CLAUDE: self._names.number("scopes", CLAUDE)}

    def sums_of(self, scopes: Sequence[int], mode: Mode) -> TeamSums:
        """Return what sums the responses of some agents in a cost mode."""
        agents = [self._names.row("scopes", scope)[0] for scope in scopes]  # type: ignore[arg-type]
        return TeamSums(self._connection, self._names, agents, mode)

    @contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """See everything as it is now, whatever is pushed meanwhile."""
        self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield
        finally:
            self._connection.rollback()

    def insist(self, step: Callable[[], _T]) -> _T:
        """Return what a step returns; raises `SettingsError` for what goes wrong in between."""
        with speaking(self._address):
            return step()
