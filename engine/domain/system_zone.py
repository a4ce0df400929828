"""The zone that the C library knows, where neither a name nor a file of rules can be had."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, tzinfo

_EPOCH = datetime(1970, 1, 1)


class SystemZone(tzinfo):
    """Asks the C library for the offset of each moment, so that summer and winter differ.

    Of a moment that it refuses, as Windows' does before 1970, the offset of today holds.
    """

    def utcoffset(self, moment: datetime | None) -> timedelta:
        """Return the offset at a clock's reading; of one that comes twice the one it has now."""
        seconds = _seconds(moment)
        offset = _offset_at(seconds)
        for _ in range(2):
            offset = _offset_at(seconds - offset)
        return timedelta(seconds=offset)

    def dst(self, _moment: datetime | None) -> timedelta | None:
        """Return `None`: what of the offset is summer's is not known."""
        return None

    def tzname(self, _moment: datetime | None) -> str:
        """Return no abbreviation, but a word."""
        return "local"

    def fromutc(self, moment: datetime) -> datetime:
        """Return a moment of UTC by the system's clock."""
        offset = _offset_at(_seconds(moment))
        return moment + timedelta(seconds=offset)


def _seconds(moment: datetime | None) -> int:
    bare = datetime.now(UTC).replace(tzinfo=None) if moment is None else moment.replace(tzinfo=None)
    return int((bare - _EPOCH).total_seconds())


def _offset_at(seconds: int) -> int:
    try:
        return time.localtime(seconds).tm_gmtoff
    except (OSError, OverflowError, ValueError):
        return time.localtime().tm_gmtoff
