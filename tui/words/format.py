"""Figures, times and names as people read them."""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Literal

from engine.domain.plain_text import plain as plain
from engine.domain.times import DAY, HOUR, MINUTE, SECOND, moment_at, open_zone, zone_of

Align = Literal["left", "right"]

_PICO_PER_CENT = 10**10


def tokens(count: int) -> str:
    """Return a count in three digits and at most five cells, such as `1.24M`."""
    if count < 1_000:
        return str(count)
    value = float(count)
    for unit in "kMBT":
        value /= 1_000
        if value < 9.995:
            return f"{value:.2f}{unit}"
        if value < 99.95:
            return f"{value:.1f}{unit}"
        if value < 999.5 or unit == "T":
            return f"{value:.0f}{unit}"
    raise AssertionError("the last unit always returns")


def tokens_exact(count: int) -> str:
    """Return a count to the last digit, such as `1,240,113`."""
    return f"{count:,}"


def size(count: int) -> str:
    """Return a number of bytes, such as `12.4 MB`."""
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 999.5 or unit == "GB":
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1_000
    raise AssertionError("the last unit always returns")


def dollars(pico: int, unpriced: bool = False) -> str:
    """Return pico-dollars in cents, such as `$1,234.56`, halves rounded to even.

    Only nothing is `$0.00`; what is less than a cent is `<$0.01`. A trailing `+` says
    that responses without a known price are left out.
    """
    more = "+" if unpriced else ""
    if 0 < pico < _PICO_PER_CENT:
        return f"<$0.01{more}"
    cents, rest = divmod(abs(pico), _PICO_PER_CENT)
    twice = rest * 2
    if twice > _PICO_PER_CENT or (twice == _PICO_PER_CENT and cents % 2):
        cents += 1
    sign = "-" if pico < 0 and cents else ""
    return f"{sign}${cents // 100:,}.{cents % 100:02d}{more}"


def duration(milliseconds: int) -> str:
    """Return a length of time in its two largest units, such as `2h 05m` or `3d 04h`."""
    length = max(0, milliseconds)
    if length < MINUTE:
        return f"{length // SECOND}s"
    if length < HOUR:
        return f"{length // MINUTE}m"
    if length < DAY:
        return f"{length // HOUR}h {length % HOUR // MINUTE:02d}m"
    return f"{length // DAY}d {length % DAY // HOUR:02d}h"


def ago(milliseconds: int) -> str:
    """Return how long ago something was in one unit, such as `3m ago`."""
    if milliseconds < SECOND:
        return "now"
    for size, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "m")):
        if milliseconds >= size:
            return f"{milliseconds // size}{unit} ago"
    return f"{milliseconds // SECOND}s ago"


def percent(share: float) -> str:
    """Return a share as whole percent in five cells; only nothing is `0%`, all of it `100%`."""
    if share >= 9.995:
        return ">999%"
    if 0 < share < 0.01:
        return "<1%"
    if 0.99 < share < 1:
        return "99%"
    return f"{int(share * 100 + 0.5)}%"


def clock(milliseconds: int, zone: str) -> str:
    """Return the time of day in a zone, such as `14:05`."""
    moment = moment_of(milliseconds, zone)
    return f"{moment.hour:02d}:{moment.minute:02d}"


def day_clock(milliseconds: int, zone: str, year: int | None = None) -> str:
    """Return day and time of day in a zone, such as `Sun 22 Nov 14:05`, in 16 cells.

    Where a year is given, times of other years name theirs: `22 Nov 2025 14:05`, 17 cells.
    """
    moment = moment_of(milliseconds, zone)
    if year is not None and moment.year != year:
        day = f"{moment.day:2d} {_MONTHS[moment.month - 1]} {moment.year}"
        return f"{day} {moment.hour:02d}:{moment.minute:02d}"
    day = f"{_DAYS[moment.weekday()]} {moment.day:2d} {_MONTHS[moment.month - 1]}"
    return f"{day} {moment.hour:02d}:{moment.minute:02d}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment_of(milliseconds: int, zone: str) -> datetime:
    """Return a UTC time as a moment in a zone (the system's where the name is none)."""
    return moment_at(milliseconds, _zone_of(zone, os.environ.get("TZ")))


def zone_at(milliseconds: int, zone: str) -> tzinfo:
    """Return a zone by its name; where the name is none, the system's offset at that time."""
    return moment_of(milliseconds, zone).tzinfo or UTC


@lru_cache(maxsize=16)
def _zone_of(name: str, variable: str | None) -> tzinfo:
    """Return a zone by its name, else the system's, which `TZ` may say."""
    try:
        return zone_of(name)
    except (KeyError, ValueError, OSError):
        return open_zone(None, {} if variable is None else {"TZ": variable})[1]


def fit(text: str, cells: int, align: Align = "left") -> str:
    """Return text in exactly so many cells: padded, or cut with an ellipsis."""
    if text.isascii():
        return _fit_ascii(text, cells, align)
    from rich.cells import cell_len, set_cell_size

    width = cell_len(text)
    if width == cells:
        return text
    if width < cells:
        padding = " " * (cells - width)
        return text + padding if align == "left" else padding + text
    if cells < 1:
        return ""
    return set_cell_size(text, cells - 1) + "…"


def fit_apart(name: str, cells: int, others: Collection[str], mark: str = "…") -> str:
    """Fit a name; one that another begins like is cut in its middle, for it ends otherwise.

    A name without a `mark` is cut as it is where nothing begins like it.
    """
    if name.isascii() and len(name) <= cells:
        return fit(name, cells)
    from rich.cells import cell_len, set_cell_size

    def cut(text: str) -> str:
        return fit(text, cells) if mark else set_cell_size(text, cells)

    shown = cut(name)
    if cell_len(name) <= cells or not any(
        other != name and cut(other) == shown for other in others
    ):
        return shown
    head = set_cell_size(name, (cells - 1) // 3)
    room, start = cells - 1 - cell_len(head), len(name)
    while start and cell_len(name[start - 1 :]) <= room:
        start -= 1
    return fit(f"{head}…{name[start:]}", cells)


def _fit_ascii(text: str, cells: int, align: Align) -> str:
    if len(text) <= cells:
        return text.ljust(cells) if align == "left" else text.rjust(cells)
    return text[: cells - 1] + "…" if cells > 0 else ""
