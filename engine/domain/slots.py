"""Slots: the halves of quarter hours by which the ledger sums.

An even slot holds what came exactly on the quarter hour (it ends a block but begins a day), the
odd one after it the rest. Every zone's days begin on a quarter hour.
"""

from __future__ import annotations

from collections.abc import Iterable

QUARTER = 900_000
"""Milliseconds of a quarter hour."""


def slot_of(time: int) -> int:
    """Return the slot of a moment in UTC milliseconds."""
    return time // QUARTER * 2 + (time % QUARTER != 0)


def slot_bounds(slot: int) -> tuple[int, int]:
    """Return the first and the last millisecond of a slot."""
    quarter = slot // 2 * QUARTER
    return (quarter, quarter) if slot % 2 == 0 else (quarter + 1, quarter + QUARTER - 1)


def spans_of(slots: Iterable[int]) -> list[tuple[int, int]]:
    """Return the ranges of time that slots in order cover: first and last millisecond of each."""
    ranges: list[tuple[int, int]] = []
    for slot in slots:
        start, end = slot_bounds(slot)
        if ranges and ranges[-1][1] + 1 == start:
            ranges[-1] = (ranges[-1][0], end)
        else:
            ranges.append((start, end))
    return ranges
