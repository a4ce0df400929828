"""A snapshot as the document of `ccmon live --json`."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

from engine.documents.blocks import (
    BlockSpanDocument,
    ForecastDocument,
    PeriodDocument,
    RateDocument,
    period_fields,
)
from engine.documents.encoding import Price, dollars, iso, percent
from engine.documents.limits import (
    EventDocument,
    HitDocument,
    WindowDocument,
    event_documents,
    hit_document,
    window_documents,
)
from engine.domain.levels import Level
from engine.domain.limit_windows import WindowSource
from engine.domain.notices import Notice
from engine.domain.snapshots import (
    Block,
    BurnRate,
    Limit,
    Progress,
    Projection,
    SessionNow,
    Snapshot,
)
from engine.domain.times import MINUTE, iso_time
from engine.limits.status import Status, status_of


class BlockDocument(BlockSpanDocument, frozen=True, kw_only=True, rename="camel"):
    """The active block."""

    anchor: Literal["estimated", "official", "pinned"]
    elapsed_percent: float


class BurnRateDocument(RateDocument, frozen=True, kw_only=True, rename="camel"):
    """The rate over the recent window."""

    window_minutes: float
    word: str


class ProjectionDocument(ForecastDocument, frozen=True, kw_only=True, rename="camel"):
    """What the block will have used at its end if the recent rate goes on."""

    total_tokens_range: list[int] | None
    total_cost_range: list[float] | UnsetType | None = UNSET


class LimitDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """The block's use against the limit; `value` is tokens or US dollars, as `unit` says."""

    source: WindowSource
    label: str
    unit: Literal["tokens", "cost", "percent"]
    value: float | int | None
    used: float | int | None
    used_percent: float | None
    projected_percent: float | None
    level: Level
    reached_at: str | None
    reason: str


class SessionNowDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """A session of the active block."""

    session_id: str
    title: str | UnsetType = UNSET
    """What it is called, where that is known: who follows learns it."""
    project: str
    models: list[str]
    total_tokens: int
    cost_usd: float = field(name="costUSD")
    entries: int
    tokens_per_minute: float
    cost_per_hour: float
    last_activity: str
    is_busy: bool
    sub_agents: int
    state: Literal["busy", "idle"] | None
    """What Claude Code itself says of a session that is open."""
    context_percent: float | None
    context_tokens: int | None
    is_compacted: bool
    """The context was compacted, and nothing has told since how long it is."""
    agent: str
    machines_used: list[str] | UnsetType = UNSET
    """Of which machines it is, where several are known."""


class ProgressDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """How far the first reading of history is."""

    percent: float
    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    seconds_left: float | None


class LiveDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """What `ccmon live --json` prints."""

    generated_at: str
    timezone: str
    agent: str
    """Whose block, burn rate and projection these are."""
    agents: list[str]
    machines: list[str] | UnsetType = UNSET
    """All that are known, this one first, where it knows of others."""
    block: BlockDocument | None
    burn_rate: BurnRateDocument
    burn_rates: list[BurnRateDocument]
    projection: ProjectionDocument | None
    limit: LimitDocument
    plan: str | None
    status: Status
    windows: list[WindowDocument]
    hit: HitDocument | None
    events: list[EventDocument]
    today: PeriodDocument
    week: PeriodDocument
    month: PeriodDocument
    sessions: list[SessionNowDocument]
    unpriced_models: list[str]
    responses: int
    last_activity: str | None
    notices: tuple[Notice, ...]
    progress: ProgressDocument | UnsetType = UNSET
    """While history is still being read: no figure is whole before that is done."""


