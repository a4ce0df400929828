"""What goes for every connection: which addresses may be told of the user, how long to wait."""

from __future__ import annotations

import re

from engine.domain.times import SECOND

_MOST_DIGITS = re.compile(r"\d{1,9}(?:\.\d{1,9})?\Z", re.ASCII)
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def private_host(url: str) -> str | None:
    """Return the host of an address whose way nobody else can read, else `None`.

    That is https, or http to this machine.
    """
    from urllib.parse import urlsplit

    if not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return None
    is_private = parts.scheme == "https" or (parts.scheme == "http" and host in _THIS_MACHINE)
    return host if host and is_private else None


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
