"""Snapshots and health as JSON documents: stable names, ISO times, US dollars.

Names follow ccusage's blocks where it has the figure. Money is a number of US dollars,
shares are percentages, `null` stands for what is not known.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from engine.health import Health
from engine.reports import Block, Figures, Limit, Notice, SessionNow, Snapshot
from engine.responses import PICO
from engine.times import MINUTE, iso_time


class TokenCounts(Struct, frozen=True, rename="camel"):
    """Tokens of the four kinds that ccusage names; the 1-hour writes are within the third."""

    input_tokens: int
    output_tokens: int
    cache_creation_input_tokens: int
    cache_read_input_tokens: int
    cache_creation_1h_input_tokens: int = msgspec.field(name="cacheCreation1hInputTokens")


class PeriodDocument(Struct, frozen=True, rename="camel"):
    """What a day, week or month sums to."""

    token_counts: TokenCounts
    total_tokens: int
    cost_usd: float = msgspec.field(name="costUSD")
    entries: int
    models: list[str]


class BlockDocument(Struct, frozen=True, rename="camel"):
    """The active block."""

    start_time: str
    end_time: str
    actual_end_time: str | None
    is_active: bool
    anchor: str
    elapsed_percent: float
    token_counts: TokenCounts
    total_tokens: int
    cost_usd: float = msgspec.field(name="costUSD")
    entries: int
    models: list[str]


class BurnRateDocument(Struct, frozen=True, rename="camel"):
    """The rate over the recent window."""

    tokens_per_minute: float
    tokens_per_minute_for_indicator: float
    cost_per_hour: float
    window_minutes: float
    word: str


class ProjectionDocument(Struct, frozen=True, rename="camel"):
    """What the block will have used at its end if the recent rate goes on."""

    total_tokens: int
    total_cost: float
    remaining_minutes: int
    total_tokens_range: list[int] | None
    total_cost_range: list[float] | None


class LimitDocument(Struct, frozen=True, rename="camel"):
    """The block's use against the limit; `value` is tokens or US dollars, as `unit` says."""

    source: str
    label: str
    unit: str
    value: float | int | None
    used: float | int
    used_percent: float | None
    projected_percent: float | None
    level: str
    reached_at: str | None
    reason: str


class SessionDocument(Struct, frozen=True, rename="camel"):
    """A session of the active block."""

    session_id: str
    project: str
    models: list[str]
    total_tokens: int
    cost_usd: float = msgspec.field(name="costUSD")
    entries: int
    tokens_per_minute: float
    last_activity: str
    is_busy: bool
    sub_agents: int


class LiveDocument(Struct, frozen=True, rename="camel"):
    """What `ccmon live --json` prints."""

    generated_at: str
    timezone: str
    block: BlockDocument | None
    burn_rate: BurnRateDocument
    projection: ProjectionDocument | None
    limit: LimitDocument
    today: PeriodDocument
    week: PeriodDocument
    month: PeriodDocument
    sessions: list[SessionDocument]
    unpriced_models: list[str]
    responses: int
    last_activity: str | None
    notices: tuple[Notice, ...]


def live_document(snapshot: Snapshot) -> LiveDocument:
    """Return a snapshot as the document that scripts read."""
    rate, projection = snapshot.burn_rate, snapshot.projection
    return LiveDocument(
        generated_at=iso_time(snapshot.generated_at),
        timezone=snapshot.zone,
        block=_block(snapshot.block) if snapshot.block else None,
        burn_rate=BurnRateDocument(
            tokens_per_minute=rate.tokens_per_minute,
            tokens_per_minute_for_indicator=rate.plain_tokens_per_minute,
            cost_per_hour=dollars(rate.cost_per_hour),
            window_minutes=rate.window / MINUTE,
            word=rate.word,
        ),
        projection=ProjectionDocument(
            total_tokens=projection.tokens,
            total_cost=dollars(projection.cost),
            remaining_minutes=round(projection.remaining / MINUTE),
            total_tokens_range=list(projection.tokens_range) if projection.tokens_range else None,
            total_cost_range=[dollars(each) for each in projection.cost_range]
            if projection.cost_range
            else None,
        )
        if projection
        else None,
        limit=_limit(snapshot.limit),
        today=_period(snapshot.today),
        week=_period(snapshot.week),
        month=_period(snapshot.month),
        sessions=[_session(session) for session in snapshot.sessions],
        unpriced_models=list(snapshot.unpriced),
        responses=snapshot.responses,
        last_activity=_iso(snapshot.last_response),
        notices=snapshot.notices,
    )


def health_document(health: Health) -> dict[str, object]:
    """Return what doctor tells as the document that scripts read."""
    document: dict[str, object] = msgspec.to_builtins(health)
    roots = [
        {**msgspec.to_builtins(root), "oldestDeletedAt": _iso(root.oldest_deleted_at)}
        for root in health.roots
    ]
    return {
        **document,
        "generatedAt": iso_time(health.generated_at),
        "firstResponse": _iso(health.first_response),
        "lastResponse": _iso(health.last_response),
        "roots": roots,
        "versions": dict(health.versions),
    }


def encode(document: object) -> str:
    """Return a document as JSON, two spaces deep."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def dollars(cost: int) -> float:
    """Return pico-dollars as a number of US dollars."""
    return cost / PICO


def _iso(time: int | None) -> str | None:
    return iso_time(time) if time is not None else None


def _percent(share: float | None) -> float | None:
    return round(share * 100, 2) if share is not None else None


def _counts(figures: Figures) -> TokenCounts:
    tokens = figures.tokens
    return TokenCounts(
        input_tokens=tokens.input,
        output_tokens=tokens.output,
        cache_creation_input_tokens=tokens.cache_write,
        cache_read_input_tokens=tokens.cache_read,
        cache_creation_1h_input_tokens=tokens.cache_write_1h,
    )


def _period(figures: Figures) -> PeriodDocument:
    return PeriodDocument(
        token_counts=_counts(figures),
        total_tokens=figures.tokens.total,
        cost_usd=dollars(figures.cost),
        entries=figures.responses,
        models=list(figures.models),
    )


def _block(block: Block) -> BlockDocument:
    figures = block.figures
    return BlockDocument(
        start_time=iso_time(block.start),
        end_time=iso_time(block.end),
        actual_end_time=_iso(figures.last),
        is_active=True,
        anchor=block.anchor,
        elapsed_percent=round(block.elapsed_share * 100, 2),
        token_counts=_counts(figures),
        total_tokens=figures.tokens.total,
        cost_usd=dollars(figures.cost),
        entries=figures.responses,
        models=list(figures.models),
    )


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
        used=dollars(limit.used) if is_cost else limit.used,
        used_percent=_percent(limit.used_share),
        projected_percent=_percent(limit.projected_share),
        level=limit.level,
        reached_at=_iso(limit.reached_at),
        reason=limit.reason,
    )


def _session(session: SessionNow) -> SessionDocument:
    return SessionDocument(
        session_id=session.session,
        project=session.project,
        models=list(session.models),
        total_tokens=session.figures.tokens.total,
        cost_usd=dollars(session.figures.cost),
        entries=session.figures.responses,
        tokens_per_minute=session.tokens_per_minute,
        last_activity=iso_time(session.last),
        is_busy=session.is_busy,
        sub_agents=session.sub_agents,
    )
