"""Reads what one owner used of Claude Code: sets of roots, each for the time it was theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from engine.domain.owners import Held, held_by, resolved
from engine.domain.slots import slot_bounds, slot_of
from engine.domain.sums import SessionSums, SlotSums, Sums, added
from engine.ledger.book import Ledger
from engine.ledger.owners import owner_notes
from engine.ledger.rows import Reader, Recent

_NOTHING = Sums(*(0,) * 11)


class _Part:
    """The roots of one time, and which slots lie wholly within it."""

    def __init__(self, ledger: Ledger, held: Held) -> None:
        self.reader = Reader(ledger, (ledger.open_scope(held.roots),))
        self.since, self.until = held.since, held.until
        first = slot_of(held.since)
        self.first = first if slot_bounds(first)[0] >= held.since else first + 1
        self.before = slot_of(held.until)

    def within(self, start: int, end: int) -> tuple[int, int]:
        """Return what of a time is the part's; it may be none."""
        return max(start, self.since), min(end, self.until)

    def has_edge(self, slot: int) -> bool:
        """Say whether a slot lies in it in part alone."""
        first, last = slot_bounds(slot)
        return first < self.until and last >= self.since and not self.first <= slot < self.before


def reader_of(
    ledger: Ledger, roots: Sequence[str], owner: str, whole: Reader
) -> Reader | OwnedReader:
    """Return what reads an owner's responses; `whole` reads those of all the roots."""
    notes: dict[str, list[tuple[int, str]]] = {}
    for root, since, noted, _ in owner_notes(ledger):
        notes.setdefault(root, []).append((since, noted))
    known = resolved({owner, *(noted for turns in notes.values() for _, noted in turns)})
    held = held_by(notes, roots, lambda each: known.get(each, each) == known[owner])
    return whole if held is None else OwnedReader(ledger, held)


class OwnedReader:
    """Reads as `Reader` does; parts follow each other in time, so that nothing counts twice."""

    def __init__(self, ledger: Ledger, held: Iterable[Held]) -> None:
        self._parts = [_Part(ledger, each) for each in held]

    def slot_rows(self, since: int, first: int = 0) -> list[SlotSums]:
        """Return sums of slots, from one on, that changed after a revision.

        Of a slot in which the owner changes only those responses count that are the owner's.
        """
        rows: list[SlotSums] = []
        edges: dict[tuple[int, int], Sums] = {}
        for part in self._parts:
            for row in part.reader.slot_rows(since, first):
                if part.first <= row.slot < part.before:
                    rows.append(row)
                elif part.has_edge(row.slot):
                    edges[row.slot, row.model] = _NOTHING
        for slot in {slot for slot, _ in edges}:
            self._fill(slot, edges)
        rows += (SlotSums(slot, model, sums) for (slot, model), sums in edges.items())
        return sorted((row for row in rows if row.slot >= first), key=lambda row: row.slot)

    def _fill(self, slot: int, edges: dict[tuple[int, int], Sums]) -> None:
        """Sum what of a slot is the owner's."""
        first, last = slot_bounds(slot)
        for row in self.session_rows_within(first, last + 1):
            known = edges.get((slot, row.model), _NOTHING)
            edges[slot, row.model] = added(known, row.sums) if known.responses else row.sums

    def session_rows_within(self, start: int, end: int) -> list[SessionSums]:
        """Return sums of sessions from a time up to another, to the response."""
        return [
            row
            for part, begun, over in self._overlapping(start, end)
            for row in part.reader.session_rows_within(begun, over)
        ]

    def recent(self, start: int, since: int) -> dict[int, Recent]:
        """Return responses from a time on that changed after a revision, by id."""
        found: dict[int, Recent] = {}
        for part in self._parts:
            for id_, each in part.reader.recent(start, since).items():
                if part.since <= each.time < part.until:
                    found[id_] = each
                else:
                    found.setdefault(id_, replace(each, is_counted=0))
        return found

    def first_time(self, start: int) -> int | None:
        """Return when the first response from a time on came."""
        times = (
            part.reader.first_time(begun, over)
            for part, begun, over in self._overlapping(start, 1 << 62)
        )
        return min((time for time in times if time is not None), default=None)

    def _overlapping(self, start: int, end: int) -> Iterator[tuple[_Part, int, int]]:
        for part in self._parts:
            begun, over = part.within(start, end)
            if begun < over:
                yield part, begun, over
