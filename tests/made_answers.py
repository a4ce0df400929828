"""Made-up answers of every kind, as if an engine had counted them."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.domain.calendars import Calendar
from engine.domain.found import AgentFound
from engine.domain.questions import (
    Answer,
    AnswerRow,
    AverageProjection,
    AverageRate,
    Change,
    ComparedPart,
    Comparison,
    Question,
    SessionAnswer,
    Summary,
    TokenLimit,
    Trend,
)
from engine.domain.reports import Figures, Part, ResponseRow, Row
from engine.domain.responses import PICO, Tokens
from engine.domain.scans import PlaceLookedAt
from engine.domain.snapshots import Block, BurnRate, Projection
from engine.domain.totals import total_of
from engine.reports.queries.calendar import calendar_of

NOW = 1_795_352_400_000
"""2026-11-22 13:00 UTC."""
HOUR = 3_600_000
OPUS, NOBODY, NAMELESS = "claude-opus-5-5-20260922", "nobody-s-model-9", ""
ALPHA, BETA = "-home-me-alpha", "-home-me-beta"
SESSION = "11111111-1111-4111-8111-111111111111"

KEYS: dict[str, tuple[str, str]] = {
    "hourly": ("2026-11-22T12:00:00+01:00", "2026-11-22T13:00:00+01:00"),
    "daily": ("2026-11-21", "2026-11-22"),
    "weekly": ("2026-11-09", "2026-11-16"),
    "monthly": ("2026-10", "2026-11"),
    "session": (SESSION, "22222222-2222-4222-8222-222222222222"),
    "blocks": (str(NOW - 10 * HOUR), str(NOW - 2 * HOUR)),
    "projects": (ALPHA, BETA),
    "models": (OPUS, NAMELESS),
}
CHANGE = Change(tokens=-50, cost=PICO // 2, responses=3, token_share=-0.25, cost_share=None)


def figures(size: int = 1, model: str = OPUS, **other: Any) -> Figures:
    """Return what one model's responses sum to; only `OPUS` has a price."""
    values: dict[str, Any] = {
        "responses": size,
        "tokens": Tokens(
            input=size * 1_000,
            output=size * 200,
            cache_read=size * 30_000,
            cache_write_5m=size * 500,
            cache_write_1h=size * 40,
        ),
        "cost": size * PICO // 8 + 1 if model == OPUS else 0,
        "models": (model,),
        "unpriced": () if model == OPUS else (model,),
        "first": NOW - size * HOUR,
        "last": NOW - size * HOUR + 60_000,
    }
    return Figures(**{**values, **other})


def parts() -> tuple[Part, ...]:
    """Return a model with a price, one without, and responses that named none."""
    named = ((OPUS, 3), (NOBODY, 2), (NAMELESS, 1))
    return tuple(Part(name, figures(size, name), size / 6, 0.0) for name, size in named)


def row(key: str, **other: Any) -> Row:
    """Return a row whose figures are those of its models."""
    made = parts()
    whole = total_of([Row(part.name, "", part.figures, 0.0, 0.0) for part in made]).figures
    values: dict[str, Any] = {
        "label": key,
        "figures": whole,
        "cost_share": 0.5,
        "token_share": 0.5,
        "sessions": 2,
        "project": "alpha",
        "start": NOW - 2 * HOUR,
        "end": NOW + 3 * HOUR,
        "by_model": made,
    }
    return Row(key=key, **{**values, **other})


def row_of_agents(key: str = "any") -> Row:
    """Return a row of two coding agents, one of whose outputs are in part reasoning."""
    claude = figures(2, OPUS, agents=("claude",))
    codex = figures(1, NOBODY, agents=("codex",), reasoning=50)
    made = {"claude": claude, "codex": codex}
    parts = {name: Part(each.models[0], each, 1.0, 1.0) for name, each in made.items()}
    return row(
        key,
        figures=total_of([Row(name, "", each, 0.0, 0.0) for name, each in made.items()]).figures,
        by_model=tuple(parts.values()),
        by_agent=tuple(Part(name, made[name], 0.5, 0.5, (parts[name],)) for name in made),
    )


def found_agent(*, is_there: bool = True, **other: Any) -> AgentFound:
    """Return an agent whose store is there, or nowhere."""
    found = "found" if is_there else "no such directory"
    values: dict[str, Any] = {
        "agent": "codex",
        "title": "Codex",
        "places": (PlaceLookedAt("/home/me/.codex", found, is_there),),
        **dict.fromkeys(("files", "records", "responses"), 3 if is_there else 0),
        **dict.fromkeys(("bad", "bytes", "tokens", "recorded_cost"), 0),
        **dict.fromkeys(("cost", "calculated_cost"), PICO if is_there else 0),
        "unpriced": (),
        **dict.fromkeys(("first_response", "last_response"), NOW if is_there else None),
        "unreadable": (("/home/me/.codex/x.jsonl:7", "no JSON"),) if is_there else (),
    }
    return AgentFound(**{**values, **other})


