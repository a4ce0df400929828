"""How large transcripts are: a real user's quantiles, and responses shared out by them."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from math import exp, log
from random import Random

from engine.demo.plan import allot

BYTES_A_RESPONSE = 8_000
_QUANTILES = (
    (0.0, 4_000),
    (0.5, 105_000),
    (0.75, 234_000),
    (0.9, 654_000),
    (0.95, 1_500_000),
    (0.99, 5_400_000),
    (0.999, 15_000_000),
    (1.0, 87_000_000),
)
"""Of 3,142 transcripts of 413 kB on average, as ccusage's speed tests have them; that mean and
the one at 0.999 go together."""


def size_at(part: float) -> float:
    """Return the bytes that such a part of all transcripts stays below."""
    place = min(bisect_right(_QUANTILES, (part, 0)), len(_QUANTILES) - 1)
    (low, small), (high, large) = _QUANTILES[max(0, place - 1)], _QUANTILES[max(1, place)]
    return small * exp(log(large / small) * (part - low) / (high - low))


def shares(responses: int, seed: int) -> list[int]:
    """Return how many responses each transcript has, in no order; they sum to what is given."""
    count = max(1, round(responses * BYTES_A_RESPONSE / _mean()))
    sizes = [size_at((number + 0.5) / count) for number in range(count)]
    if sum(sizes) > 4 * _QUANTILES[-1][1]:
        sizes[-1] = _QUANTILES[-1][1]
    # Each has one response, whatever its size: what is above the mean of one is shared out.
    parts = [1 + more for more in allot(responses - count, sizes)]
    Random(f"{seed} shares").shuffle(parts)
    return parts


def _mean() -> float:
    """Return the bytes of a transcript on average."""
    return sum(
        (high - low) * (large - small) / log(large / small)
        for (low, small), (high, large) in pairwise(_QUANTILES)
    )
