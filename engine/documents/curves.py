"""What is drawn as a curve: how windows were used up, the block's trace, the day's hours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct, field

from engine.documents.encoding import dollars, percent
from engine.domain.limit_windows import BurnUp, Foreseen, WindowNow
from engine.domain.reports import Point
from engine.domain.snapshots import Snapshot, Trace
from engine.domain.times import SECOND, iso_time


class CurveDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """A window's use; `at` are Unix seconds, the rest percentages, point by point."""

    window: str
    label: str
    account: str | None
    basis: str
    start: float
    end: float
    at: list[float]
    used_percent: list[float]
    foreseen_at: list[float]
    foreseen_low: list[float]
    foreseen: list[float]
    foreseen_high: list[float]


class TraceDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """Tokens of equal steps of the active block; `at` are the steps' ends in Unix seconds."""

    step_seconds: float
    at: list[float]
    tokens: list[int]
    running_tokens: list[int]
    running_cost: list[float]


class PointDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """A step of a series, named as people read it."""

    start: str
    label: str
    responses: int
    total_tokens: int
    cost_usd: float = field(name="costUSD")


class CurvesDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """All that the live screen draws, beside the figures of the live document."""

    generated_at: str
    state: Literal["reading", "following"]
    read_percent: float | None
    """How much of history is read; null once all of it is."""
    burn_ups: list[CurveDocument]
    trace: TraceDocument | None
    today_hours: list[PointDocument]
    recent_days: list[PointDocument]


def curves_document(snapshot: Snapshot) -> CurvesDocument:
    """Return a snapshot's curves."""
    by_window = {(window.window, window.owner): window for window in snapshot.windows}
    return CurvesDocument(
        generated_at=iso_time(snapshot.generated_at),
        state=snapshot.state,
        read_percent=percent(snapshot.progress.share) if snapshot.progress else None,
        burn_ups=[_curve(each, by_window) for each in snapshot.burn_ups],
        trace=_trace(snapshot.trace) if snapshot.trace else None,
        today_hours=_points(snapshot.today_hours),
        recent_days=_points(snapshot.recent_days),
    )


def _curve(burn_up: BurnUp, by_window: dict[tuple[str, str], WindowNow]) -> CurveDocument:
    window = by_window.get((burn_up.window, burn_up.owner))
    cone: tuple[Foreseen, ...] = window.forecast.cone if window is not None else ()
    return CurveDocument(
        window=burn_up.window,
        label=window.label if window is not None else burn_up.window,
        account=(window.owner_name or None) if window is not None else None,
        basis=burn_up.basis,
        start=burn_up.start / SECOND,
        end=burn_up.end / SECOND,
        at=[point.time / SECOND for point in burn_up.points],
        used_percent=_percents(point.share for point in burn_up.points),
        foreseen_at=[each.time / SECOND for each in cone],
        foreseen_low=_percents(each.low for each in cone),
        foreseen=_percents(each.expected for each in cone),
        foreseen_high=_percents(each.high for each in cone),
    )


def _trace(trace: Trace) -> TraceDocument:
    ends = range(1, len(trace.tokens) + 1)
    return TraceDocument(
        step_seconds=trace.step / SECOND,
        at=[(trace.start + end * trace.step) / SECOND for end in ends],
        tokens=list(trace.tokens),
        running_tokens=list(trace.running_tokens),
        running_cost=[dollars(cost) for cost in trace.running_cost],
    )


def _points(points: Iterable[Point]) -> list[PointDocument]:
    return [
        PointDocument(
            start=iso_time(point.start),
            label=point.label,
            responses=point.responses,
            total_tokens=point.tokens,
            cost_usd=dollars(point.cost),
        )
        for point in points
    ]


def _percents(shares: Iterable[float]) -> list[float]:
    return [round(share * 100, 2) for share in shares]