def calendar(*days: Row, year: int | None = 2026, **other: Any) -> Calendar:
    """Return the calendar of some days, else of two days with several agents' responses."""
    rows = days or tuple(row_of_agents(day) for day in ("2026-03-01", "2026-11-21"))
    given = {"zone": "Europe/Berlin", "now": NOW, "week_start": 0, **other}
    return calendar_of(rows, year, given.pop("today", date(2026, 11, 22)), **given)


def answer(kind: str, *rows: AnswerRow, **other: Any) -> Answer:
    """Return an answer of a kind with the given rows, else with two made-up ones."""
    shown = rows or tuple(_answer_row(kind, key) for key in KEYS[kind])
    question = {key: other.pop(key) for key in ("by_project",) if key in other}
    return Answer(
        question=Question(kind=kind, **question),
        zone="Europe/Berlin",
        now=NOW,
        rows=shown,
        totals=totals_of(*shown),
        **other,
    )


def empty(kind: str, **question: Any) -> Answer:
    """Return an answer without rows."""
    return Answer(
        question=Question(kind=kind, **question), zone="UTC", now=NOW, rows=(), totals=totals_of()
    )


def totals_of(*rows: AnswerRow) -> Row:
    """Return the totals of rows, over three sessions."""
    total = total_of([each.row for each in rows])
    return Row("", "Total", total.figures, 1.0, 1.0, sessions=3)


def _answer_row(kind: str, key: str) -> AnswerRow:
    if kind == "session":
        return AnswerRow(
            row=row(key, label="Mend the | test", sessions=1),
            project=ALPHA,
            directory=ALPHA,
            directories=(ALPHA, BETA),
        )
    if kind == "models":
        return AnswerRow(row=row(key, by_model=()), directories=(BETA,))
    if kind == "monthly" and key == "2026-11":
        return AnswerRow(row=row(key), trend=Trend("2026-10", CHANGE, True))
    if kind == "blocks":
        return active_block() if key == KEYS["blocks"][1] else gap()
    return AnswerRow(row=row(key, label="alpha" if kind == "projects" else key))


def active_block() -> AnswerRow:
    """Return the block that began two hours ago, with rate, projection and limit."""
    return AnswerRow(
        row=row(KEYS["blocks"][1], label="", sessions=0, is_active=True),
        rate=AverageRate(1_234.5, 12.25, PICO * 3 / 2),
        projection=AverageProjection(900_000, 7 * PICO // 2, 180),
        limit=TokenLimit(1_000_000, 900_000, 0.9, "warning"),
    )


def gap() -> AnswerRow:
    """Return idle time before the active block."""
    start, end = NOW - 10 * HOUR, NOW - 2 * HOUR
    return AnswerRow(
        row=Row(f"gap-{start}", "", Figures(), 0.0, 0.0, 0, "", (), start, end, False, True)
    )


def session_answer() -> SessionAnswer:
    """Return a session of three responses: with a price, without one, and without a model."""
    tokens = Tokens(10, 20, 30, 40, 5)
    return SessionAnswer(
        session=SESSION,
        title="=HYPERLINK(1)",
        row=_answer_row("session", SESSION),
        responses=(
            ResponseRow(NOW - HOUR, OPUS, tokens, PICO // 4, "", False),
            ResponseRow(NOW - 1_000, NOBODY, tokens, None, "a1b2", True),
            ResponseRow(NOW, NAMELESS, tokens, None, "", False),
        ),
        recorded=(PICO // 8, None, None),
    )


def comparison(kind: str = "periods") -> Comparison:
    """Return two periods or projects side by side."""
    left, right = KEYS["projects" if kind == "projects" else "monthly"]
    return Comparison(
        kind="projects" if kind == "projects" else "periods",
        zone="UTC",
        left=AnswerRow(row=row(left, label="alpha")),
        right=AnswerRow(row=row(right, label="beta")),
        change=CHANGE,
        by_model=(
            ComparedPart(OPUS, figures(1), figures(2), CHANGE),
            ComparedPart(NAMELESS, Figures(), figures(1, NAMELESS), CHANGE),
        ),
    )


def summary(*, is_idle: bool = False) -> Summary:
    """Return a page with an active block, or without one."""
    block = Block(NOW - 2 * HOUR, NOW + 3 * HOUR, figures(2), (), 2 * HOUR, 3 * HOUR, 0.4)
    return Summary(
        zone="UTC",
        now=NOW,
        today=row("2026-11-22"),
        week=row("2026-11-16"),
        month=row("2026-11"),
        block=None if is_idle else block,
        burn_rate=BurnRate(600_000, 50.0, 5.0, PICO * 2, "steady"),
        projection=None
        if is_idle
        else Projection(5_000, PICO, HOUR, (4_000, 6_000), (PICO // 2, 2 * PICO)),
        by_model=parts(),
        sessions=(row(SESSION, label="Mend the | test"),),
    )
