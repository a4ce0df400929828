"""Times: ISO 8601 in, UTC milliseconds inside, days of the user's zone out (SPEC §6)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from engine.domain.mistakes import SettingsError
from engine.domain.system import PLATFORM

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

SECOND = 1_000
MINUTE = 60_000
HOUR = 3_600_000
DAY = 86_400_000
BLOCK_LENGTH = 5 * HOUR
"""A block's length (SPEC §7), which is also that of the first official window."""

_ISO = r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|z|[+-]\d\d(?::?[0-5]\d)?)\Z"
_UTC_TOO = ("Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu")
_AFTER_ZONEINFO = r"/zoneinfo[^/]*/(.+)"
"""macOS has `zoneinfo.default`, and directories of dated editions above `zoneinfo`."""
_SAMPLING = 4 * DAY
"""Two changes of a zone's offset are further apart (the nearest known are, by 6.9 days)."""
_FIRST_MILLISECONDS = 100_000_000_000
"""A number from here on is milliseconds: as seconds it would lie in the year 5138."""
_SECONDS_LONG = len("2026-11-22T14:05:00")
_EPOCH = _EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(9990, 1, 1, tzinfo=UTC)
_days: dict[str, int] = {}
_minutes: dict[str, int] = {}
_seconds: dict[str, int] = {}
_fractions: dict[str, int] = {}


def parse_time(text: str) -> int | None:
    """Return an ISO 8601 time with a zone as UTC milliseconds, else `None`.

    Any number of fraction digits is read; what is finer than a millisecond is cut off.
    """
    try:
        return (
            _days[text[:10]] + _minutes[text[10:16]] + _seconds[text[16:20]] + _fractions[text[20:]]
        )
    except KeyError:
        return _parse_and_remember(text)


def minute_of(moment: object) -> int | None:
    """Return seconds, milliseconds (also as text) or ISO 8601 as UTC milliseconds, in minutes.

    `None` for anything else. Sources of one and the same time differ by a second.
    """
    if isinstance(moment, str) and moment.isascii() and moment.isdecimal():
        moment = int(moment[:20])
    if isinstance(moment, str):
        time = parse_time(moment.strip())
    elif isinstance(moment, bool) or not isinstance(moment, int | float):
        return None
    elif 0 < moment < _FIRST_MILLISECONDS * SECOND:
        time = round(moment if moment >= _FIRST_MILLISECONDS else moment * SECOND)
    else:
        return None
    return None if time is None else (time + MINUTE // 2) // MINUTE * MINUTE


def _parse_and_remember(text: str) -> int | None:
    """Parse a time; if it is in UTC keep what its day and its minute of the day stand for."""
    time = _parse_any(text)
    if time is not None and text[-1] == "Z":
        if len(_days) > 10_000:
            _days.clear()
        _days[text[:10]] = time - time % DAY
        _minutes[text[10:16]] = time % DAY - time % MINUTE
        if not _seconds:
            _seconds.update((f":{second:02d}.", second * SECOND) for second in range(60))
            _fractions.update((f"{fraction:03d}Z", fraction) for fraction in range(SECOND))
    return time


def _parse_any(text: str) -> int | None:
    match = _iso().match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour),
            int(minute),
            int(second),
            tzinfo=_offset(zone),
        )
        if not _EARLIEST <= moment < _LATEST:
            return None
    except ValueError:
        return None
    milliseconds = int((fraction or "0")[:3].ljust(3, "0"))
    return int(moment.timestamp()) * SECOND + milliseconds


@lru_cache(maxsize=1)
def _iso() -> re.Pattern[str]:
    return re.compile(_ISO, re.ASCII)


@lru_cache(maxsize=64)
def _offset(zone: str) -> timezone:
    if zone in ("Z", "z"):
        return UTC
    digits = zone[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))


def open_zone(
    name: str | None,
    environment: Mapping[str, str],
    localtime: Path = Path("/etc/localtime"),
    platform: str = PLATFORM,
) -> tuple[str, tzinfo]:
    """Return the name and rules of a zone; `None` names the system's own.

    The system's is `TZ`, else what Windows' registry or `/etc/localtime` names, else what the
    C library knows. Raises `SettingsError` for a name that is not an IANA zone.
    """
    if name is not None:
        return name, _named_zone(name)
    variable = environment.get("TZ", "").lstrip(":")
    if variable and not variable.startswith("/"):
        try:
            return variable, _named_zone(variable)
        except SettingsError:
            return _system_zone()
    found = _registered_zone() if platform == "win32" else _linked_zone(localtime)
    return found or _system_zone()


