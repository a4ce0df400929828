"""Days and token limits as people type them."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from engine.domain.chosen import LATEST_SLOT
from engine.domain.mistakes import SettingsError
from engine.domain.slots import slot_of
from engine.domain.typed.amounts import parse_token_limit
from engine.domain.typed.asked import selection_of
from engine.domain.typed.days import Days, check_days, parse_day, parse_period, read_day
from engine.reports.queries.days import slots_between
from tests.made_lines import moment

_TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-01", "2026-11-01"),
        ("20261101", "2026-11-01"),
        (" 2024-02-29 ", "2024-02-29"),
        ("today", "2026-11-22"),
        ("Yesterday", "2026-11-21"),
        ("1d", "2026-11-22"),
        ("7d", "2026-11-16"),
        ("1w", "2026-11-16"),
        ("2W", "2026-11-09"),
        ("this-week", "2026-11-16"),
        ("Last-Week", "2026-11-09"),
        ("this-month", "2026-11-01"),
        ("last-month", "2026-10-01"),
        ("2026-02", "2026-02-01"),
    ],
)
def test_a_day_is_a_date_or_said_from_today(text: str, day: str) -> None:
    assert parse_day(text, _TODAY).isoformat() == day


@pytest.mark.parametrize(
    "text",
    [
        *("2025-11-99", "2025-02-29", "20251399", "2026-13", "26-11-01", "2026-1-1", "٢٠٢٦١١٠١"),
        *("0d", "-3d", "999999w", "7 days", "tomorrow", "2026-11-01T00:00", ""),
    ],
)
def test_what_is_no_day_is_refused_with_what_would_be_one(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse_day(text, _TODAY)
    assert f"'{text}'" in str(refused.value)
    assert "yesterday" in str(refused.value)


def test_a_period_is_its_first_day_and_its_last() -> None:
    def days(text: str, week_start: int = 0) -> tuple[str, ...]:
        typed = read_day(text)
        return tuple(
            day.isoformat()
            for day in (typed.first(_TODAY, week_start), typed.last(_TODAY, week_start))
        )

    assert days("last-month") == ("2026-10-01", "2026-10-31")
    assert days("2024-02") == ("2024-02-01", "2024-02-29")
    assert days("this-week") == ("2026-11-16", "2026-11-22")
    assert days("this-week", week_start=6) == ("2026-11-22", "2026-11-28")
    assert days("7d") == ("2026-11-16", "2026-11-16")


def test_what_is_asked_covers_both_periods_whole() -> None:
    said = {"since": read_day("last-week"), "until": read_day("last-week"), "start_of_week": 6}
    asked = selection_of(said, _TODAY, ())
    assert (asked.since, asked.until) == (date(2026, 11, 15), date(2026, 11, 21))


def test_a_range_may_be_of_months() -> None:
    found = parse_period("2026-09..2026-10", _TODAY, 0)
    assert found == Days("2026-09..2026-10", date(2026, 9, 1), date(2026, 10, 31))


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("500k", 500_000),
        ("500K", 500_000),
        ("1.5M", 1_500_000),
        ("500_000", 500_000),
        ("500,000", 500_000),
        ("1", 1),
        ("max", "max"),
        ("MAX", "max"),
    ],
)
def test_a_token_limit_is_a_number_or_the_largest_block(text: str, limit: object) -> None:
    assert parse_token_limit(text) == limit


@pytest.mark.parametrize("text", ["", "abc", "0", "-5", "1e6", "$20", "20usd", "p90", "5x", "0.2"])
def test_what_is_no_token_limit_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="is not a token limit: give tokens such as 500k"):
        parse_token_limit(text)


def test_the_first_day_may_not_come_after_the_last() -> None:
    check_days(_TODAY, _TODAY)
    check_days(None, date.min)
    with pytest.raises(SettingsError, match="2026-11-22 is after --until 2026-11-21: swap them"):
        check_days(_TODAY, date(2026, 11, 21))


def test_days_hold_all_slots_from_the_first_moment_to_the_last() -> None:
    zone = ZoneInfo("America/New_York")
    assert slots_between(_TODAY, _TODAY, zone) == (
        slot_of(moment("2026-11-22T05:00")),
        slot_of(moment("2026-11-23T05:00")),
    )
    assert slots_between(None, None, zone) == (0, LATEST_SLOT)
    assert slots_between(date.min, date.max, zone) == (0, LATEST_SLOT)
    assert slots_between(date.max, None, zone)[0] > slot_of(moment("2900-01-01T00:00"))
    assert slots_between(None, date.min, zone)[1] < slot_of(moment("1970-01-04T00:00"))
