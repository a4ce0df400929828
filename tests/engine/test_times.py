"""Times are read as ISO 8601 says, and days begin when their zone's clocks say so."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from engine.domain.mistakes import SettingsError
from engine.domain.times import (
    clock_of,
    day_of,
    iso_time,
    open_zone,
    parse_time,
    start_of_day,
    start_of_week,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
some_examples = examples(max_examples=300, derandomize=True, deadline=None)

_OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59)


def _plainly(text: str) -> int:
    """Return what the standard library reads, in milliseconds."""
    return (datetime.fromisoformat(text) - _EPOCH) // _MILLISECOND


def _zone_texts(minutes: int) -> list[str]:
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    texts = [f"{sign}{hours:02}:{rest:02}", f"{sign}{hours:02}{rest:02}"]
    return [*texts, f"{sign}{hours:02}"] if rest == 0 else texts


@some_examples
@given(
    local=st.datetimes(datetime(1971, 1, 1), datetime(9980, 1, 1)),
    digits=st.one_of(st.just("123"), st.text("0123456789", max_size=30)),
    minutes=st.one_of(st.none(), _OFFSETS),
)
def test_a_time_is_read_as_the_standard_library_reads_it(
    local: datetime, digits: str, minutes: int | None
) -> None:
    text = f"{local:%Y-%m-%dT%H:%M:%S}" + (f".{digits}" if digits else "")
    for zone in ["Z"] if minutes is None else _zone_texts(minutes):
        right = _plainly(text + zone)
        assert parse_time(text + zone) == right
        assert parse_time(text + zone) == right, "a minute that was read before"


@some_examples
@example(position=16, character="5")
@example(position=18, character="²")
@example(position=22, character="²")
@example(position=18, character="٣")
@example(position=17, character="6")
@given(position=st.integers(0, 23), character=st.characters())
def test_a_strange_character_never_gives_another_time_than_the_standard_library(
    position: int, character: str
) -> None:
    text = "2026-11-22T13:05:09.123Z"
    assert parse_time(text) == _plainly(text)
    strange = text[:position] + character + text[position + 1 :]
    found = parse_time(strange)
    if found is not None:
        assert strange.isascii()
        assert found == _plainly(strange)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("2026-11-22T13:05:09Z", "2026-11-22T13:05:09.000Z"),
        ("2026-11-22T13:05:09.1Z", "2026-11-22T13:05:09.100Z"),
        ("2026-11-22T13:05:09.999999999Z", "2026-11-22T13:05:09.999Z"),
        ("2026-11-22T13:05:09.123z", "2026-11-22T13:05:09.123Z"),
        ("2026-11-22T13:05:09.123+05:45", "2026-11-22T07:20:09.123Z"),
        ("2026-11-22T13:05:09.123-0330", "2026-11-22T16:35:09.123Z"),
        ("2026-11-22T13:05:09.123+14", "2026-11-21T23:05:09.123Z"),
        ("1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z"),
        ("1969-12-31T20:00:00-05:00", "1970-01-01T01:00:00.000Z"),
    ],
)
def test_times_with_offsets_and_fractions_become_milliseconds(text: str, right: str) -> None:
    found = parse_time(text)
    assert found is not None
    assert iso_time(found) == right


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "1795352400000",
        "2026-11-22",
        "2026-11-22T13:05Z",
        "2026-11-22T13:05:09",
        "2026-11-22T13:05:09.123",
        "2026-11-22T13:05:09.Z",
        "2026-11-22 13:05:09.123Z",
        "2026-11-22T13:05:09.123Z ",
        "2026-11-22T13:05:09.123Z\n",
        "2026-11-22T13:05:60.123Z",
        "2026-11-22T24:05:09.123Z",
        "2026-11-31T13:05:09.123Z",
        "2026-13-22T13:05:09.123Z",
        "2026-11-22T13:05:09.123+24:00",
        "2026-11-22T13:05:09.123+05:99",
        "1969-12-31T23:59:59.999Z",
        "1970-01-01T00:00:00.000+00:01",
        "9999-01-01T00:00:00.000Z",
    ],
)
def test_what_is_no_time_with_a_zone_is_refused(text: str) -> None:
    assert parse_time("2026-11-22T13:05:09.123Z") is not None
    assert parse_time(text) is None


def test_a_named_zone_opens_and_an_unknown_one_is_refused_with_a_sentence() -> None:
    assert open_zone("Europe/Berlin", {"TZ": "UTC"}) == (
        "Europe/Berlin",
        ZoneInfo("Europe/Berlin"),
    )
    for name in ("Europe/Nowhere", "", "../../etc/passwd", "UTC\x00"):
        with pytest.raises(SettingsError, match=r"There is no time zone named "):
            open_zone(name, {})


@pytest.mark.posix
def test_without_a_name_the_variable_holds_then_the_system_s_link(tmp_path: Path) -> None:
    zones = next((Path(path) for path in TZPATH if Path(path, "Asia/Kolkata").is_file()), None)
    if zones is None:
        pytest.skip("no zone files on this system")
    link = tmp_path / "localtime"
    link.symlink_to(zones / "Asia/Kolkata")
    assert open_zone(None, {"TZ": ":America/New_York"}, link)[0] == "America/New_York"
    assert open_zone(None, {}, link) == ("Asia/Kolkata", ZoneInfo("Asia/Kolkata"))
    copy = tmp_path / "copy"
    shutil.copyfile(zones / "Asia/Kolkata", copy)
    name, zone = open_zone(None, {}, copy)
    assert name == "local"
    assert datetime(2026, 1, 1, tzinfo=zone).utcoffset() == timedelta(hours=5, minutes=30)
    assert datetime.now(open_zone(None, {}, tmp_path / "none")[1]).utcoffset() is not None
    assert datetime.now(open_zone(None, {"TZ": "CET-1CEST"}, link)[1]).utcoffset() is not None


_CHANGES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Asia/Kolkata": (date(2026, 11, 22),),
    "Pacific/Kiritimati": (date(2026, 11, 22), date(1994, 12, 31)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Asia/Beirut": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/Havana": (date(2026, 3, 8), date(2026, 11, 1)),
}


@pytest.mark.parametrize("name", _CHANGES)
def test_a_day_begins_at_the_first_moment_that_bears_its_date(name: str) -> None:
    zone = ZoneInfo(name)
    for change in _CHANGES[name]:
        middle = int(datetime(change.year, change.month, change.day, tzinfo=UTC).timestamp())
        firsts: dict[date, int] = {}
        for second in range(middle - 3 * 86_400, middle + 3 * 86_400, 900):
            firsts.setdefault(datetime.fromtimestamp(second, zone).date(), second * 1_000)
        for day in sorted(firsts)[1:]:
            start = start_of_day(day, zone)
            assert start == firsts[day], day
            assert day_of(start, zone) == day
            assert day_of(start - 1, zone) < day


def test_days_of_a_change_are_an_hour_or_half_an_hour_longer_or_shorter() -> None:
    def hours(name: str, day: date) -> float:
        zone = ZoneInfo(name)
        length = start_of_day(day + timedelta(days=1), zone) - start_of_day(day, zone)
        return length / 3_600_000

    assert [hours("Europe/Berlin", day) for day in _CHANGES["Europe/Berlin"]] == [23, 25]
    assert [hours("America/New_York", day) for day in _CHANGES["America/New_York"]] == [23, 25]
    assert [hours("Australia/Lord_Howe", day) for day in _CHANGES["Australia/Lord_Howe"]] == [
        24.5,
        23.5,
    ]
    assert hours("Pacific/Kiritimati", date(2026, 11, 22)) == 24


@pytest.mark.parametrize("name", _CHANGES)
def test_a_week_begins_on_the_day_asked_for_also_over_a_change(name: str) -> None:
    for change in _CHANGES[name]:
        for days in range(-7, 8):
            day = change + timedelta(days=days)
            for week_start in range(7):
                start = start_of_week(day, week_start)
                assert start.weekday() == week_start
                assert timedelta(0) <= day - start < timedelta(days=7)


def test_moments_are_shown_in_the_zone_and_in_utc() -> None:
    time = parse_time("2026-11-22T13:05:09.007Z")
    assert time is not None
    assert clock_of(time, ZoneInfo("Asia/Kolkata")) == "18:35"
    assert clock_of(time, timezone(timedelta(hours=-14))) == "23:05"
    assert iso_time(time) == "2026-11-22T13:05:09.007Z"
