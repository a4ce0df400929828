"""What was measured, what it must be, and whether it is."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from tests.bench.processes import Times

HOLDS, FAILS = "✓", "✗"
TIMES = "\N{MULTIPLICATION SIGN}"
"""Stands between a ratio and what it is a multiple of."""
MISSING = "missing"
_TO = "\N{EN DASH}"


class Figure(Struct, frozen=True, kw_only=True):
    """One figure of one row: a ratio to something measured in the same run, or an amount.

    `value` is `None` where what it would be held against is missing.
    """

    row: str
    what: str
    value: float | None
    unit: str
    """What the value is a multiple of, as in `x ccusage's time`, or its unit."""
    limit: float | None = None
    """What the value must not exceed, where something was promised."""
    ours: str = ""
    beside: str = ""
    course: tuple[tuple[int, float], ...] = ()
    """Milliseconds at each number of responses, where growth is what was measured."""

    @property
    def holds(self) -> bool | None:
        """Say whether the promise is kept; `None` where there is none or no value."""
        if self.value is None or self.limit is None:
            return None
        return self.value <= self.limit


class Amount(NamedTuple):
    """A median or a peak, and how it is told."""

    value: float
    text: str


def wall(times: Times | None) -> Amount | None:
    """Return how long a program took; `None` for one that is missing."""
    return Amount(times.wall, seconds(times.walls)) if times else None


def work(times: Times | None) -> Amount | None:
    """Return the processor time of a program and its children."""
    return Amount(times.cpu, seconds(times.cpus)) if times else None


def memory(times: Times | None) -> Amount | None:
    """Return the peak memory of a program and its children."""
    return Amount(times.peak, f"{times.peak:.0f} MB") if times else None


def ratio(
    row: str,
    what: str,
    of: str,
    ours: Amount | None,
    theirs: Amount | None,
    limit: float | None = None,
) -> Figure:
    """Return ours as a multiple of another's; `of` says of what, such as `ccusage's time`."""
    return Figure(
        row=row,
        what=what,
        value=ours.value / theirs.value if ours and theirs else None,
        unit=f"{TIMES} {of}",
        limit=limit,
        ours=ours.text if ours else MISSING,
        beside=theirs.text if theirs else MISSING,
    )


def seconds(taken: list[float]) -> str:
    """Return the median of some times and how far they spread, such as `31 ms (29-40)`."""
    ordered = sorted(taken)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    scale, unit, digits = (1, "s", 2) if middle >= 1 else (1000, "ms", 0)
    low, mid, high = (f"{each * scale:.{digits}f}" for each in (ordered[0], middle, ordered[-1]))
    return f"{mid} {unit} ({low}{_TO}{high})"
