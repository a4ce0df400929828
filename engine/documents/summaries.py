"""Today, this week, this month and the active block as the document of `ccmon summary --json`."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import UNSET, Struct, UnsetType

from engine.documents.agents import telling
from engine.documents.answers import DayRow, MonthRow, WeekRow, period_fields
from engine.documents.encoding import pricing
from engine.documents.figures import ModelBreakdown, breakdowns, unpriced_names
from engine.documents.live import (
    BlockDocument,
    BurnRateDocument,
    ProjectionDocument,
    block_document,
    burn_rate_document,
    projection_document,
)
from engine.documents.sessions import NamedSession, named_session
from engine.domain.choices import Apart
from engine.domain.questions import AnswerRow, Summary
from engine.domain.reports import Figures
from engine.domain.times import iso_time


class SummaryDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """What `ccmon summary --json` prints: `models` are this month's, `sessions` today's."""

    generated_at: str
    timezone: str
    today: DayRow
    week: WeekRow
    month: MonthRow
    block: BlockDocument | None
    burn_rate: BurnRateDocument
    projection: ProjectionDocument | None
    models: list[ModelBreakdown]
    sessions: list[NamedSession]
    agent: str | UnsetType = UNSET
    """Whose block, burn rate and projection these are."""
    unpriced_models: list[str] | UnsetType = UNSET


def summary_document(
    summary: Summary,
    *,
    is_without_cost: bool = False,
    aliases: Mapping[str, str] | None = None,
    apart: Apart | None = None,
) -> SummaryDocument:
    """Return a summary as the document that scripts read."""
    price = pricing(is_without_cost)
    names = aliases or {}
    told = telling(summary.month.figures, summary.agents, apart)
    return SummaryDocument(
        generated_at=iso_time(summary.now),
        timezone=summary.zone,
        today=DayRow(**period_fields("daily", AnswerRow(row=summary.today), price, told)),
        week=WeekRow(**period_fields("weekly", AnswerRow(row=summary.week), price, told)),
        month=MonthRow(**period_fields("monthly", AnswerRow(row=summary.month), price, told)),
        block=block_document(summary.block, price),
        burn_rate=burn_rate_document(summary.burn_rate, price),
        projection=projection_document(summary.projection, price),
        models=breakdowns(summary.by_model, price),
        sessions=[
            NamedSession(**named_session(row, "", price, names, told)) for row in summary.sessions
        ],
        agent=summary.agent,
        unpriced_models=unpriced_names(
            model for shown in _shown(summary) for model in shown.unpriced
        ),
    )


def _shown(summary: Summary) -> list[Figures]:
    shown = [summary.today.figures, summary.week.figures, summary.month.figures]
    return [*shown, summary.block.figures] if summary.block else shown
