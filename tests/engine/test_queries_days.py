"""Days and token limits as people type them."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from engine.domain.chosen import LATEST_SLOT
from engine.domain.mistakes import SettingsError
from engine.domain.slots import slot_of
from engine.domain.typed.amounts import parse_token_limit
from engine.domain.typed.days import check_days, parse_day
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
    ],
)
def test_a_day_is_a_date_or_said_from_today(text: str, day: str) -> None:
    assert parse_day(text, _TODAY).isoformat() == day


@pytest.mark.parametrize(
    "text",
    [
        *("2025-11-99", "2025-02-29", "20251399", "2026-11", "26-11-01", "2026-1-1", "٢٠٢٦١١٠١"),
        *("0d", "-3d", "999999w", "7 days", "tomorrow", "2026-11-01T00:00", ""),
    ],
)
def test_what_is_no_day_is_refused_with_what_would_be_one(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse_day(text, _TODAY)
    assert f"'{text}'" in str(refused.value)
    assert "yesterday" in str(refused.value)


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
