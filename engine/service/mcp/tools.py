"""The tools, each one question; the usage tools have the names that ccusage's server gave them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from engine.documents.comparisons import ComparisonDocument
from engine.documents.health import HealthDocument
from engine.documents.limits import LimitsDocument, WindowDocument, limits_document
from engine.documents.live import LiveDocument, SessionNowDocument, live_document
from engine.domain.mistakes import SettingsError
from engine.domain.model_labels import labels_of
from engine.domain.report_definitions import definition_of
from engine.pricing.price import Price
from engine.pricing.updates import PriceUpdates
from engine.service.endpoint import Asked, Endpoint
from engine.service.endpoints import ENDPOINTS
from engine.service.mcp.tool import MOST_ROWS, USUAL_ROWS, PageDocument, Tool
from engine.service.parameters import Parameter, parameters_of, read_query
from engine.service.source import Said, Source

_LEFT_OUT = ("instances", "by-agent", "no-cost", "start-of-week", "top", "sort")
"""What the reports may be asked on the command line, and a model need not know."""
_MODEL_KEYS = frozenset({"model", "models", "modelName", "modelsUsed"})
_PER_MILLION = 10**12
"""Atto-dollars per token in a US dollar per million tokens."""


class RunningDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """The sessions of the active block, the latest first."""

    generated_at: str
    timezone: str
    sessions: list[SessionNowDocument]


class BudgetsDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """The user's own budgets; empty where none is set."""

    generated_at: str
    timezone: str
    budgets: list[WindowDocument]


class AmountsDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """US dollars per million tokens of each kind."""

    input_usd: float
    output_usd: float
    cache_read_usd: float
    cache_write_5m_usd: float
    cache_write_1h_usd: float


class TierDocument(AmountsDocument, frozen=True, kw_only=True, rename="camel"):
    """What every token costs of a request whose prompt is longer."""

    above_prompt_tokens: int


class PriceDocument(AmountsDocument, frozen=True, kw_only=True, rename="camel"):
    """What a model costs now."""

    model: str
    listed_as: str
    unit: str
    tiers: list[TierDocument]


def ask(tool: Tool, source: Source, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document that answers a tool's call; raises `SettingsError` and `Problem`."""
    given = dict(arguments)
    page = _page_asked(given) if tool.rows else None
    known = {each.dest: each.name for each in tool.parameters}
    words = [
        (known.get(name, name), text)
        for name, value in given.items()
        if value is not None
        for text in _texts(value)
    ]
    document: dict[str, Any] = msgspec.to_builtins(
        tool.answer(source, read_query(tool.parameters, words))
    )
    if page is not None:
        document = _paged(document, tool.rows, *page)
    if tool.names_models:
        document["modelLabels"] = labels_of(sorted(set(_models_in(document))))
    return document


def _models_in(document: object, key: str = "") -> Iterator[str]:
    """Yield the models that a document names."""
    if isinstance(document, dict):
        for name, each in document.items():
            yield from _models_in(each, name)
    elif isinstance(document, list):
        for each in document:
            yield from _models_in(each, key)
    elif isinstance(document, str) and key in _MODEL_KEYS:
        yield document


def _page_asked(given: dict[str, Any]) -> tuple[int, int]:
    """Take from arguments how many rows are asked for, and from which on."""
    limit, cursor = given.pop("limit", None), given.pop("cursor", None)
    limit = USUAL_ROWS if limit is None else limit
    if isinstance(limit, bool) or not isinstance(limit, int) or not 0 < limit <= MOST_ROWS:
        raise SettingsError(f"'limit' is a whole number from 1 to {MOST_ROWS}.")
    if cursor is None:
        return limit, 0
    if not isinstance(cursor, str) or not (cursor.isascii() and cursor.isdigit()):
        raise SettingsError("'cursor' is what page.nextCursor of the page before says.")
    return limit, int(cursor[:9])


def _paged(document: dict[str, Any], key: str, limit: int, begin: int) -> dict[str, Any]:
    rows = document.get(key) or []
    shown = rows[begin : begin + limit]
    end = begin + len(shown)
    page = PageDocument(
        shown=len(shown), found=len(rows), next_cursor=str(end) if end < len(rows) else None
    )
    return {**document, key: shown, "page": msgspec.to_builtins(page)}


def _texts(value: object) -> list[str]:
    """Return an argument as the texts that the command line's readers take."""
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, str | int | float):
        return [str(value)]
    raise SettingsError("An argument is a text, a number, true, false, or a list of such.")


