"""The levels of a limit's use, and the shares at which they begin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from engine.domain.mistakes import SettingsError

Level = Literal["fine", "half", "high", "critical", "reached"]
BY_GRAVITY: tuple[Level, ...] = get_args(Level)
Levels = tuple[tuple[float, Level], ...]
LEVELS: Levels = (
    (1.0, "reached"),
    (0.9, "critical"),
    (0.75, "high"),
    (0.5, "half"),
)
"""Share of a limit at which each level begins unless the user says otherwise, highest first;
under all of them: fine."""

_NAMES = BY_GRAVITY[1:4]


def levels_of_window(
    window: str, levels: Levels, thresholds: Mapping[str, tuple[float, ...]]
) -> Levels:
    """Return where a window's levels begin: by its own thresholds, its kind's, else `levels`.

    The last threshold is that of `critical`, the one before of `high`. Raises `SettingsError`
    unless they rise and are three at most (100% may follow, it is one anyway).
    """
    own = thresholds.get(window) or thresholds.get(window.partition(":")[0])
    if not own:
        return levels
    below = [share for share in own if share < 1]
    if len(below) > len(_NAMES) or sorted(set(below)) != below or min(below, default=0.5) <= 0:
        raise SettingsError(
            f"The thresholds of {window} must be one to three rising percentages between 0 and"
            " 100, such as 50, 75 and 90."
        )
    named = zip(reversed(below), reversed(_NAMES), strict=False)
    return ((1.0, "reached"), *named)


def levels_at(thresholds: tuple[float, float, float]) -> Levels:
    """Return levels that begin at other shares; raises `SettingsError` unless these rise."""
    half, high, critical = thresholds
    if not 0 < half < high < critical < 1:
        raise SettingsError(
            "The thresholds of the limit's levels must be three rising percentages between 0 and"
            " 100, such as 50, 75 and 90."
        )
    return ((1.0, "reached"), (critical, "critical"), (high, "high"), (half, "half"))


def level_of_estimate(share: float | None, levels: Levels = LEVELS) -> Level:
    """Return the level of a share of what is usual: beyond it nothing is reached."""
    level = level_of(share, levels)
    return "high" if level in ("critical", "reached") else level


def level_of(share: float | None, levels: Levels = LEVELS) -> Level:
    """Return the level that a used share has reached."""
    return next((level for start, level in levels if share is not None and share >= start), "fine")
