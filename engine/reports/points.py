"""Points: the steps of a series over time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta, tzinfo

from engine.aggregates.history import History
from engine.aggregates.tally import Tally
from engine.domain.reports import Point
from engine.domain.slots import slot_of
from engine.domain.sums import SlotSums
from engine.domain.times import clock_of, day_of, start_of_day

_MOST_DAYS = 400


def point(tally: Tally, start: int, zone: tzinfo) -> Point:
    """Return the point of an hour or less, named by the clock when it begins."""
    return _point(tally, start, clock_of(start, zone))


def steps_between(
    history: History, start: int, ends: tuple[int, int], length: int
) -> tuple[Point, ...]:
    """Return equal steps up to a moment; the last holds all slots before a slot."""
    stop, before = ends
    return tuple(
        point(
            history.tally(slot_of(at), slot_of(at + length) if at + length < stop else before),
            at,
            history.zone,
        )
        for at in range(start, stop, length)
    )


def days_between(history: History, start: int, stop: int) -> tuple[Point, ...]:
    """Return the days from the one of a moment up to another moment."""
    first, last = day_of(start, history.zone), day_of(stop - 1, history.zone)
    return tuple(_day(day, history.day(day), history.zone) for day in _days(first, last))


def days_of(rows: Iterable[SlotSums], zone: tzinfo) -> tuple[tuple[Point, ...], Tally]:
    """Return the days of rows of slot, model and sums, the newest if many, and the whole tally."""
    whole = Tally()
    days: dict[date, Tally] = {}
    for row in rows:
        whole.add(row.model, row.sums)
        days.setdefault(day_of(row.sums.first, zone), Tally()).add(row.model, row.sums)
    if not days:
        return (), whole
    first, last = min(days), max(days)
    first = max(first, last - timedelta(days=_MOST_DAYS - 1))
    return tuple(_day(day, days.get(day) or Tally(), zone) for day in _days(first, last)), whole


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=each) for each in range((last - first).days + 1))


def _day(day: date, tally: Tally, zone: tzinfo) -> Point:
    return _point(tally, start_of_day(day, zone), f"{day.day} {day:%b}")


def _point(tally: Tally, start: int, label: str) -> Point:
    return Point(
        start=start,
        label=label,
        responses=tally.responses,
        tokens=tally.tokens,
        cost=tally.cost,
    )
