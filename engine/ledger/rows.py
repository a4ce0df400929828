"""What the accumulators and details read from the ledger; no row is changed here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct

from engine.domain.responses import Tokens
from engine.domain.slots import QUARTER, slot_bounds, slot_of
from engine.domain.sums import AgentSums, SessionSums, SlotSums, Sums
from engine.ledger.book import Ledger
from engine.ledger.files import paths_of_session
from engine.ledger.packed_rows import bring_between
from engine.ledger.sums import CONTEXT, COUNTS

_SUMS = (
    "responses, unpriced, input, output, cache_read, cache_write_5m, cache_write_1h, cost,"
    " first, last, reasoning"
)
_GROUPED = (
    "sum(responses), sum(unpriced), sum(input), sum(output), sum(cache_read),"
    " sum(cache_write_5m), sum(cache_write_1h), sum(cost), min(first), max(last), sum(reasoning)"
)

Where = Literal["session", "workplace", "model"]

_SLOTS_OF_CONTEXT = 40
"""So many slots (five hours) before a session's last its last own response is looked for."""
_OF_SESSION = "buckets INDEXED BY buckets_by_session"
"""SQLite would rather look through all buckets, in the order of their slots."""


class Recent(Struct, frozen=True, gc=False):
    """A response of the last hours, as rates need it."""

    time: int
    session: int
    model: int
    agent: int
    """The sub-agent, 0 for the main conversation."""
    tokens: int
    plain_tokens: int
    """Input and output alone."""
    cost: int
    is_counted: int
    """1 where it has tokens or a cost at all, else 0."""
    context: int = 0
    """Tokens in the context after it: 0 says nothing of it, `COMPACTED` that nobody knows."""


class Booked(Struct, frozen=True, gc=False):
    """A response as the ledger keeps it, for details."""

    time: int
    session: int
    directory: int
    model: int
    agent: int
    is_sidechain: bool
    tokens: Tokens
    cost: int | None


