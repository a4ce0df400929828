"""The desktop app's `plan-usage-history.json`: a percentage every few minutes, no resets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from engine.domain.hits import FIVE_HOUR, SEVEN_DAY, SPEND_LIMIT
from engine.domain.owners import owner_key
from engine.domain.paths import desktop_apps
from engine.domain.system import PLATFORM
from engine.domain.times import DAY, MINUTE
from engine.limits.readings import Reading, name_of, reading_of
from engine.limits.sources.claude_json import NO_ACCOUNT, Account

_FILE_NAME = "plan-usage-history.json"
_OLDEST = 8 * DAY
_AHEAD = 5 * MINUTE
_WINDOWS = {"fh": FIVE_HOUR, "sd": SEVEN_DAY, "xu": SPEND_LIMIT}


class _File(Struct):
    samples: list[Any] = []


_decode = msgspec.json.Decoder(_File).decode


def history_paths(
    environment: Mapping[str, str], home: Path, platform: str = PLATFORM
) -> tuple[Path, ...]:
    """Return where the desktop app may keep its history on a platform (`sys.platform`)."""
    return tuple(app / _FILE_NAME for app in desktop_apps(environment, home, platform))


def readings_of_history(
    data: bytes, now: int, account: Account = NO_ACCOUNT, after: int = 0
) -> tuple[Reading, ...] | None:
    """Return the readings of the last 8 days later than `after`, oldest first.

    Samples of the account's organization are the account's, others their organization's.
    `None` where the bytes are not a history.
    """
    try:
        samples = [each for each in _decode(data).samples if isinstance(each, dict)]
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    factor = 1 if _are_percentages(samples) else 100
    first = max(after, now - _OLDEST)
    found = [
        reading
        for sample in samples
        for reading in _readings_of(sample, factor, account)
        if first < reading.captured_at <= now + _AHEAD
    ]
    return tuple(sorted(found, key=lambda reading: reading.captured_at))


def _are_percentages(samples: Iterable[dict[str, Any]]) -> bool:
    """Tell percentages from shares by the whole file, since 1 may be both.

    Any value above 1 is a percentage; where there is none a fraction is a share, and 0 and 1
    alone are percentages of a plan that is hardly used. Spending may be over its limit.
    """
    values = [
        value
        for sample in samples
        for key in ("fh", "sd")
        if (value := _number(_used_of(sample).get(key))) is not None
    ]
    return any(value > 1 for value in values) or all(value in (0, 1) for value in values)


def _readings_of(sample: dict[str, Any], factor: int, account: Account) -> Iterator[Reading]:
    time = _number(sample.get("t"))
    if time is None:
        return
    organization = name_of(sample.get("org"))
    is_own = organization and organization == account.organization
    owner = account.owner if is_own else owner_key("", organization)
    for key, window in _WINDOWS.items():
        value = _number(_used_of(sample).get(key))
        percent = None if value is None else value * factor
        reading = reading_of(window, percent, None, int(time), "desktop", owner=owner)
        if reading is not None:
            yield reading


def _used_of(sample: dict[str, Any]) -> dict[str, Any]:
    used = sample.get("u")
    return used if isinstance(used, dict) else {}


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        return None
    return value
