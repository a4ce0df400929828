"""Reads `[limits]` and `[notify]`: where levels begin, budgets, quiet hours, channels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from engine.domain.mistakes import SettingsError
from tui.config.layer import LIMITED_WINDOWS, Found
from tui.config.sections import Reader, is_amount
from tui.options.values import hint

if TYPE_CHECKING:
    from engine.domain.limit_windows import Budget
    from engine.domain.typed.clocks import QuietHours

LIMIT_KEYS = ("thresholds", *LIMITED_WINDOWS, "budgets", "quiet-hours")
NOTIFY_KEYS = (
    "toast",
    "bell",
    "title",
    "terminal",
    "progress",
    "desktop",
    "open-again",
    "command",
    "webhook",
)
PRIVATE_CHANNELS = ("command", "webhook")
"""What a project's own file may not set: it runs programs and tells others."""


def read_limits(reader: Reader, table: Mapping[str, object]) -> dict[str, Found]:
    """Return the keys of `[limits]`: thresholds as shares, budgets and quiet hours as typed."""
    found: dict[str, Found] = {}
    for key, value in table.items():
        path = ("limits", key)
        origin = reader.origin(path)
        if key == "thresholds" or key in LIMITED_WINDOWS:
            found[key] = Found(_thresholds(reader, path, value), origin)
        elif key == "budgets":
            texts = value if isinstance(value, list) else [value]
            found[key] = Found(_budgets(reader, path, texts), origin, texts)
        else:
            text = value if isinstance(value, str) else str(value)
            found[key] = Found(_quiet_hours(reader, path, text), origin, text)
    return found


def read_notify(reader: Reader, table: Mapping[str, object]) -> dict[str, Found]:
    """Return the keys of `[notify]` as they are written."""
    from engine.notify.channels import channels_of

    found: dict[str, Found] = {}
    for key, value in table.items():
        path = ("notify", key)
        if key not in NOTIFY_KEYS:
            reader.fail(path, f"there is no key '{key}' of [notify]: {hint(key, NOTIFY_KEYS)}")
        try:
            channels_of({key: value})
        except SettingsError as error:
            reader.fail(path, str(error))
        found[key] = Found(value, reader.origin(path))
    return found


def _thresholds(reader: Reader, path: tuple[str, ...], given: object) -> tuple[float, ...]:
    """Read percentages as shares: three for all windows, of one kind of window fewer may do."""
    listed = given if isinstance(given, list) else []
    numbers = [each for each in listed if is_amount(each)]
    counts = (1, 2, 3) if path[-1] in LIMITED_WINDOWS else (3,)
    if len(listed) != len(numbers) or len(numbers) not in counts or not _rise((0, *numbers, 100)):
        what, many = ("thresholds", "three")
        if path[-1] in LIMITED_WINDOWS:
            what, many = (f"the thresholds of '{path[-1]}'", "one to three")
        reader.fail(
            path,
            f"{what} are {many} rising percentages above 0 and below 100, such as [50, 75, 90]",
        )
    return tuple(float(str(each)) / 100 for each in numbers)


def _rise(numbers: Iterable[object]) -> bool:
    rising = [float(str(each)) for each in numbers]
    return all(one < other for one, other in pairwise(rising))


def _budgets(reader: Reader, path: tuple[str, ...], listed: Sequence[object]) -> tuple[Budget, ...]:
    from engine.domain.typed.amounts import one_of_each, parse_budget

    texts = [each for each in listed if isinstance(each, str)]
    if len(texts) != len(listed):
        reader.fail(path, 'budgets are texts, such as ["20usd/day", "300usd/month"]')
    try:
        return one_of_each(map(parse_budget, texts))
    except SettingsError as error:
        reader.fail(path, str(error))


def _quiet_hours(reader: Reader, path: tuple[str, ...], text: str) -> QuietHours | None:
    from engine.domain.typed.clocks import parse_quiet_hours

    try:
        return parse_quiet_hours(text) if text else None
    except SettingsError as error:
        reader.fail(path, str(error))