def zone_of(name: str) -> tzinfo:
    """Return a zone by its IANA name, UTC without loading any other.

    Raises `KeyError`, `ValueError` or `OSError` where there is none.
    """
    return UTC if name in ("UTC", "Etc/UTC") else _zones()(name)


def _zones() -> type[ZoneInfo]:
    from zoneinfo import ZoneInfo

    return ZoneInfo


def _named_zone(name: str) -> tzinfo:
    try:
        return zone_of(name)
    except (KeyError, ValueError, OSError) as error:
        from zoneinfo import available_timezones

        from engine.domain.typed.numbers import nearest

        known = tuple(sorted(available_timezones()))
        near = nearest(name, known, "use an IANA name such as Europe/Berlin or UTC.")
        raise SettingsError(f"There is no time zone named '{name}': {near}") from error


def _registered_zone() -> tuple[str, tzinfo] | None:
    """Read the zone that is set in Windows, by its IANA name."""
    try:
        from tzlocal.win32 import get_localzone_name

        name = get_localzone_name()
        return (name, zone_of(name)) if name else None
    except (ImportError, LookupError, ValueError, OSError):
        return None


def _linked_zone(localtime: Path) -> tuple[str, tzinfo] | None:
    """Read the zone from the system's link or file."""
    try:
        target = os.path.realpath(localtime)
        named = re.search(_AFTER_ZONEINFO, target)
        if named:
            name = "UTC" if named[1] in _UTC_TOO else named[1]
            return name, zone_of(name)
        with localtime.open("rb") as file:
            return "local", _zones().from_file(file, key="local")
    except (KeyError, ValueError, OSError):
        return None


def _system_zone() -> tuple[str, tzinfo]:
    from engine.domain.system_zone import SystemZone

    return "local", SystemZone()


def moment_at(time: int | float, zone: tzinfo = UTC) -> datetime:
    """Return UTC milliseconds as a moment in a zone.

    `datetime.fromtimestamp` asks the C library, and Windows' refuses what lies before 1970 or
    after the year 3000.
    """
    return (_EPOCH + timedelta(milliseconds=time)).astimezone(zone)


def day_of(time: int, zone: tzinfo) -> date:
    """Return the calendar day of a moment in a zone."""
    return moment_at(time, zone).date()


def clock_of(time: int, zone: tzinfo) -> str:
    """Return the clock's hours and minutes at a moment in a zone, such as `14:05`."""
    return f"{moment_at(time, zone):%H:%M}"


def start_of_day(day: date, zone: tzinfo) -> int:
    """Return when a calendar day begins in a zone (the first moment that bears its date)."""
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    return int(start.timestamp()) * SECOND


def start_of_week(day: date, week_start: int) -> date:
    """Return the first day of the week of a day; `week_start` counts from Monday, 0."""
    return day - timedelta(days=(day.weekday() - week_start) % 7)


def offsets_between(start: int, end: int, zone: tzinfo) -> list[tuple[int, int]]:
    """Return a zone's stretches of constant offset from UTC in a range of time.

    Each is the moment it holds from (the first from `start`) and the offset in milliseconds,
    to be added to UTC.
    """
    stretches = [(start, _offset_at(start, zone))]
    moment = start
    while moment < end:
        later = min(moment + _SAMPLING, end)
        offset = _offset_at(later, zone)
        if offset != stretches[-1][1]:
            change = _change_between(moment, later, zone)
            if change < end:
                stretches.append((change, offset))
        moment = later
    return stretches


def _offset_at(time: int, zone: tzinfo) -> int:
    offset = moment_at(time // SECOND * SECOND, zone).utcoffset()
    return 0 if offset is None else offset // timedelta(milliseconds=1)


def _change_between(before: int, after: int, zone: tzinfo) -> int:
    """Return the first moment with the later one's offset; changes come on whole seconds."""
    early, late = before // SECOND, -(-after // SECOND)
    offset = _offset_at(after, zone)
    while late - early > 1:
        middle = (early + late) // 2
        if _offset_at(middle * SECOND, zone) == offset:
            late = middle
        else:
            early = middle
    return late * SECOND


def iso_time(time: int) -> str:
    """Return UTC milliseconds as `2026-11-22T14:05:00.000Z`."""
    moment = moment_at(time // SECOND * SECOND)
    return f"{moment.isoformat()[:_SECONDS_LONG]}.{time % SECOND:03d}Z"
