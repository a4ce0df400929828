"""Sessions as documents: the `session` report, and one session with its responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, Struct, UnsetType, field

from engine.documents.agents import AgentRow, Metadata, Telling, of_agent, of_machines, telling
from engine.documents.encoding import Money, Price, dollars, iso, pricing
from engine.documents.figures import (
    UNKNOWN_MODEL,
    Counts,
    Totals,
    counts,
    row_sums,
    totals,
)
from engine.domain.projects import called
from engine.domain.questions import Answer, AnswerRow, SessionAnswer
from engine.domain.reports import ResponseRow, Row
from engine.domain.times import iso_time


class NamedSession(AgentRow, frozen=True, kw_only=True, rename="camel"):
    """A session with what people call it and its project."""

    session_id: str
    title: str | None
    project_name: str
    first_activity: str | None
    last_activity: str | None


class SessionRow(NamedSession, frozen=True, kw_only=True, rename="camel"):
    """A session; `project` is its project's path, `projectPath` the name of its directory below
    `projects`, of several the first, as ccusage has it."""

    project: str
    worktree: str | UnsetType = UNSET
    project_path: str
    project_paths: list[str]


class SessionsDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """What `ccmon session --json` prints; `session` is what ccusage's report of all agents has."""

    sessions: list[SessionRow]
    session: list[SessionRow] | UnsetType = UNSET
    totals: Totals
    timezone: str
    notes: list[str] | UnsetType = UNSET


class ResponseEntry(Counts, frozen=True, kw_only=True, rename="camel"):
    """One response; `recordedCostUSD` is what its line recorded, if it did."""

    timestamp: str
    model: str
    total_tokens: int
    cost_usd: Money = field(name="costUSD", default=UNSET)
    recorded_cost_usd: float | UnsetType | None = field(name="recordedCostUSD", default=UNSET)
    missing_pricing: bool | UnsetType = UNSET
    is_sidechain: bool
    agent: str | None


class SessionDocument(SessionRow, frozen=True, kw_only=True, rename="camel"):
    """What `ccmon session --id ID --json` prints: a session and its responses, oldest first."""

    entries: list[ResponseEntry]


def sessions_document(
    answer: Answer, price: Price, aliases: Mapping[str, str], told: Telling
) -> SessionsDocument:
    """Return an answer about sessions as its document."""
    rows = [SessionRow(**_row_fields(row, price, aliases, told)) for row in answer.rows]
    return SessionsDocument(
        sessions=rows,
        session=UNSET if answer.question.selection.agents else rows,
        totals=totals(answer.totals, price),
        timezone=answer.zone,
        notes=list(answer.notes) or UNSET,
    )


def session_document(
    session: SessionAnswer,
    *,
    is_without_cost: bool = False,
    aliases: Mapping[str, str] | None = None,
) -> SessionDocument:
    """Return one session with all its responses as the document that scripts read."""
    price = pricing(is_without_cost)
    told = telling(session.row.row.figures)
    return SessionDocument(
        **{**_row_fields(session.row, price, aliases or {}, told), "title": session.title or None},
        entries=[
            _entry(response, recorded, price)
            for response, recorded in zip(session.responses, session.recorded, strict=True)
        ],
    )


def named_session(
    row: Row, project: str, price: Price, aliases: Mapping[str, str], told: Telling
) -> dict[str, Any]:
    """Return a session's row as the fields of `NamedSession`."""
    last = Metadata(last_activity=iso(row.figures.last))
    return {
        **row_sums(row, price),
        **of_agent(row, told, price),
        **of_machines(row, told, price),
        "period": row.key,
        "metadata": last,
        "session_id": row.key,
        "title": row.label if row.label != row.key else None,
        "project_name": called(row.project, project, aliases),
        "first_activity": iso(row.figures.first),
        "last_activity": iso(row.figures.last),
    }


def _row_fields(
    answer: AnswerRow, price: Price, aliases: Mapping[str, str], told: Telling
) -> dict[str, Any]:
    return {
        **named_session(answer.row, answer.project, price, aliases, told),
        "project": answer.project,
        "worktree": answer.worktree or UNSET,
        "project_path": answer.directory,
        "project_paths": list(answer.directories),
    }


def _entry(response: ResponseRow, recorded: int | None, price: Price) -> ResponseEntry:
    return ResponseEntry(
        **counts(response.tokens),
        timestamp=iso_time(response.time),
        model=response.model or UNKNOWN_MODEL,
        total_tokens=response.tokens.total,
        cost_usd=price(response.cost or 0),
        recorded_cost_usd=_recorded(recorded, price),
        missing_pricing=response.cost is None or UNSET,
        is_sidechain=response.is_sidechain,
        agent=response.agent or None,
    )


def _recorded(cost: int | None, price: Price) -> Money | None:
    return None if cost is None and price is dollars else price(cost or 0)
