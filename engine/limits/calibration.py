"""Calibration: what an official percentage is worth in figures of this machine.

An estimate: use on other machines and on the web moves the percentage alone, and Claude's
own weighing of tokens is not published. Hence the error beside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Self

from msgspec import Struct

from engine.domain.times import BLOCK_LENGTH
from engine.limits.readings import Reading

LEAST_PAIRS = 5
LEAST_WINDOWS = 2

_LEAST_SHARE = 0.02
"""Below it a whole percent says too little: half of one is a quarter of the share and more."""
_HALF_STEP = 0.005
_SIGMA = 1.4826
"""A normal distribution's standard deviation in median absolute deviations."""


class Pair(Struct, frozen=True):
    """An official share and what this machine had used of the same window at that time."""

    window: int
    """Start of the window, or anything that tells it from others."""
    share: float
    value: int
    """Pico-dollars, or tokens: the same in all pairs."""


class Calibration(Struct, frozen=True):
    """What the whole of a window is worth in local figures, with the error of one window."""

    value_at_100: int
    error_share: float
    """Standard error as a part of `value_at_100`."""
    pairs: int
    windows: int
    label: str
    """Such as `calibrated on 14 readings in 3 windows · estimate ±12%`."""

    @classmethod
    def of(cls, value: float, error: float, pairs: int, windows: int) -> Self:
        """Return a calibration with its label."""
        label = (
            f"calibrated on {pairs} readings in {windows} windows"
            f" · estimate ±{math.ceil(error * 100)}%"
        )
        return cls(max(round(value), 1), error, pairs, windows, label)

    def share_of(self, value: int) -> float:
        """Return the share that a local figure comes to; more than 1.0 is possible."""
        return value / self.value_at_100


def calibrate(pairs: Iterable[Pair]) -> Calibration | None:
    """Return what 100% is worth, `None` from fewer than five pairs or two windows.

    The median of value per share, each pair weighing as much as its share (whole percents
    say less of a small one); the error is the weighted median deviation from it, and no less
    than half a percent of the mean share.
    """
    fit = [pair for pair in pairs if _is_fit(pair)]
    windows = len({pair.window for pair in fit})
    if len(fit) < LEAST_PAIRS or windows < LEAST_WINDOWS:
        return None
    weights = [pair.share for pair in fit]
    worth = [pair.value / pair.share for pair in fit]
    value = _weighted_median(worth, weights)
    deviation = _weighted_median([abs(each - value) for each in worth], weights)
    least = _HALF_STEP / (math.fsum(weights) / len(weights))
    return Calibration.of(value, max(_SIGMA * deviation / value, least), len(fit), windows)


def pairs_of(
    readings: Iterable[Reading],
    used_between: Callable[[int, int], int],
    length: int = BLOCK_LENGTH,
) -> tuple[Pair, ...]:
    """Return a pair for each rise of the official share within a window of some length.

    Readings of one kind of window and one account; those without a reset belong to no known
    window. `used_between` gives the local use from one time up to another. Where a share is
    said again only its first time counts: what was used since is not in it.
    """
    found: list[Pair] = []
    highest: dict[int, float] = {}
    for reading in sorted(readings, key=lambda reading: reading.captured_at):
        end = reading.resets_at
        if end is None or not end - length <= reading.captured_at < end:
            continue
        start = end - length
        if reading.used_share > highest.get(start, 0.0):
            highest[start] = reading.used_share
            value = used_between(start, reading.captured_at)
            found.append(Pair(start, reading.used_share, value))
    return tuple(found)


def _is_fit(pair: Pair) -> bool:
    """Say whether a pair tells anything: at its limit a share rises no more."""
    return _LEAST_SHARE <= pair.share < 1.0 and pair.value > 0


def _weighted_median(values: Sequence[float], weights: Sequence[float]) -> float:
    """Return the value that half of all weight lies at or below."""
    half = math.fsum(weights) / 2
    below = 0.0
    for value, weight in sorted(zip(values, weights, strict=True)):
        below += weight
        if below >= half:
            return value
    return max(values)
