"""What official sources say of a limit window's use, and which of it holds (SPEC §9)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct

from engine.domain.hits import FIVE_HOUR, SEVEN_DAY, SPEND_LIMIT, window_of_type
from engine.domain.owners import NOBODY
from engine.domain.scans import Age
from engine.domain.times import BLOCK_LENGTH, DAY, MINUTE, minute_of

ReadingSource = Literal["statusline", "claude.json", "desktop", "oauth", "agent"]

MINUTES = "_min"
"""Windows of other lengths are called by theirs: `43200_min`."""

_LENGTHS = {FIVE_HOUR: BLOCK_LENGTH, SEVEN_DAY: 7 * DAY}
"""Lengths of windows that are known; a window of one model has that of its kind."""
_LONGEST = 400 * DAY
_MOST_PERCENT = 101.0
"""Above it a percentage is none: Claude Code has sent the reset's time in its place."""
_MOST_OF_SPEND = 100_000.0
_LONGEST_NAME = 80


class Reading(Struct, frozen=True):
    """How much of a window one source said was used, at one moment."""

    window: str
    """`five_hour`, `seven_day`, `seven_day:<model>`, `spend_limit`, or what the source calls it.

    Another agent's window has its name after it: `five_hour:codex`, of the source `agent`.
    """
    used_share: float
    """0.0 to 1.0; of a spend limit it may be more."""
    resets_at: int | None
    """When the window ends, rounded to the minute: sources differ by a second."""
    captured_at: int
    """When the answer came that it rests on."""
    source: ReadingSource = "statusline"
    owner: str = NOBODY
    """Whose window it is (`engine.domain.owners`), as far as the source says."""
    session: str = ""
    age: Age = ""
    """How its time is known; see `engine.ledger.limit_readings`."""
    is_ageless: bool = False
    """A session's first, of which nobody knows how old it is: it lowers nothing."""
    is_repeat: bool = False
    """A session says again what it said before: at most what holds is younger by it."""


class HookSaid(Struct, frozen=True):
    """What a hook hands over that limits and contexts depend on."""

    session: str
    readings: tuple[Reading, ...]
    """As of now; whose they are and how old is found out."""
    transcript: str = ""
    model: str = ""
    context_size: int | None = None
    api_time: int | None = None
    """Milliseconds that the API has worked for the session so far."""


def readings_of_hook(
    rate_limits: object, captured_at: int, session: str = ""
) -> tuple[Reading, ...]:
    """Return what the status line's `rate_limits` says; what makes no sense is left out.

    Percentages are 0 to 100 there, resets seconds since 1970 (milliseconds and ISO 8601
    are understood). Never raises, whatever the value is.
    """
    found: dict[str, Reading] = {}
    for window, said in _windows_of(rate_limits):
        percent = said.get("used_percentage", said.get("utilization"))
        reading = reading_of(
            window, percent, said.get("resets_at"), captured_at, "statusline", session=session
        )
        if reading is not None:
            found[window] = reading
    return tuple(found.values())


def reading_of(
    window: str,
    percent: object,
    resets_at: object,
    captured_at: int,
    source: ReadingSource,
    *,
    owner: str = NOBODY,
    session: str = "",
) -> Reading | None:
    """Return what a source says of a window, `None` where it makes no sense.

    `percent` is 0 to 100, `resets_at` any form of `engine.domain.times.minute_of` or nothing.
    """
    share = _share_of(percent, window)
    end = minute_of(resets_at)
    if share is None or not _is_open(window, end, captured_at):
        return None
    return Reading(window, share, end, captured_at, source, owner, session)


def _windows_of(rate_limits: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield name and content of each window; those of single models stand in a list."""
    if not isinstance(rate_limits, dict):
        return
    for key, value in rate_limits.items():
        if key == "model_scoped" and isinstance(value, list):
            for each in value:
                model = name_of(each.get("display_name")) if isinstance(each, dict) else ""
                if model:
                    yield f"{SEVEN_DAY}:{model}", each
        elif isinstance(value, dict) and (name := name_of(key)):
            yield window_of_type(name), value


def name_of(text: object) -> str:
    """Return a name fit to be kept and shown, empty where there is none."""
    if not isinstance(text, str):
        return ""
    return "".join(sign for sign in text if sign.isprintable()).strip()[:_LONGEST_NAME]


def _share_of(percent: object, window: str) -> float | None:
    """Return a percentage as a share, `None` where it is none."""
    if isinstance(percent, bool) or not isinstance(percent, int | float):
        return None
    if isinstance(percent, float) and not math.isfinite(percent):
        return None
    if window == SPEND_LIMIT:
        return percent / 100 if 0 <= percent <= _MOST_OF_SPEND else None
    return min(percent / 100, 1.0) if 0 <= percent <= _MOST_PERCENT else None


def _is_open(window: str, resets_at: int | None, now: int) -> bool:
    """Say whether a window can be running: not over, and no longer than it lasts.

    A day is allowed for clocks that differ.
    """
    return resets_at is None or now < resets_at <= now + length_of(window, _LONGEST) + DAY


def known_length(window: str) -> int | None:
    """Return how long a window lasts, in milliseconds, where that is known."""
    kind = window.partition(":")[0]
    minutes = kind.removesuffix(MINUTES)
    if minutes != kind and minutes.isdecimal():
        return int(minutes) * MINUTE
    return _LENGTHS.get(kind)


def length_of(window: str, otherwise: int = BLOCK_LENGTH) -> int:
    """Return how long a window lasts, or a length to go by."""
    return known_length(window) or otherwise
