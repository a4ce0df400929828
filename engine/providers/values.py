"""Reads values out of answers that may be of any shape; what makes no sense is nothing known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from engine.domain.provider_usage import Amount
from engine.domain.responses import PICO
from engine.domain.times import parse_time

_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{0,30})?(?:[eE][+-]?\d{1,2})?\Z", re.ASCII)
_CURRENCY = re.compile(r"[A-Za-z]{3}\Z", re.ASCII)
_MOST = 10**15
_MOST_MONEY = 10**12
_LATEST = 10**14
"""Milliseconds: a later time is none."""
_LONGEST_TEXT = 200


def of(document: object, *keys: str) -> Any:
    """Return what stands below some keys, `None` where there is no such place."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def rows(document: object, *keys: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of a list below some keys; all else in it is ignored."""
    listed = of(document, *keys)
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict):
            yield each


def number(value: object) -> Decimal | None:
    """Return a number, or the number that a text is, if it is finite and sensible."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = repr(value) if isinstance(value, int | float) else value.strip()
    if not _NUMBER.match(text):
        return None
    found = Decimal(text)
    return found if abs(found) <= _MOST else None


def count(value: object) -> int | None:
    """Return a whole number of 0 or more."""
    found = number(value)
    return int(found) if found is not None and found >= 0 and found == int(found) else None


def share(percentage: object) -> float | None:
    """Return a percentage of 0 or more as a share."""
    found = number(percentage)
    return float(found) / 100 if found is not None and 0 <= found <= 10**5 else None


def text(value: object) -> str:
    """Return a text cut to a sensible length, empty for anything else."""
    return value.strip()[:_LONGEST_TEXT] if isinstance(value, str) else ""


def currency(value: object, otherwise: str = "") -> str:
    """Return a currency's code in capitals, `otherwise` for what is none."""
    return value.upper() if isinstance(value, str) and _CURRENCY.match(value) else otherwise


def amount(value: object, code: object, *, parts: int = 1) -> Amount | None:
    """Return money; `value` is in so many parts of the currency (100: cents)."""
    found, named = number(value), currency(code)
    if found is None or not named or abs(found) > _MOST_MONEY * parts:
        return None
    return Amount(named, round(found * PICO / parts))


def moment(value: object) -> int | None:
    """Return UTC milliseconds of an ISO time, or of Unix seconds or milliseconds."""
    if isinstance(value, str):
        parsed = parse_time(value.strip())
        if parsed is not None:
            return parsed
    found = number(value)
    if found is None or found <= 0:
        return None
    time = int(found if found > 10**11 else found * 1_000)
    return time if time < _LATEST else None


def day(value: object) -> str:
    """Return the UTC day of a time, or an ISO day; empty for anything else."""
    if isinstance(value, str) and re.match(r"\d{4}-\d{2}-\d{2}(?:\Z|[T ])", value):
        return value[:10]
    time = moment(value)
    if time is None:
        return ""
    from engine.domain.times import iso_time

    return iso_time(time)[:10]
