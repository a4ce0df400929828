"""What the user asked limits to be measured against, and when they say the window ends."""

from __future__ import annotations

from msgspec.structs import replace

from engine.domain.levels import levels_at, levels_of_window
from engine.domain.settings import Settings
from engine.domain.typed.amounts import LimitChoice


def choice_of(settings: Settings) -> LimitChoice:
    """Return the limit and the levels in force.

    Raises `SettingsError` for a limit or for levels that cannot hold.
    """
    return replace(
        settings.limit or LimitChoice("p90"),
        levels=levels_at(settings.thresholds),
        is_asked=settings.limit is not None,
    )


def check_limits(settings: Settings) -> None:
    """Raise `SettingsError` where anything that is said of limits cannot hold."""
    levels = choice_of(settings).levels
    for window in settings.window_thresholds:
        levels_of_window(window, levels, settings.window_thresholds)