def _usage(name: str, title: str, description: str) -> Tool:
    report, endpoint = definition_of(name), _endpoint(name)
    parameters = tuple(each for each in parameters_of(report) if each.name not in _LEFT_OUT)
    rows = "sessions" if report.document == "session" else report.document
    answer = _of_endpoint(endpoint)
    return Tool(name, title, description, endpoint.document, answer, parameters, rows, True)


def _endpoint(name: str) -> Endpoint:
    return next(each for each in ENDPOINTS if each.name == name)


def _of_endpoint(endpoint: Endpoint) -> Callable[[Source, Said], object]:
    return lambda source, said: endpoint.answer(source, Asked(said, {}))


def _limits(source: Source, _: Said) -> object:
    snapshot = source.monitor.snapshot()
    document = live_document(snapshot)
    return _windows(source, [each for each in document.windows if not _is_budget(each)])


def _windows(source: Source, windows: list[WindowDocument]) -> object:
    limits = source.monitor.limits.now()
    told = limits_document(limits, is_endpoint_asked=source.monitor.limits.is_oauth_enabled())
    return msgspec.structs.replace(told, windows=windows)


def _is_budget(window: WindowDocument) -> bool:
    return window.source == "budget"


def _live(source: Source) -> LiveDocument:
    return live_document(source.monitor.snapshot())


def _running(source: Source, _: Said) -> object:
    live = _live(source)
    return RunningDocument(
        generated_at=live.generated_at, timezone=live.timezone, sessions=live.sessions
    )


def _budget(source: Source, _: Said) -> object:
    live = _live(source)
    return BudgetsDocument(
        generated_at=live.generated_at,
        timezone=live.timezone,
        budgets=[each for each in live.windows if _is_budget(each)],
    )


def _prices(source: Source, said: Said) -> object:
    table = PriceUpdates(source.monitor.settings).table
    name: str = said["model"]
    found = table.find(name)
    if found is None:
        raise SettingsError(f"No price of '{name}' is known: give a model's exact name.")
    terms = found.terms[-1]
    return PriceDocument(
        model=name,
        listed_as=found.model,
        unit="US dollars per million tokens",
        tiers=[
            TierDocument(above_prompt_tokens=tier.above, **_amounts(tier.price))
            for tier in terms.tiers
        ],
        **_amounts(terms.price),
    )


def _amounts(price: Price) -> dict[str, float]:
    kinds = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
    return {f"{kind}_usd": getattr(price, kind) / _PER_MILLION for kind in kinds}


_COMPARE = _endpoint("compare")
_MODEL = Parameter("model", "a model's exact name", str, {"type": "string"}, is_required=True)

TOOLS: tuple[Tool, ...] = (
    _usage("daily", "Usage by day", "Tokens and cost of each day, with a breakdown by model."),
    _usage("monthly", "Usage by month", "Tokens and cost of each month, and the change to it."),
    _usage("session", "Usage by session", "Tokens and cost of each session, most expensive first."),
    _usage(
        "blocks",
        "Usage by 5-hour block",
        "Tokens and cost of each 5-hour block; active=true is the running one alone.",
    ),
    Tool(
        "limits",
        "Limits and forecast",
        "How much of the 5 hours, the week and other limits is used, when each is reset, and"
        " whether it will be reached before. Percentages are official where isOfficial says so.",
        LimitsDocument,
        _limits,
    ),
    Tool(
        "running",
        "Sessions running",
        "The sessions of the active block: project, models, tokens, cost, how full the context is.",
        RunningDocument,
        _running,
        names_models=True,
    ),
    Tool(
        "compare",
        "Compare",
        "Two periods (2026-10, last-week, 2026-11-01..2026-11-15) or two projects side by side.",
        ComparisonDocument,
        _of_endpoint(_COMPARE),
        tuple(each for each in _COMPARE.parameters if each.name not in _LEFT_OUT),
    ),
    Tool(
        "budget",
        "Budgets",
        "The user's own budgets of a day, week or month: used, left, forecast.",
        BudgetsDocument,
        _budget,
    ),
    Tool(
        "prices",
        "Price of a model",
        "What a model costs now, in US dollars per million tokens of each kind.",
        PriceDocument,
        _prices,
        (_MODEL,),
        names_models=True,
    ),
    Tool(
        "doctor",
        "What the figures stand on",
        "Which sources were found, what could not be read, what will be deleted when.",
        HealthDocument,
        _of_endpoint(_endpoint("doctor")),
    ),
)


def summary(source: Source) -> dict[str, Any]:
    """Return the document of the resource: today, this week, this month, the active block."""
    document: dict[str, Any] = msgspec.to_builtins(
        _endpoint("summary").answer(source, Asked({}, {}))
    )
    return document
