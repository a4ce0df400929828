"""The time a server asks to be left alone for (RFC 9110 §10.2.3)."""

from __future__ import annotations

import re

from engine.times import SECOND

_MOST_DIGITS = re.compile(r"\d{1,9}(?:\.\d{1,9})?\Z", re.ASCII)


def retry_after(value: str | None, now: int) -> int | None:
    """Return the milliseconds from now that a `Retry-After` asks for, `None` if it asks nothing.

    It is a number of seconds or an HTTP date; a date that is past comes to 0.
    """
    text = (value or "").strip()
    if _MOST_DIGITS.match(text):
        return round(float(text) * SECOND)
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
        return max(round(moment.timestamp() * SECOND) - now, 0)
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
