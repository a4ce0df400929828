"""What a ledger hands to a team's database: responses that changed after a revision, by slot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from engine.domain.machines import OWN, Machine
from engine.domain.packed_responses import IS_BATCH, IS_FAST, IS_US
from engine.domain.slots import slot_bounds
from engine.ledger.book import Ledger
from engine.ledger.packed_rows import bring_all
from engine.ledger.sums import CONTEXT_BITS, COUNTS

_BASE = f"CASE WHEN flags & {IS_FAST} THEN substr(m.name, 1, length(m.name) - 5) ELSE m.name END"
_SELECT = (
    f"SELECT NOT {COUNTS}, r.id, r.time, r.is_forked, s.name, p.name,"
    f" CAST(m.machine AS INTEGER), r.is_sidechain, r.won_at, {_BASE}, flags & {IS_FAST} <> 0,"
    f" flags & {IS_US} <> 0, flags & {IS_BATCH} <> 0, input, output, cache_read, cache_write_5m,"
    " cache_write_1h, searches, recorded, a.name, m.provider, reasoning,"
    f" (flags >> {CONTEXT_BITS}) - 1, calculated, r.session FROM responses r"
    " CROSS JOIN sessions s ON s.session = r.session"
    " CROSS JOIN projects p ON p.project = r.project"
    " CROSS JOIN models m ON m.model = r.model CROSS JOIN agents a ON a.agent = r.agent"
    " WHERE scope = :scope AND time BETWEEN :start AND :end AND r.changed > :since"
    f" AND ({COUNTS} OR flags >> {CONTEXT_BITS} = 0)"
)
Told = tuple[Any, ...]
"""Whether it is no response any more, its id, then what `Sighting` says of origin and winner, the
machine as its place; then its price and its session's number."""


class ToldSession(NamedTuple):
    """Where a session works."""

    session: str
    path: str
    is_name: bool
    rank: int
    time: int


class PushedRows:
    """Reads one agent's scope of a ledger."""

    def __init__(self, ledger: Ledger, scope: int) -> None:
        self._ledger = ledger
        self._scope = scope
        bring_all(ledger, (scope,))

    def roots(self) -> str:
        """Return the paths of the scope's roots, which name it for as long as the ledger lasts."""
        ((roots,),) = self._all("SELECT roots FROM scopes WHERE scope = ?", self._scope)
        return str(roots)

    def slots(self, since: int, after: int) -> list[int]:
        """Return the slots in which something changed after a revision, those after a slot."""
        rows = self._all(
            "SELECT DISTINCT slot FROM slot_totals WHERE scope = ? AND changed > ? AND slot > ?"
            " ORDER BY slot",
            self._scope,
            since,
            after,
        )
        return [row[0] for row in rows]

    def parts(self, since: int, after: int, most: int) -> Iterator[tuple[int, list[Told]]]:
        """Yield responses that changed, in parts of about so many, each with its last slot."""
        told: list[Told] = []
        slot = after
        for slot in self.slots(since, after):
            start, end = slot_bounds(slot)
            place = {"scope": self._scope, "since": since, "start": start, "end": end}
            with self._ledger.lock:
                told += self._ledger.connection.execute(_SELECT, place).fetchall()
            if len(told) >= most:
                yield slot, told
                told = []
        if told:
            yield slot, told

    def sessions(self, since: int) -> list[ToldSession]:
        """Return where sessions work of which that came to be known after a revision."""
        rows = self._all(
            "SELECT s.name, path, is_name, rank, time FROM session_workplaces"
            " JOIN sessions s USING (session) JOIN workplaces USING (workplace)"
            " WHERE scope = ? AND changed > ?",
            self._scope,
            since,
        )
        return [ToldSession(row[0], row[1], bool(row[2]), row[3], row[4]) for row in rows]

    def span(self) -> tuple[int, int, int]:
        """Return how many responses there are, and when the first and last came."""
        ((count, first, last),) = self._all(
            "SELECT coalesce(sum(responses), 0), coalesce(min(first), 0), coalesce(max(last), 0)"
            " FROM session_totals WHERE scope = ? AND responses > 0",
            self._scope,
        )
        return count, first, last

    def _all(self, statement: str, *values: object) -> list[Told]:
        with self._ledger.lock:
            return self._ledger.connection.execute(statement, values).fetchall()


def machines_of(ledger: Ledger, own: Machine) -> dict[int, Machine]:
    """Return the machines, by place, whose responses are of the same person as its own's."""
    known = ledger.names.machines()
    own = known.get(OWN, own)
    same = {place: each for place, each in known.items() if each.person == own.person}
    return same | {OWN: own}
