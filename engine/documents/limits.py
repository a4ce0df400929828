"""Limit windows and events as the documents of `ccmon limits` and `ccmon events`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from engine.documents.encoding import dollars, iso, percent
from engine.domain.levels import Level
from engine.domain.limit_windows import (
    OFFICIAL,
    Event,
    EventKind,
    Forecast,
    HitNow,
    LimitsNow,
    PaceWord,
    WindowNow,
    WindowSource,
    WindowState,
)
from engine.domain.times import MINUTE, SECOND, iso_time
from engine.limits.status import Status, status_of


class WindowForecastDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """What becomes of a window's use; `reachesAt` is null where that is not before the reset."""

    basis: Literal["official", "local", "none"]
    basis_label: str
    reaches_at: str | None
    earliest: str | None
    latest: str | None
    percent_at_reset: float | None
    percent_at_reset_range: list[float] | None
    is_frozen: bool
    pace_points: float | None
    """Used percentage less the elapsed percentage of the window."""
    pace: PaceWord | None


class HitDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """A limit that is hit now."""

    window: str
    label: str
    since: str
    resets_at: str | None
    is_extra_usage: bool
    account: str | None
    """What the owner is called, where there are several."""


class WindowDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """A window, all its figures from one source; `used` and `limit` are as `unit` says."""

    window: str
    label: str
    account: str | None
    """What the owner is called, where there are several."""
    state: WindowState
    is_gravest: bool
    usual_multiple: float | None
    """How many times the usual is used, of an estimate."""
    spend_percent: float | None
    """On extra usage, what is spent of its limit."""
    begun_at: str | None
    """From when use counts: the window's start, or its last early reset."""
    begun_percent: float | None
    source: WindowSource
    is_official: bool
    basis: str
    captured_at: str | None
    age_seconds: int | None
    is_floor: bool
    used_percent: float | None
    used: float | int | None
    limit: float | int | None
    unit: Literal["tokens", "cost", "percent"]
    start_time: str | None
    resets_at: str | None
    minutes_to_reset: int | None
    elapsed_percent: float | None
    level: Level
    forecast: WindowForecastDocument
    hit: HitDocument | None
    reason: str


class EventDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """Something that happened to a window."""

    time: str
    kind: EventKind
    window: str
    severity: Literal["information", "warning", "error"]
    level: Level
    title: str
    text: str


class LimitsDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """What `ccmon limits --json` prints; `exitCode` is that of `--check`."""

    generated_at: str
    timezone: str
    plan: str | None
    status: Status
    exit_code: int
    windows: list[WindowDocument]
    hit: HitDocument | None
    is_usage_endpoint_asked: bool
    notices: list[str]


class EventsDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """What `ccmon events --json` prints, the newest first."""

    generated_at: str
    timezone: str
    events: list[EventDocument]


EXIT_CODES: dict[Status, int] = {
    "fine": 0,
    "warning": 10,
    "critical": 11,
    "hit": 12,
    "unknown": 20,
}
"""What `ccmon limits --check` exits with."""


def limits_document(
    limits: LimitsNow, *, is_endpoint_asked: bool, notices: Iterable[str] = ()
) -> LimitsDocument:
    """Return the windows as the document that scripts read."""
    status, _ = status_of(limits.windows, limits.hit)
    return LimitsDocument(
        generated_at=iso_time(limits.generated_at),
        timezone=limits.zone,
        plan=limits.plan or None,
        status=status,
        exit_code=EXIT_CODES[status],
        windows=window_documents(limits.windows, limits.generated_at),
        hit=hit_document(limits.hit),
        is_usage_endpoint_asked=is_endpoint_asked,
        notices=list(notices),
    )


def events_document(limits: LimitsNow, events: Iterable[Event]) -> EventsDocument:
    """Return what happened as the document that scripts read."""
    return EventsDocument(
        generated_at=iso_time(limits.generated_at),
        timezone=limits.zone,
        events=event_documents(events),
    )


def event_documents(events: Iterable[Event]) -> list[EventDocument]:
    """Return events as documents have them."""
    return [
        EventDocument(
            time=iso_time(event.time),
            kind=event.kind,
            window=event.window,
            severity=event.severity,
            level=event.level,
            title=event.title,
            text=event.text,
        )
        for event in events
    ]


def window_documents(windows: Iterable[WindowNow], now: int) -> list[WindowDocument]:
    """Return windows as documents have them."""
    return [_window(window, now) for window in windows]


def hit_document(hit: HitNow | None) -> HitDocument | None:
    """Return a limit that is hit, where one is."""
    if hit is None:
        return None
    return HitDocument(
        window=hit.window,
        label=hit.label,
        since=iso_time(hit.since),
        resets_at=iso(hit.resets_at),
        is_extra_usage=hit.is_extra_usage,
        account=hit.owner_name or None,
    )


def _window(window: WindowNow, now: int) -> WindowDocument:
    end = window.resets_at
    return WindowDocument(
        window=window.window,
        label=window.label,
        account=window.owner_name or None,
        state=window.state,
        is_gravest=window.is_gravest,
        usual_multiple=window.usual_multiple,
        spend_percent=percent(window.spend.share if window.spend is not None else None),
        begun_at=iso(window.begun_at),
        begun_percent=percent(window.begun_share if window.begun_at is not None else None),
        source=window.source,
        is_official=window.source in OFFICIAL or window.source == "provider",
        basis=window.basis,
        captured_at=iso(window.captured_at),
        age_seconds=None if window.age is None else window.age // SECOND,
        is_floor=window.is_floor,
        used_percent=percent(window.used_share),
        used=_amount(window, window.used),
        limit=_amount(window, window.limit),
        unit=window.unit,
        start_time=iso(window.start),
        resets_at=iso(end),
        minutes_to_reset=None if end is None else max(end - now, 0) // MINUTE,
        elapsed_percent=percent(window.elapsed_share),
        level=window.level,
        forecast=_forecast(window.forecast),
        hit=hit_document(window.hit),
        reason=window.reason,
    )


def _amount(window: WindowNow, amount: int | None) -> float | int | None:
    return dollars(amount) if amount is not None and window.unit == "cost" else amount


def _forecast(forecast: Forecast) -> WindowForecastDocument:
    low, high = percent(forecast.share_low), percent(forecast.share_high)
    return WindowForecastDocument(
        basis=forecast.basis,
        basis_label=forecast.basis_label,
        reaches_at=iso(forecast.reaches_at),
        earliest=iso(forecast.earliest),
        latest=iso(forecast.latest),
        percent_at_reset=percent(forecast.share_at_reset),
        percent_at_reset_range=None if low is None or high is None else [low, high],
        is_frozen=forecast.is_frozen,
        pace_points=percent(forecast.pace),
        pace=forecast.pace_word,
    )
