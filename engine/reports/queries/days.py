"""The slots of the ledger that a selection's days cover."""

from __future__ import annotations

from datetime import date, timedelta, tzinfo

from engine.domain.chosen import LATEST_SLOT
from engine.domain.slots import slot_of
from engine.domain.times import start_of_day

_EARLIEST = date(1970, 1, 3)
_LATEST = date(9989, 12, 30)
"""Before and after these days nothing can have come (`engine.domain.times.parse_time`)."""


def slots_between(since: date | None, until: date | None, zone: tzinfo) -> tuple[int, int]:
    """Return the slots of some days of a zone, as first and the one after the last.

    `None` stands for no bound.
    """
    first, before = 0, LATEST_SLOT
    if since is not None and since >= _EARLIEST:
        first = slot_of(start_of_day(min(since, _LATEST), zone))
    if until is not None and until < _LATEST:
        day = max(until, _EARLIEST - timedelta(days=2)) + timedelta(days=1)
        before = max(slot_of(start_of_day(day, zone)), 0)
    return first, before
