"""What holds of one owner's window: the youngest answer, and how it came to be (SPEC §9)."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from engine.domain.times import MINUTE
from engine.ledger.limit_readings import SAME_RESET
from engine.limits.readings import Reading, ReadingSource, length_of

FALL = 0.05
"""A share that is lower by as much was reset early; smaller falls are answers that overtook
each other."""
_JITTER = 1e-9
_STRAY = 0.02
"""A share without a reset that falls by more is that of another window."""

Step = tuple[int, float]
"""When an answer came, and the share that held from then on."""


class EarlyReset(Struct, frozen=True):
    """A window's use began anew before its end."""

    time: int
    before: float
    share: float


class Mark(Struct, frozen=True):
    """How much of a window is used, by its youngest answer."""

    owner: str
    window: str
    share: float
    resets_at: int | None
    source: ReadingSource
    captured_at: int
    """When the answer came that says so."""
    steps: tuple[Step, ...]
    """Answers since the window's use began, oldest first; shares never fall."""
    early: EarlyReset | None = None
    """The last early reset in it."""

    def holds(self, now: int) -> bool:
        """Say whether its window is still running."""
        if self.resets_at is not None:
            return self.resets_at > now
        return now - self.captured_at < length_of(self.window)


Marks = dict[tuple[str, str], Mark]
"""By owner and window."""


def marks_of(readings: Iterable[Reading]) -> Marks:
    """Return what the youngest answer says of each owner's windows, also of those that are over.

    With the same reset it lowers the mark only where it is five points or more lower, and not
    where its age is not known; another reset holds, also where it is the earlier moment. Shares
    without any reset hold only of windows that no reset is known of.
    """
    found: dict[tuple[str, str], list[Reading]] = {}
    for reading in readings:
        found.setdefault((reading.owner, reading.window), []).append(reading)
    made: Marks = {}
    for key, each in found.items():
        each.sort(key=_order)
        mark = _mark_of(each)
        if mark is not None:
            made[key] = mark
    return made


def _order(reading: Reading) -> tuple[int, float, str, str]:
    return reading.captured_at, reading.used_share, reading.source, reading.session


def _mark_of(in_order: list[Reading]) -> Mark | None:
    """Return the mark of one owner's window."""
    with_reset = [each for each in in_order if each.resets_at is not None]
    mark = _youngest(with_reset)
    end = (mark.resets_at or 0) if mark is not None else 0
    rest = [each for each in in_order if each.resets_at is None and each.captured_at >= end]
    return _without_reset(rest) or mark


def _youngest(in_order: Iterable[Reading]) -> Mark | None:
    building: _Building | None = None
    for reading in in_order:
        if reading.is_repeat and building is not None:
            building.confirm(reading)
        elif building is None or building.is_other(reading):
            building = _Building(reading, building)
        else:
            building.take(reading)
    return building.mark() if building is not None else None


def _without_reset(in_order: Iterable[Reading]) -> Mark | None:
    """Return the mark of shares without a reset: those of an earlier window are left out."""
    building: _Building | None = None
    for reading in in_order:
        if building is None or reading.used_share < building.last - _STRAY:
            building = _Building(reading, None)
        else:
            building.take(reading)
    return building.mark() if building is not None else None


class _Building:
    """A mark that takes one answer after another."""

    def __init__(self, reading: Reading, before: _Building | None) -> None:
        self._first = self._newest = reading
        self.last = reading.used_share
        self._share = reading.used_share
        self._steps: list[Step] = [(reading.captured_at, reading.used_share)]
        self._early: EarlyReset | None = None
        if before is not None and (before._first.resets_at or 0) > reading.captured_at + MINUTE:
            self._note_fall(reading, before._share)

    def is_other(self, reading: Reading) -> bool:
        """Say whether a reading is of another reset than the one that holds."""
        return abs((self._first.resets_at or 0) - (reading.resets_at or 0)) > SAME_RESET

    def take(self, reading: Reading) -> None:
        """Take an answer of the same reset, the younger one."""
        self.last = reading.used_share
        if reading.used_share <= self._share - FALL + _JITTER:
            if reading.is_ageless:
                return
            before, self._share = self._share, reading.used_share
            self._steps.clear()
            self._note_fall(reading, before)
        self._newest = reading
        self._share = max(self._share, reading.used_share)
        self._steps.append((reading.captured_at, self._share))

    def confirm(self, reading: Reading) -> None:
        """Take what a session says again: only what holds anyway is younger by it."""
        if reading.used_share == self._share and not self.is_other(reading):
            self._newest = reading
            self._steps.append((reading.captured_at, self._share))

    def _note_fall(self, reading: Reading, before: float) -> None:
        if reading.used_share <= before - FALL + _JITTER:
            self._early = EarlyReset(reading.captured_at, before, reading.used_share)

    def mark(self) -> Mark:
        first, newest = self._first, self._newest
        return Mark(
            owner=first.owner,
            window=first.window,
            share=self._share,
            resets_at=first.resets_at,
            source=newest.source,
            captured_at=newest.captured_at,
            steps=tuple(self._steps),
            early=self._early,
        )
