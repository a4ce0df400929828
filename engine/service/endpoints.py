"""What can be asked, each once: its path, what may be asked of it, its document, its answer.

The routes, `openapi.json` and the tests are made of these rows.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from engine.agents.names import titles
from engine.documents.agents_found import AgentsDocument, agents_document
from engine.documents.answered import answered_document
from engine.documents.calendars import GraphDocument, graph_document
from engine.documents.comparisons import ComparisonDocument
from engine.documents.curves import CurvesDocument, curves_document
from engine.documents.health import HealthDocument, health_document
from engine.documents.limits import (
    EventsDocument,
    LimitsDocument,
    events_document,
    limits_document,
)
from engine.documents.live import LiveDocument, live_document
from engine.documents.schemas import DOCUMENTS
from engine.documents.sessions import SessionDocument
from engine.documents.summaries import SummaryDocument
from engine.domain.model_labels import labels_of
from engine.domain.questions import Question
from engine.domain.report_definitions import REPORTS, ReportDefinition
from engine.domain.times import SECOND
from engine.domain.typed.asked import apart_of
from engine.service.endpoint import API, Asked, Endpoint
from engine.service.parameters import (
    ALL,
    CHOSEN,
    DATES,
    LAST,
    MEASURE,
    MODE,
    NO_COST,
    PLACES,
    YEAR,
    Parameter,
    parameters_of,
)
from engine.service.problems import Problem
from engine.service.provider_endpoints import PROVIDER_ENDPOINTS
from engine.service.source import Source


class ListedReport(Struct, frozen=True, kw_only=True, rename="camel"):
    """A report that can be asked, and the words that narrow it."""

    key: str
    title: str
    summary: str
    row: str
    """What one row is called."""
    row_key: str
    rows: str
    """The key of its document that holds the rows."""
    path: str
    parameters: list[str]


class ReportsDocument(Struct, frozen=True):
    """Every report that can be asked."""

    reports: list[ListedReport]


class LabelsDocument(Struct, frozen=True, kw_only=True):
    """What people call models and agents, by the names that they have in all other documents."""

    models: dict[str, str]
    """No two of them alike."""
    agents: dict[str, str]


def _report(report: ReportDefinition) -> Endpoint:
    def answer(source: Source, asked: Asked) -> object:
        question = source.question(report.key, asked.said)
        return answered_document(
            source.answers(asked.said).answer(question),
            is_without_cost=asked.said.get("no_cost", False),
            aliases=source.aliases,
            apart=apart_of(asked.said),
        )

    document = DOCUMENTS[report.document]
    parameters = parameters_of(report)
    path, name = f"/{report.key}", report.key
    return Endpoint(path, name, report.summary, document, answer, parameters, rests_on="ledger")


def _live(source: Source, _: Asked) -> object:
    return live_document(source.monitor.snapshot())


def _curves(source: Source, _: Asked) -> object:
    return curves_document(source.monitor.snapshot())


def _limits(source: Source, _: Asked) -> object:
    monitor = source.monitor
    return limits_document(
        monitor.limits.now(),
        is_endpoint_asked=monitor.limits.is_oauth_enabled(),
        notices=[notice.text for notice in monitor.notices()],
    )


def _events(source: Source, asked: Asked) -> object:
    limits = source.monitor.limits.now()
    return events_document(limits, limits.events[: asked.said.get("last")])


def _agents(source: Source, asked: Asked) -> object:
    settings, takes_all = source.monitor.settings, asked.said.get("all", False)
    found = [
        each
        for each in source.monitor.agents()
        if takes_all or (each.is_found and settings.reads(each.agent))
    ]
    return agents_document(found, settings.clock())


def _doctor(source: Source, _: Asked) -> object:
    return health_document(source.monitor.health())


def _calendar(source: Source, asked: Asked) -> object:
    said = asked.said
    calendar = source.answers(said).calendar(said.get("year"), source.selection(said))
    return graph_document(calendar, said.get("by", "cost"))


def _session(source: Source, asked: Asked) -> object:
    name = asked.named["id"]
    found = source.answers(asked.said).session(name, asked.said.get("mode", "auto"))
    if found is None:
        raise Problem(404, f"There is no session '{name}': /api/v1/session lists them.")
    return answered_document(
        found, is_without_cost=asked.said.get("no_cost", False), aliases=source.aliases
    )


def _summary(source: Source, asked: Asked) -> object:
    answer = source.answers(asked.said).summary(source.selection(asked.said))
    return answered_document(
        answer, is_without_cost=asked.said.get("no_cost", False), aliases=source.aliases
    )


def _compare(source: Source, asked: Asked) -> object:
    said = asked.said
    answer = source.answers(said).compare(said["left"], said["right"], source.selection(said))
    return answered_document(
        answer, is_without_cost=said.get("no_cost", False), aliases=source.aliases
    )


def _reports(_: Source, __: Asked) -> object:
    return ReportsDocument(
        [
            ListedReport(
                key=each.key,
                title=each.title,
                summary=each.summary,
                row=each.nouns[0],
                row_key=each.row_key,
                rows="sessions" if each.document == "session" else each.document,
                path=f"{API}/{each.key}",
                parameters=[parameter.name for parameter in parameters_of(each)],
            )
            for each in REPORTS
        ]
    )


def _labels(source: Source, _: Asked) -> object:
    rows = source.monitor.answers.answer(Question(kind="models")).rows
    models = {name for each in rows for name in each.row.figures.models if name}
    return LabelsDocument(models=labels_of(sorted(models)), agents=dict(titles()))


def _side(name: str) -> Parameter:
    help = "a day, a month such as 2026-10, a range, or a project"
    schema: dict[str, Any] = {"type": "string"}
    return Parameter(name, help, str, schema, is_required=True)


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "/live",
        "live",
        "where everything stands now",
        LiveDocument,
        _live,
        lasts=SECOND,
        rests_on="memory",
    ),
    Endpoint(
        "/curves",
        "curves",
        "what the page draws",
        CurvesDocument,
        _curves,
        lasts=SECOND,
        rests_on="memory",
    ),
    Endpoint("/limits", "limits", "every limit window", LimitsDocument, _limits, lasts=SECOND),
    Endpoint(
        "/events", "events", "what happened to limits", EventsDocument, _events, (LAST,), SECOND
    ),
    *map(_report, REPORTS),
    Endpoint(
        "/summary",
        "summary",
        "today, this week, this month and the active block",
        SummaryDocument,
        _summary,
        (*CHOSEN, NO_COST, *PLACES),
    ),
    Endpoint(
        "/compare",
        "compare",
        "two periods or two projects side by side",
        ComparisonDocument,
        _compare,
        (_side("left"), _side("right"), *DATES, *CHOSEN, NO_COST, *PLACES),
    ),
    Endpoint(
        "/calendar",
        "calendar",
        "every day of a year",
        GraphDocument,
        _calendar,
        (YEAR, MEASURE, *CHOSEN, *PLACES),
    ),
    Endpoint(
        "/sessions/{id}",
        "session_by_id",
        "one session with all its responses",
        SessionDocument,
        _session,
        (MODE, NO_COST),
    ),
    Endpoint(
        "/agents",
        "agents",
        "the coding agents that were found",
        AgentsDocument,
        _agents,
        (ALL,),
        SECOND,
    ),
    Endpoint(
        "/doctor",
        "doctor",
        "what was found and could not be read",
        HealthDocument,
        _doctor,
        (),
        SECOND,
    ),
    Endpoint("/labels", "labels", "what models and agents are called", LabelsDocument, _labels),
    *PROVIDER_ENDPOINTS,
    Endpoint("/reports", "reports", "every report that can be asked", ReportsDocument, _reports),
)