def live_document(snapshot: Snapshot) -> LiveDocument:
    """Return a snapshot as the document that scripts read."""
    return LiveDocument(
        generated_at=iso_time(snapshot.generated_at),
        timezone=snapshot.zone,
        agent=snapshot.agent,
        agents=list(snapshot.agents),
        machines=list(snapshot.machines) or UNSET,
        block=block_document(snapshot.block, dollars),
        burn_rate=burn_rate_document(snapshot.burn_rate, dollars),
        burn_rates=[burn_rate_document(rate, dollars) for rate in snapshot.rates],
        projection=projection_document(snapshot.projection, dollars),
        limit=_limit(snapshot.limit),
        plan=snapshot.plan or None,
        status=status_of(snapshot.windows, snapshot.hit)[0],
        windows=window_documents(snapshot.windows, snapshot.generated_at),
        hit=hit_document(snapshot.hit),
        events=event_documents(snapshot.events),
        today=PeriodDocument(**period_fields(snapshot.today, dollars)),
        week=PeriodDocument(**period_fields(snapshot.week, dollars)),
        month=PeriodDocument(**period_fields(snapshot.month, dollars)),
        sessions=[_session(session) for session in snapshot.sessions],
        unpriced_models=list(snapshot.unpriced),
        responses=snapshot.responses,
        last_activity=iso(snapshot.last_response),
        notices=snapshot.notices,
        progress=_progress(snapshot),
    )


def _progress(snapshot: Snapshot) -> ProgressDocument | UnsetType:
    if snapshot.state == "following":
        return UNSET
    progress = snapshot.progress or Progress(0, 0, 0, 0, 0, None, 0.0)
    return ProgressDocument(
        percent=round(progress.share * 100, 1),
        files_done=progress.files_done,
        files_total=progress.files_total,
        bytes_done=progress.bytes_done,
        bytes_total=progress.bytes_total,
        seconds_left=progress.seconds_left,
    )


def block_document(block: Block | None, price: Price) -> BlockDocument | None:
    """Return the active block, where there is one."""
    if block is None:
        return None
    return BlockDocument(
        **period_fields(block.figures, price),
        start_time=iso_time(block.start),
        end_time=iso_time(block.end),
        actual_end_time=iso(block.figures.last),
        is_active=True,
        anchor=block.anchor,
        elapsed_percent=round(block.elapsed_share * 100, 2),
    )


def burn_rate_document(rate: BurnRate, price: Price) -> BurnRateDocument:
    """Return the recent rate."""
    return BurnRateDocument(
        tokens_per_minute=rate.tokens_per_minute,
        tokens_per_minute_for_indicator=rate.plain_tokens_per_minute,
        cost_per_hour=price(rate.cost_per_hour),
        window_minutes=rate.window / MINUTE,
        word=rate.word,
    )


def projection_document(projection: Projection | None, price: Price) -> ProjectionDocument | None:
    """Return what the active block is heading for, where there is one."""
    if projection is None:
        return None
    tokens = projection.tokens_range
    return ProjectionDocument(
        total_tokens=projection.tokens,
        total_cost=price(projection.cost),
        remaining_minutes=round(projection.remaining / MINUTE),
        total_tokens_range=list(tokens) if tokens else None,
        total_cost_range=_cost_range(projection.cost_range, price),
    )


def _cost_range(costs: tuple[int, int] | None, price: Price) -> list[float] | UnsetType | None:
    if price is not dollars:
        return UNSET
    return [dollars(cost) for cost in costs] if costs else None


def _limit(limit: Limit) -> LimitDocument:
    is_cost = limit.unit == "cost"
    value: float | int | None = limit.value
    if is_cost and limit.value is not None:
        value = dollars(limit.value)
    return LimitDocument(
        source=limit.source,
        label=limit.label,
        unit=limit.unit,
        value=value,
        used=dollars(limit.used) if is_cost and limit.used is not None else limit.used,
        used_percent=percent(limit.used_share),
        projected_percent=percent(limit.projected_share),
        level=limit.level,
        reached_at=iso(limit.reached_at),
        reason=limit.reason,
    )


def _session(session: SessionNow) -> SessionNowDocument:
    return SessionNowDocument(
        session_id=session.session,
        title=session.title or UNSET,
        project=session.project,
        models=list(session.models),
        total_tokens=session.figures.tokens.total,
        cost_usd=dollars(session.figures.cost),
        entries=session.figures.responses,
        tokens_per_minute=session.tokens_per_minute,
        cost_per_hour=dollars(session.cost_per_hour),
        last_activity=iso_time(session.last),
        is_busy=session.is_busy,
        sub_agents=session.sub_agents,
        state=session.state or None,
        context_percent=percent(session.context_share),
        context_tokens=session.context_tokens,
        is_compacted=session.is_compacted,
        agent=session.agent,
        machines_used=list(session.figures.machines) or UNSET,
    )
