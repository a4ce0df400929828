"""Points of a course of use: what one hour or less came to."""

from __future__ import annotations

from datetime import tzinfo

from engine.aggregates.tally import Tally
from engine.domain.reports import Point
from engine.domain.times import clock_of


def point(tally: Tally, start: int, zone: tzinfo) -> Point:
    """Return the point of an hour or less, named by the clock when it begins."""
    return Point(
        start=start,
        label=clock_of(start, zone),
        responses=tally.responses,
        tokens=tally.tokens,
        cost=tally.cost,
    )
