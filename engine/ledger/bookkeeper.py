"""Books responses: a new or replaced one is a difference on the three sums.

Merging and pricing happen here row by row, summing in SQLite; the caller's transaction
makes responses, sums and cursors one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping

from engine.domain.responses import Sighting, billed_name, merge
from engine.domain.slots import spans_of
from engine.ledger.differences import Differences, FiguresTooLarge
from engine.ledger.packs import Packs
from engine.ledger.response_rows import INSERT, REPLACE, ResponseRows
from engine.ledger.sums import ADD, COUNTS, SLOT, SPAN_ANEW, TAKE_AWAY

_EMPTY = (
    "UPDATE responses SET input = 0, output = 0, cache_read = 0, cache_write_5m = 0,"
    " cache_write_1h = 0, searches = 0, recorded = NULL, calculated = NULL, reasoning = 0,"
    " changed = :revision WHERE scope = :scope AND id IN (SELECT id FROM temp.booked)"
)


class Bookkeeper:
    """Writes responses and their sums through one connection."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        rows: ResponseRows,
        packs: Packs,
        differences: Differences,
    ) -> None:
        self._connection = connection
        self._rows = rows
        self._packs = packs
        self._differences = differences

    def book(self, scope: int, seen: Mapping[int, Sighting], revision: int) -> None:
        """Merge sightings, by response id, into a scope's responses and sums.

        Raises `FiguresTooLarge`.
        """
        if not seen:
            return
        self._packs.bring(scope, seen)
        place = {"scope": scope, "revision": revision}
        booked = self._write("NOTHING", seen, place)
        self._differences.list(seen)
        if booked < len(seen):
            self._replace(seen, place)
        else:
            self._differences.apply(ADD, place)
            self._note_other_prices(seen.values())

    def withdraw(self, scope: int, ids: Iterable[int], revision: int) -> None:
        """Take responses out of a scope's sums, leaving rows without tokens: no responses."""
        if not ids:
            return
        place = {"scope": scope, "revision": revision}
        self._packs.bring(scope, ids)
        self._differences.list(ids)
        known = self._connection.execute(
            f"SELECT id FROM temp.booked CROSS JOIN responses USING (id)"
            f" WHERE scope = :scope AND {COUNTS}",
            place,
        ).fetchall()
        if not known:
            return
        self._note_moved(scope, [id_ for (id_,) in known])
        self._differences.list(id_ for (id_,) in known)
        self._differences.apply(TAKE_AWAY, place)
        self._connection.execute(_EMPTY, place)
        self._find_spans_anew(place)

    def _replace(self, seen: Mapping[int, Sighting], place: dict[str, int]) -> None:
        """Bring sightings, of which some were new and are booked, to those known before."""
        known = dict(self._known_before(place))
        changed = {id_: new for id_, old in known.items() if (new := merge(old, seen[id_])) != old}
        moved = [id_ for id_, new in changed.items() if _moves(known[id_], new)]
        if changed:
            self._note_moved(place["scope"], moved)
            self._differences.list(changed)
            self._differences.apply(TAKE_AWAY, place)
            self._write(f"UPDATE SET {REPLACE}", changed, place)
        booked = [id_ for id_ in seen if id_ in changed or id_ not in known]
        self._differences.list(booked)
        self._differences.apply(ADD, place)
        self._note_other_prices(changed.get(id_, seen[id_]) for id_ in booked)
        if moved:
            self._find_spans_anew(place)

    def _write(self, otherwise: str, told: Mapping[int, Sighting], place: dict[str, int]) -> int:
        """Insert rows, do otherwise with those that are there, and return how many were written."""
        rows = self._rows.made(place["scope"], told, place["revision"])
        try:
            statement = f"{INSERT} ON CONFLICT DO {otherwise}"
            return self._connection.executemany(statement, rows).rowcount
        except OverflowError as error:
            raise FiguresTooLarge from error

    def _note_moved(self, scope: int, ids: list[int]) -> None:
        """List the buckets that responses are about to leave."""
        self._connection.execute("DELETE FROM temp.moved")
        self._connection.executemany(
            f"INSERT INTO temp.moved SELECT {SLOT}, session, project, model FROM responses"
            " WHERE scope = ? AND id = ?",
            [(scope, id_) for id_ in ids],
        )

    def _find_spans_anew(self, place: dict[str, int]) -> None:
        """Find when the first and the last response came of buckets that responses left."""
        slots = self._connection.execute("SELECT DISTINCT slot FROM temp.moved ORDER BY slot")
        for start, end in spans_of(slot for (slot,) in slots.fetchall()):
            self._packs.bring_between((place["scope"],), start, end + 1)
        for statement in SPAN_ANEW:
            self._connection.execute(statement, place)

    def _known_before(self, place: dict[str, int]) -> Iterator[tuple[int, Sighting]]:
        """Yield those of the listed responses that an earlier transaction booked."""
        return self._rows.select(
            "temp.booked CROSS JOIN responses USING (id)",
            "scope = :scope AND changed <> :revision",
            place,
        )

    def responses(self, scope: int, after: int, most: int) -> dict[int, Sighting]:
        """Return the next responses of a scope by id."""
        condition = "scope = :scope AND id > :after ORDER BY id LIMIT :most"
        place = {"scope": scope, "after": after, "most": most}
        return dict(self._rows.select("responses", condition, place))

    def _note_other_prices(self, changed: Iterable[Sighting]) -> None:
        """Mark models that another process has booked at another price than ours.

        Their responses are calculated anew at the next start.
        """
        for model, is_fast in {(response.model, response.is_fast) for response in changed}:
            self._connection.execute(
                "UPDATE models SET price = 'mixed' WHERE name = ? AND price <> ?",
                (billed_name(model, is_fast), self._rows.prices.fingerprint(model)),
            )


def _moves(old: Sighting, new: Sighting) -> bool:
    """Say whether a response leaves its bucket, its place in it, or the count."""
    return (old.time, old.session, old.project, old.model, old.is_fast, old.machine) != (
        new.time,
        new.session,
        new.project,
        new.model,
        new.is_fast,
        new.machine,
    ) or (bool(new.total or new.recorded) < bool(old.total or old.recorded))