class Reader:
    """Reads scopes of a ledger, one of each agent in question."""

    def __init__(self, ledger: Ledger, scopes: Sequence[int]) -> None:
        self._ledger = ledger
        self._connection = ledger.connection
        self._scopes = scopes
        self._within = within(scopes)

    def _all(self, statement: str, *values: object) -> list[tuple[int, ...]]:
        with self._ledger.lock:
            return self._connection.execute(statement, values).fetchall()

    def _each(self, statement: str, *values: object) -> Iterator[tuple[int, ...]]:
        """Yield rows that together would take much memory; nobody else reads meanwhile."""
        with self._ledger.lock:
            yield from self._connection.execute(statement, values)

    def slot_rows(self, since: int, first: int = 0, before: int = 1 << 62) -> Iterator[SlotSums]:
        """Yield sums of slots changed after a revision, in a range of slots."""
        condition, values = "slot >= ? AND slot < ?", [first, before]
        if since:
            condition, values = "changed > ?", [since]
        rows = self._each(
            f"SELECT slot, model, {_SUMS} FROM slot_totals WHERE {self._within} AND {condition}",
            *values,
        )
        return (SlotSums(row[0], row[1], Sums._make(row[2:])) for row in rows)

    def session_rows(self, since: int = 0) -> Iterator[SessionSums]:
        """Yield sums of sessions changed after a revision."""
        condition = " AND changed > ?" if since else ""
        rows = self._each(
            f"SELECT session, project, model, {_SUMS} FROM session_totals WHERE {self._within}"
            + condition,
            *((since,) if since else ()),
        )
        return map(_of_session, rows)

    def session_rows_between(self, first: int, before: int) -> list[SessionSums]:
        """Return sums of sessions in a range of slots."""
        rows = self._all(
            f"SELECT session, project, model, {_GROUPED} FROM buckets WHERE {self._within}"
            " AND slot >= ? AND slot < ? AND responses > 0 GROUP BY session, project, model",
            first,
            before,
        )
        return list(map(_of_session, rows))

    def session_rows_within(self, start: int, end: int) -> list[SessionSums]:
        """Return sums of sessions from a time up to another, to the response.

        Whole quarter hours come from their sums; a row may come twice.
        """
        whole, last = -(-start // QUARTER) * QUARTER, end // QUARTER * QUARTER
        if whole >= last:
            return self._rows_of_responses(start, end)
        return [
            *self._rows_of_responses(start, whole),
            *self.session_rows_between(slot_of(whole), slot_of(last)),
            *self._rows_of_responses(last, end),
        ]

    def _rows_of_responses(self, start: int, end: int) -> list[SessionSums]:
        if start >= end:
            return []
        bring_between(self._ledger, self._scopes, start, end)
        rows = self._all(
            "SELECT session, project, model, count(*),"
            " sum(recorded IS NULL AND calculated IS NULL), sum(input), sum(output),"
            " sum(cache_read), sum(cache_write_5m), sum(cache_write_1h),"
            " sum(coalesce(recorded, calculated, 0)), min(time), max(time), sum(reasoning)"
            " FROM responses"
            f" WHERE {self._within} AND time >= ? AND time < ? AND {COUNTS}"
            " GROUP BY session, project, model",
            start,
            end,
        )
        return list(map(_of_session, rows))

    def bucket_rows_of_session(self, session: int) -> list[SlotSums]:
        """Return the sums of one session's slots."""
        rows = self._all(
            f"SELECT slot, model, {_GROUPED} FROM {_OF_SESSION} WHERE {self._within}"
            " AND session = ? AND responses > 0 GROUP BY slot, model",
            session,
        )
        return [SlotSums(row[0], row[1], Sums._make(row[2:])) for row in rows]

    def bucket_rows_where(self, column: Where, numbers: Sequence[int]) -> list[SlotSums]:
        """Return the sums of the slots of some sessions, of workplaces' sessions, or of models."""
        rows = self._all(
            f"SELECT slot, model, {_GROUPED} FROM buckets WHERE {self._within}"
            f" AND {self._where(column, numbers)} AND responses > 0 GROUP BY slot, model"
        )
        return [SlotSums(row[0], row[1], Sums._make(row[2:])) for row in rows]

    def session_rows_where(self, column: Where, numbers: Sequence[int]) -> list[SessionSums]:
        """Return the sums of some sessions, of workplaces' sessions, or of models."""
        rows = self._all(
            f"SELECT session, project, model, {_SUMS} FROM session_totals WHERE {self._within}"
            f" AND {self._where(column, numbers)} AND responses > 0"
        )
        return list(map(_of_session, rows))

    def _where(self, column: Where, numbers: Sequence[int]) -> str:
        listed = f"{column} IN ({', '.join(map(str, numbers))})"
        return works_in(self._within, listed) if column == "workplace" else listed

    def session_workplaces(self, since: int = 0) -> list[tuple[int, int]]:
        """Return sessions with where they work that came to be known after a revision."""
        return self._all(  # type: ignore[return-value]
            f"SELECT session, workplace FROM session_workplaces WHERE {self._within}"
            + (f" AND changed > {since}" if since else "")
        )

    def workplaces(self) -> dict[int, tuple[str, bool]]:
        """Return all workplaces: path, and whether it is but the name of a directory."""
        return self._ledger.names.workplaces()

    def session_counts(self, ranges: list[tuple[int, int]]) -> list[int]:
        """Return the number of sessions with responses in each range of slots."""
        with self._ledger.lock:
            connection = self._connection
            count = (
                f"SELECT count(DISTINCT session) FROM buckets WHERE {self._within} AND slot >= ?"
                " AND slot < ? AND responses > 0"
            )
            return [
                connection.execute(count, (first, before)).fetchone()[0] for first, before in ranges
            ]

    def recent(self, start: int, since: int) -> dict[int, Recent]:
        """Return responses from a time on that changed after a revision, by id."""
        bring_between(self._ledger, self._scopes, start)
        rows = self._all(
            "SELECT id, time, session, model, is_sidechain * agent, input + output + cache_read +"
            " cache_write_5m + cache_write_1h, input + output,"
            f" coalesce(recorded, calculated, 0), {COUNTS}, {CONTEXT} FROM responses"
            f" WHERE {self._within} AND time >= ? AND changed > ?",
            start,
            since,
        )
        return {row[0]: Recent(*row[1:]) for row in rows}

    def first_time(self, start: int, end: int = 1 << 62) -> int | None:
        """Return when the first response from a time on, and before another, came."""
        bring_between(self._ledger, self._scopes, start, end)
        rows = self._all(
            f"SELECT time FROM responses WHERE {self._within} AND time >= ? AND time < ?"
            f" AND {COUNTS} ORDER BY time LIMIT 1",
            start,
            end,
        )
        return rows[0][0] if rows else None

    def responses_of(self, session: int, most: int) -> list[Booked]:
        """Return the newest responses of a session, newest first.

        The session's buckets say when to look, so no index by session is needed.
        """
        slots = [
            row[0]
            for row in self._all(
                f"SELECT DISTINCT slot FROM {_OF_SESSION} WHERE {self._within} AND session = ?"
                " AND responses > 0 ORDER BY slot DESC",
                session,
            )
        ]
        found: list[Booked] = []
        for slot in slots:
            start, end = slot_bounds(slot)
            bring_between(self._ledger, self._scopes, start, end + 1)
            rows = self._all(
                "SELECT time, session, project, model, agent, is_sidechain, input, output,"
                " cache_read, cache_write_5m, cache_write_1h, coalesce(recorded, calculated)"
                f" FROM responses WHERE {self._within} AND time >= ? AND time <= ? AND {COUNTS}"
                " AND session = ? ORDER BY time DESC, id",
                start,
                end,
                session,
            )
            found += [_booked(row) for row in rows]
            if len(found) >= most:
                break
        return found[:most]

    def context_of(self, session: int) -> tuple[int, int] | None:
        """Return the tokens in a session's context and the most that were in one of its model.

        `COMPACTED` where nobody knows since a compaction, `None` where nothing is known.
        """
        slots = self._all(
            f"SELECT max(slot) FROM {_OF_SESSION} WHERE {self._within} AND session = ?"
            " AND responses > 0",
            session,
        )
        if slots[0][0] is None:
            return None
        start = slot_bounds(slots[0][0] - _SLOTS_OF_CONTEXT)[0]
        bring_between(self._ledger, self._scopes, start)
        rows = self._all(
            f"SELECT model, {COUNTS}, {CONTEXT} AS context FROM responses WHERE {self._within}"
            " AND time >= ? AND session = ? AND NOT is_sidechain AND context > 0"
            " ORDER BY time, id",
            start,
            session,
        )
        if not rows:
            return None
        model = next((model for model, is_counted, _ in reversed(rows) if is_counted), None)
        return rows[-1][2], max(row[2] for row in rows if row[0] == model or not row[1])

    def transcripts_of(self, roots: list[str], sessions: Iterable[str]) -> dict[str, str]:
        """Return the main transcript of each session that has one, by session."""
        found: dict[str, str] = {}
        for session in sessions:
            rows = self._all(
                "SELECT DISTINCT projects.name FROM sessions CROSS JOIN session_totals USING"
                " (session) CROSS JOIN projects USING (project)"
                f" WHERE sessions.name = ? AND {self._within}",
                session,
            )
            projects = [str(row[0]) for row in rows]
            paths = paths_of_session(self._ledger, roots, projects, session)
            if paths and paths[0].endswith(f"/{session}.jsonl"):
                found[session] = paths[0]
        return found

    def transcripts(self, roots: list[str], projects: list[str], session: str) -> list[str]:
        """Return a session's transcripts that are known below some roots."""
        return paths_of_session(self._ledger, roots, projects, session)

    def agents_of(self, session: int) -> list[AgentSums]:
        """Return the sums of a session's sub-agents."""
        slots = self._all(
            f"SELECT min(slot), max(slot) FROM buckets WHERE {self._within} AND session = ?",
            session,
        )
        if slots[0][0] is None:
            return []
        start, end = slot_bounds(slots[0][0])[0], slot_bounds(slots[0][1])[1]
        bring_between(self._ledger, self._scopes, start, end + 1)
        rows = self._all(
            "SELECT agent, model, count(*), sum(recorded IS NULL AND calculated IS NULL),"
            " sum(input), sum(output), sum(cache_read), sum(cache_write_5m),"
            " sum(cache_write_1h), sum(coalesce(recorded, calculated, 0)), min(time), max(time),"
            " sum(reasoning)"
            f" FROM responses WHERE {self._within} AND time >= ? AND time <= ? AND {COUNTS}"
            " AND session = ? AND is_sidechain GROUP BY agent, model",
            start,
            end,
            session,
        )
        return [AgentSums(row[0], row[1], Sums._make(row[2:])) for row in rows]


def works_in(scopes: str, workplaces: str) -> str:
    """Return the condition, as SQL, that a row's session works in a place; both are conditions."""
    return f"session IN (SELECT session FROM session_workplaces WHERE {scopes} AND {workplaces})"


def within(scopes: Sequence[int]) -> str:
    """Return the condition, as SQL, that a row is of one of some scopes."""
    if len(scopes) == 1:
        return f"scope = {scopes[0]}"
    return f"scope IN ({', '.join(map(str, scopes))})"


def _of_session(row: tuple[int, ...]) -> SessionSums:
    return SessionSums(row[0], row[1], row[2], Sums._make(row[3:]))


def _booked(row: tuple[int, ...]) -> Booked:
    return Booked(
        time=row[0],
        session=row[1],
        directory=row[2],
        model=row[3],
        agent=row[4],
        is_sidechain=bool(row[5]),
        tokens=Tokens(*row[6:11]),
        cost=row[11],
    )
