"""A document of every report, from made-up answers and limits."""

from __future__ import annotations

from collections.abc import Iterator

from engine.documents.agents_found import agents_document
from engine.documents.answers import answer_document
from engine.documents.billed import bill_document
from engine.documents.calendars import graph_document
from engine.documents.comparisons import comparison_document
from engine.documents.limits import events_document, limits_document
from engine.documents.providers import providers_document
from engine.documents.sections import sections_document
from engine.documents.sessions import session_document
from engine.documents.summaries import summary_document
from engine.domain.choices import MEASURES
from engine.domain.questions import AnswerRow
from tests.made_accounts import made_accounts, made_bill
from tests.made_answers import (
    ALPHA,
    KEYS,
    NOW,
    answer,
    calendar,
    comparison,
    found_agent,
    row,
    row_of_agents,
    session_answer,
    summary,
)
from tests.made_limits import budget, event, hit, limits, window


def every_document(*, is_without_cost: bool) -> Iterator[tuple[str, object]]:
    """Yield a document of every report, by its schema's name."""
    for kind in KEYS:
        yield kind, answer_document(answer(kind), is_without_cost=is_without_cost)
    for kind in ("hourly", "daily", "weekly", "monthly"):
        apart = [AnswerRow(row=row("any"), directory=ALPHA)]
        asked = answer(kind, *apart, by_project=True, notes=("Look here.",))
        yield kind, answer_document(asked, is_without_cost=is_without_cost)
    asked_of = [answer(kind, AnswerRow(row=row_of_agents())) for kind in ("daily", "session")]
    for each in asked_of:
        told = answer_document(each, is_without_cost=is_without_cost, apart="agent")
        yield each.question.kind, told
    yield "sections", sections_document(asked_of, is_without_cost=is_without_cost)
    limited = answer("blocks", token_limit=7)
    yield "blocks", answer_document(limited, is_without_cost=is_without_cost)
    yield "session-id", session_document(session_answer(), is_without_cost=is_without_cost)
    for compared in ("periods", "projects"):
        yield "compare", comparison_document(comparison(compared), is_without_cost=is_without_cost)
    for is_idle in (False, True):
        asked_summary = summary(is_idle=is_idle)
        yield "summary", summary_document(asked_summary, is_without_cost=is_without_cost)
    yield "agents", agents_document([found_agent(), found_agent(is_there=False)], NOW)
    for by in MEASURES:
        yield "graph", graph_document(calendar(notes=("Look here.",)), by)
    yield "graph", graph_document(calendar(year=2025), "cost")
    given = limits(window(), budget(), window("odd", None, hit=hit()), hit=hit())
    yield "limits", limits_document(given, is_endpoint_asked=False, notices=["Look here."])
    yield "events", events_document(given, [event()])
    yield "bill", bill_document(made_bill())
    for has_days in (False, True):
        yield "providers", providers_document(made_accounts(), NOW, with_days=has_days)
