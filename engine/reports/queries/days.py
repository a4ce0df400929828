"""Days and limits as people type them, and the days that a selection covers."""

from __future__ import annotations

import re
from datetime import date, timedelta, tzinfo
from typing import Literal

from engine.domain.settings import SettingsError
from engine.domain.times import start_of_day
from engine.ledger.rows import slot_of
from engine.ledger.selector import LATEST_SLOT

_DAY = r"(\d{4})-(\d\d)-(\d\d)|(\d{4})(\d\d)(\d\d)"
_BACK = r"(\d{1,6})([dw])"
_ACCEPTED = "2026-11-22, 20261122, today, yesterday, 7d (the last seven days) or 2w"
_EARLIEST = date(1970, 1, 3)
_LATEST = date(9989, 12, 30)
"""Before and after these days nothing can have come (`engine.domain.times.parse_time`)."""


def parse_day(text: str, today: date) -> date:
    """Return the day that a text names: a date, `today`, `yesterday`, `7d`, `2w`.

    `7d` and `2w` are the first of so many days, or weeks of days, that end today. Raises
    `SettingsError` for anything else, and for a day that no calendar has.
    """
    said = text.strip().lower()
    if said in ("today", "yesterday"):
        return today - timedelta(days=said == "yesterday")
    try:
        if match := re.fullmatch(_DAY, said, re.ASCII):
            year, month, day = (int(part) for part in match.groups() if part)
            return date(year, month, day)
        match = re.fullmatch(_BACK, said, re.ASCII)
        if match and int(match[1]):
            return today - timedelta(days=int(match[1]) * (7 if match[2] == "w" else 1) - 1)
    except (ValueError, OverflowError):
        raise SettingsError(f"There is no day '{text}': give a day such as {_ACCEPTED}.") from None
    raise SettingsError(f"'{text}' is no day: give {_ACCEPTED}.")


def parse_token_limit(text: str) -> int | Literal["max"]:
    """Return what `500k`, `1.5M`, `500_000` or `max` means, in tokens.

    Raises `SettingsError` for anything else.
    """
    from engine.limits.estimate import parse_limit

    try:
        choice = parse_limit(text)
    except SettingsError:
        choice = None
    if choice is not None and choice.source == "max":
        return "max"
    if choice is None or choice.value is None or choice.unit != "tokens":
        raise SettingsError(
            f"'{text}' is no token limit: give tokens such as 500k, 1.5M or 500_000, or max, the"
            " largest of all finished blocks."
        )
    return choice.value


def check_days(since: date | None, until: date | None) -> None:
    """Raise `SettingsError` where the first day comes after the last."""
    if since is not None and until is not None and since > until:
        raise SettingsError(
            f"--since {since} comes after --until {until}: give a first day that is not after"
            " the last."
        )


def slots_between(since: date | None, until: date | None, zone: tzinfo) -> tuple[int, int]:
    """Return the slots of some days of a zone, as first and the one after the last.

    `None` stands for no bound.
    """
    first, before = 0, LATEST_SLOT
    if since is not None and since >= _EARLIEST:
        first = slot_of(start_of_day(min(since, _LATEST), zone))
    if until is not None and until < _LATEST:
        day = max(until, _EARLIEST - timedelta(days=2)) + timedelta(days=1)
        before = max(slot_of(start_of_day(day, zone)), 0)
    return first, before
