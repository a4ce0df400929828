"""Sums by the hours and days of a zone, worked out where the sums are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, tzinfo
from itertools import pairwise

from msgspec.structs import replace

from engine.domain.chosen import Chosen, Key, Step
from engine.domain.slots import QUARTER, slot_bounds
from engine.domain.sums import KeyedSums
from engine.domain.times import DAY, HOUR, offsets_between
from engine.ledger.selector import in_parts
from engine.reports.queries.source import SumSource

_AT_ONCE = 2 * 366 * DAY // QUARTER * 2
"""Slots whose changes of the clock are looked for at once: between times there may be ages."""
_MOST_OFFSETS = 40
"""Changes of the clock that one statement can take in at a fair speed."""
_FIRST_DAY = date(1970, 1, 1).toordinal()

Stepped = tuple[int, int]
"""A step's number since 1970 by the local clock, and the clock's offset from UTC in ms."""


def day_numbered(number: int) -> date:
    """Return a day by its number since 1970."""
    return date.fromordinal(_FIRST_DAY + number)


class Steps:
    """Sums by equal steps of a zone's clock: its hours, or its days."""

    def __init__(self, selector: SumSource, zone: tzinfo, length: int) -> None:
        self._selector = selector
        self._zone = zone
        self._length = length

    def sums(self, by: Sequence[Key], chosen: Chosen) -> Iterator[tuple[Stepped, KeyedSums]]:
        """Yield steps with their sums by keys; a step that the clock changes in comes twice."""
        for offset, part in self._stretches(chosen):
            step = self._step(offset)
            if step is None:
                for row in self._selector.sums(("slot", *by), part):
                    number = self._number(row.keys[0], offset)
                    yield (number, offset), KeyedSums(row.keys[1:], row.model, row.sums)
            else:
                for row in self._selector.sums(by, part, step):
                    yield (row.keys[0], offset), KeyedSums(row.keys[1:], row.model, row.sums)

    def sessions(
        self, by: Sequence[Key], chosen: Chosen
    ) -> Iterator[tuple[Stepped, tuple[int, ...]]]:
        """Yield steps with keys and a session that has responses in them."""
        for offset, part in self._stretches(chosen):
            step = self._step(offset)
            if step is None:
                for row in self._selector.sums(("slot", *by, "session"), part):
                    yield (self._number(row.keys[0], offset), offset), row.keys[1:]
            else:
                for found in self._selector.sessions_in_steps(by, part, step):
                    yield (found[0], offset), found[1:]

    def session_counts(
        self, chosen: Chosen
    ) -> tuple[Counter[tuple[int, int]], Iterator[tuple[int, int]]]:
        """Return how many sessions are in two steps and no other, or in one that is both.

        And, for all others, the number of each step and session.
        """
        offsets = [(slot_bounds(part.first)[0], offset) for offset, part in self._stretches(chosen)]
        is_even = all(offset % QUARTER == 0 for _, offset in offsets)
        if not chosen.is_of_all_time or not is_even or not 0 < len(offsets) <= _MOST_OFFSETS:
            every = self.sessions((), chosen)
            return Counter(), ((number, session) for (number, _), (session,) in every)
        rows = self._selector.session_steps(chosen, self._length, offsets)
        counts = Counter({row[:2]: row[3] for row in rows if not row[2]})
        longer = [session for _, _, session, _ in rows if session]
        return counts, self._steps_of(longer, chosen)

    def _steps_of(self, sessions: list[int], chosen: Chosen) -> Iterator[tuple[int, int]]:
        for part in in_parts(sessions):
            for (number, _), (session,) in self.sessions((), replace(chosen, sessions=part)):
                yield number, session

    def _stretches(self, chosen: Chosen) -> Iterator[tuple[int, Chosen]]:
        """Yield the clock's offsets with what came while each held, where anything did."""
        before = min(chosen.before, self._selector.end())
        begin = self._selector.slot_from(chosen.first)
        while begin is not None and begin < before:
            stop = min(begin + _AT_ONCE, before)
            start, end = slot_bounds(begin)[0], slot_bounds(stop)[0]
            stretches = offsets_between(start, end, self._zone)
            slots = [begin, *(_slot_from(moment) for moment, _ in stretches[1:]), stop]
            for (_, offset), (first, last) in zip(stretches, pairwise(slots), strict=True):
                if first < last:
                    yield offset, replace(chosen, first=first, before=last)
            begin = self._selector.slot_from(stop)

    def _step(self, offset: int) -> Step | None:
        """Return the step in quarter hours, `None` where the clock is off the quarter hour."""
        if offset % QUARTER:
            return None
        return Step(self._length // QUARTER, offset // QUARTER)

    def _number(self, slot: int, offset: int) -> int:
        return (slot_bounds(slot)[0] + offset) // self._length


def hour_bounds(number: int, offset: int, zone: tzinfo) -> tuple[int, int]:
    """Return when an hour of the clock begins and ends, cut where the clock changes."""
    start = number * HOUR - offset
    stretches = offsets_between(start, start + HOUR, zone)
    ends = [*(moment for moment, _ in stretches[1:]), start + HOUR]
    for (begin, held), end in zip(stretches, ends, strict=True):
        if held == offset:
            return begin, end
    return start, start + HOUR


def _slot_from(moment: int) -> int:
    """Return the first slot that begins at a moment or later."""
    return -(-moment // QUARTER) * 2
