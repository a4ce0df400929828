"""Hours and days counted in SQL are those of the zone's clock, on every day of every kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.chosen import Chosen
from engine.domain.slots import slot_bounds, slot_of
from engine.domain.times import DAY, HOUR, day_of, offsets_between, start_of_day
from engine.ledger.book import Ledger
from engine.ledger.selector import Selector
from engine.pricing.table import PriceTable
from engine.reports.queries.steps import Steps, day_numbered, hour_bounds
from tests.made_lines import MINUTE, moment

_ZONES = (
    "UTC",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Pacific/Apia",
    "Africa/Monrovia",
)
_CHANGES = (
    ("America/New_York", "2026-11-01T06:00"),
    ("America/New_York", "2026-03-08T07:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00"),
    ("Australia/Lord_Howe", "2026-10-03T15:30"),
    ("America/Sao_Paulo", "2018-11-04T03:00"),
    ("America/Sao_Paulo", "2018-02-18T02:00"),
    ("Africa/Cairo", "2026-04-23T22:00"),
    ("Africa/Cairo", "2026-10-29T21:00"),
    ("Pacific/Apia", "2011-12-30T10:00"),
)


def _offset(time: int, zone: tzinfo) -> int:
    offset = datetime.fromtimestamp(time / 1_000, zone).utcoffset()
    assert offset is not None
    return round(offset.total_seconds() * 1_000)


@pytest.mark.parametrize(("name", "change"), _CHANGES)
def test_a_stretch_of_constant_offset_ends_at_the_very_change(name: str, change: str) -> None:
    zone, time = ZoneInfo(name), moment(change)
    before, after = _offset(time - 1, zone), _offset(time, zone)
    assert before != after
    start = time - 3 * DAY - 12_345
    assert offsets_between(start, time + 3 * DAY, zone) == [(start, before), (time, after)]
    assert offsets_between(start, time, zone) == [(start, before)]
    assert offsets_between(time, time + 1, zone) == [(time, after)]


def test_a_zone_that_never_changes_has_one_stretch() -> None:
    kolkata = timezone(timedelta(hours=5, minutes=30))
    assert offsets_between(0, 400 * DAY, kolkata) == [(0, 19_800_000)]
    assert offsets_between(5, 400 * DAY, UTC) == [(5, 0)]


@given(
    name=st.sampled_from(_ZONES),
    start=st.integers(0, moment("2037-01-01T00:00")),
    length=st.integers(0, 800 * DAY),
    part=st.floats(0, 1),
)
def test_every_moment_has_the_offset_of_its_stretch(
    name: str, start: int, length: int, part: float
) -> None:
    zone = ZoneInfo(name)
    stretches = offsets_between(start, start + length, zone)
    assert stretches == sorted(stretches)
    time = start + int(length * part)
    held = [offset for since, offset in stretches if since <= time]
    if time < start + length or length == 0:
        assert held[-1] == _offset(time, zone)


def _ledger_of(times: list[int]) -> Ledger:
    """Return a ledger of one response at each of some times, as its sums alone."""
    ledger = Ledger(":memory:", PriceTable())
    sums = "responses, unpriced, input, output, cache_read, cache_write_5m, cache_write_1h"
    for time in times:
        slot = slot_of(time)
        for table, columns, keys in (
            ("slot_totals", "slot, model", (slot, 1)),
            ("buckets", "slot, session, project, model", (slot, 1, 1, 1)),
            ("session_totals", "session, project, model", (slot, 1, 1)),
        ):
            marks = ", ".join("?" * len(keys))
            ledger.connection.execute(
                f"INSERT INTO {table} (scope, {columns}, {sums}, cost, calculated, recorded,"
                " reasoning, first, last, changed)"
                f" VALUES (1, {marks}, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, ?, ?, 1)"
                " ON CONFLICT DO UPDATE SET responses = responses + 1,"
                " first = min(first, excluded.first), last = max(last, excluded.last)",
                (*keys, time, time),
            )
    return ledger


_TIMES = st.one_of(
    st.integers(0, moment("2037-01-01T00:00")),
    st.tuples(
        st.sampled_from([moment(change) for _, change in _CHANGES]),
        st.integers(-8, 8).map(lambda quarters: quarters * 15 * MINUTE),
        st.sampled_from((-1, 0, 1, 60_000)),
    ).map(sum),
)


@given(name=st.sampled_from(_ZONES), times=st.lists(_TIMES, min_size=1, max_size=12))
def test_days_and_hours_counted_in_sql_are_the_clocks(name: str, times: list[int]) -> None:
    zone = ZoneInfo(name)
    ledger = _ledger_of(times)
    selector = Selector(ledger, [1], "auto")
    days: dict[object, int] = {}
    hours: dict[object, int] = {}
    for time in times:
        begin = slot_bounds(slot_of(time))[0]
        day = day_of(begin, zone)
        days[day] = days.get(day, 0) + 1
        offset = _offset(begin, zone)
        hour = ((begin + offset) // HOUR, offset)
        hours[hour] = hours.get(hour, 0) + 1
    found_days: dict[object, int] = {}
    for (number, _), row in Steps(selector, zone, DAY).sums((), Chosen()):
        day = day_numbered(number)
        found_days[day] = found_days.get(day, 0) + row.sums.responses
    assert found_days == days
    found_hours: dict[object, int] = {}
    for step, row in Steps(selector, zone, HOUR).sums((), Chosen()):
        found_hours[step] = found_hours.get(step, 0) + row.sums.responses
    assert found_hours == hours
    sessions = {step for step, _ in Steps(selector, zone, HOUR).sessions((), Chosen())}
    assert sessions == set(hours)
    ledger.close()


@given(name=st.sampled_from(_ZONES[:6]), time=st.integers(moment("2012-01-01T00:00"), 2**41))
def test_days_asked_for_by_their_first_and_last_hold_the_same_slots(name: str, time: int) -> None:
    zone = ZoneInfo(name)
    day = day_of(time, zone)
    first = slot_of(start_of_day(day, zone))
    before = slot_of(start_of_day(day + timedelta(days=1), zone))
    assert first <= slot_of(time) < before


def test_an_hour_is_cut_where_the_clock_changes_in_it() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    change = moment("2026-04-04T15:00")
    before, after = 11 * HOUR, 10 * HOUR + HOUR // 2
    number = (change + after) // HOUR
    assert hour_bounds(number, after, zone) == (change, change + HOUR // 2)
    assert hour_bounds(number, before, zone) == (change - HOUR, change)
    assert hour_bounds(number + 1, after, zone) == (change + HOUR // 2, change + 3 * HOUR // 2)
