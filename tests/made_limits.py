"""Made-up limit windows and events."""

from __future__ import annotations

from typing import Any

from engine.domain.limit_windows import Event, Forecast, HitNow, LimitsNow, WindowNow
from tests.conftest import NOW
from tests.made_lines import HOUR, MINUTE


def forecast(**given: Any) -> Forecast:
    """Return a forecast of official readings that foresees no limit."""
    plain: dict[str, Any] = {
        "basis": "official",
        "basis_label": "14 official readings",
        "share_at_reset": 0.8,
        "share_low": 0.7,
        "share_high": 0.9,
        "pace": 0.06,
        "pace_word": "over",
    }
    return Forecast(**{**plain, **given})


def window(name: str = "five_hour", share: float | None = 0.42, **given: Any) -> WindowNow:
    """Return an official window with half of its five hours gone."""
    plain: dict[str, Any] = {
        "label": {"five_hour": "5 hours", "seven_day": "Week"}.get(name, name),
        "source": "statusline",
        "basis": "official · status line",
        "captured_at": NOW - 2 * MINUTE,
        "age": 2 * MINUTE,
        "start": NOW - 150 * MINUTE,
        "resets_at": NOW + 150 * MINUTE,
        "elapsed_share": 0.5,
        "forecast": forecast(),
    }
    return WindowNow(window=name, used_share=share, **{**plain, **given})


def budget(share: float = 0.5, **given: Any) -> WindowNow:
    """Return the day's budget of 20 dollars."""
    plain: dict[str, Any] = {
        "label": "Budget · day",
        "source": "budget",
        "basis": "your budget · this machine",
        "captured_at": None,
        "age": None,
        "used": round(share * 20 * 10**12),
        "limit": 20 * 10**12,
        "unit": "cost",
    }
    return window("budget:day", share, **{**plain, **given})


def hit(name: str = "seven_day", label: str = "Week", **given: Any) -> HitNow:
    """Return a limit that was hit ten minutes ago and is reset in a day."""
    plain: dict[str, Any] = {
        "since": NOW - 10 * MINUTE,
        "resets_at": NOW + 24 * HOUR,
        "is_extra_usage": False,
    }
    return HitNow(window=name, label=label, **{**plain, **given})


def event(ago: int = 0, **given: Any) -> Event:
    """Return an event some milliseconds ago."""
    plain: dict[str, Any] = {
        "kind": "level",
        "window": "five_hour",
        "severity": "warning",
        "title": "5 hours: 75% used",
        "text": "75% of the 5 hours was used at 12:58.",
        "level": "high",
    }
    return Event(time=NOW - ago, **{**plain, **given})


def limits(*windows: WindowNow, **given: Any) -> LimitsNow:
    """Return windows as a monitor gives them at `NOW`, in UTC."""
    plain: dict[str, Any] = {
        "generated_at": NOW,
        "zone": "UTC",
        "plan": "Max 5x",
        "windows": windows,
        "burn_ups": (),
        "events": (),
        "hit": None,
    }
    return LimitsNow(**{**plain, **given})
