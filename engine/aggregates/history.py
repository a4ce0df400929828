"""All of history by slot and model, and its days in the user's zone."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from datetime import date, timedelta, tzinfo
from itertools import groupby
from operator import attrgetter

from engine.aggregates.packed import Packed
from engine.aggregates.tally import Tally
from engine.domain.slots import slot_bounds, slot_of
from engine.domain.sums import SlotSums, Sums
from engine.domain.times import day_of, start_of_day


class History:
    """Sums by slot and model; days are made once and made anew when a slot changes."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self.slots: Packed[dict[int, Sums]] = Packed(dict[int, Sums])
        self.order: list[int] = []
        """Slots that have responses, in time order."""
        self.responses = 0
        """Number of responses in all slots."""
        self._days: dict[date, Tally] | None = None
        self._stale: set[date] = set()

    def update(self, rows: Iterable[SlotSums]) -> int | None:
        """Take changed rows; return the earliest slot that changed."""
        changed: set[int] = set()
        for slot, of_slot in groupby(rows, attrgetter("slot")):
            models = self.slots.get(slot, {})
            for row in of_slot:
                old = models.pop(row.model, None)
                self.responses += row.sums.responses - (old.responses if old else 0)
                if row.sums.responses:
                    models[row.model] = row.sums
            self.slots[slot] = models
            changed.add(slot)
        self._put_in_order(changed)
        if self._days is not None:
            self._stale.update(day_of(slot_bounds(slot)[0], self.zone) for slot in changed)
        return min(changed, default=None)

    def _put_in_order(self, changed: set[int]) -> None:
        gone = {slot for slot in changed if not self.slots[slot]}
        for slot in gone:
            del self.slots[slot]
        if gone or len(changed) > 50:
            self.order = sorted(self.slots)
            return
        for slot in changed:
            place = bisect_left(self.order, slot)
            if place == len(self.order) or self.order[place] != slot:
                insort(self.order, slot)

    def set_zone(self, zone: tzinfo) -> None:
        """Count days in another zone."""
        self.zone = zone
        self._days = None
        self._stale.clear()

    def span_of(self, slot: int) -> tuple[int, int]:
        """Return when a slot's first and last response came."""
        return span_of(self.slots[slot])

    def tally(self, first: int, before: int) -> Tally:
        """Return the tally of a range of slots."""
        tally = Tally()
        for slot in self.slots_between(first, before):
            tally.add_all(self.slots[slot])
        return tally

    def slots_between(self, first: int, before: int) -> list[int]:
        """Return the slots of a range that have responses, in time order."""
        return self.order[bisect_left(self.order, first) : bisect_left(self.order, before)]

    def slots_of_day(self, day: date) -> tuple[int, int]:
        """Return the slots of a day, as first and the one after the last."""
        return (
            slot_of(start_of_day(day, self.zone)),
            slot_of(start_of_day(day + timedelta(days=1), self.zone)),
        )

    def day(self, day: date) -> Tally:
        """Return the tally of one day."""
        if self._days is not None and day not in self._stale:
            return self._days.get(day) or Tally()
        return self.tally(*self.slots_of_day(day))

    def days(self) -> dict[date, Tally]:
        """Return the tallies of all days that have responses, in order."""
        if self._days is None:
            self._days = {}
            for slot in self.order:
                day = day_of(slot_bounds(slot)[0], self.zone)
                self._days.setdefault(day, Tally()).add_all(self.slots[slot])
        elif self._stale:
            for day in self._stale:
                tally = self.tally(*self.slots_of_day(day))
                if tally.by_model:
                    self._days[day] = tally
                else:
                    self._days.pop(day, None)
            self._days = dict(sorted(self._days.items()))
        self._stale.clear()
        return self._days


def span_of(models: Mapping[int, Sums]) -> tuple[int, int]:
    """Return when the first and the last response of several models came."""
    return min(sums.first for sums in models.values()), max(sums.last for sums in models.values())
