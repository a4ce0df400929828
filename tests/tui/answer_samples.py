"""Made-up answers for tests of the tables that reports print."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

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
from engine.domain.snapshots import Block, BurnRate, Projection
from engine.domain.totals import total_of

NOW = 1_795_356_300_000
"""2026-11-22 14:05 UTC, a Sunday."""
HOUR = 3_600_000
OPUS, SONNET, UNKNOWN = "claude-opus-5-5-20260922", "claude-sonnet-4-5-20250929", "lighthouse-32b"
KINDS: tuple[str, ...] = (
    "hourly",
    "daily",
    "weekly",
    "monthly",
    "session",
    "blocks",
    "projects",
    "models",
)


def figures(number: int = 1, models: tuple[str, ...] = (OPUS, SONNET), **other: Any) -> Figures:
    """Return figures that grow with a number."""
    values = {
        "responses": number,
        "tokens": Tokens(number * 11, number * 1_003, number * 90_017, number * 4_001, number * 7),
        "cost": number * PICO // 8,
        "models": models,
        "first": NOW - number * HOUR,
        "last": NOW - number * HOUR + 1_800_000,
    }
    return Figures(**{**values, **other})


def parts(number: int) -> tuple[Part, ...]:
    """Return what two models used."""
    return (
        Part(OPUS, figures(number, (OPUS,)), 0.6, 0.7),
        Part(SONNET, figures(number, (SONNET,)), 0.4, 0.3),
    )


def row(key: str, number: int = 1, **other: Any) -> AnswerRow:
    """Return a row whose figures grow with a number; what only rows of answers have by name."""
    of_answers = set(AnswerRow.__struct_fields__) - {"project"}
    own = {name: other.pop(name) for name in of_answers & set(other)}
    values = {
        "key": key,
        "label": key,
        "figures": figures(number),
        "cost_share": 0.5 / number,
        "token_share": 0.4 / number,
        "sessions": 3,
        "by_model": parts(number),
    }
    return AnswerRow(row=Row(**{**values, **other}), **own)


def answer(kind: str, rows: list[AnswerRow], **other: Any) -> Answer:
    """Return rows as an answer with their totals; what only a question has goes there."""
    own = set(Question.__struct_fields__) - set(Answer.__struct_fields__)
    asked = {name: other.pop(name) for name in own & set(other)}
    values = {
        "question": Question(kind=kind, **asked),
        "zone": "UTC",
        "now": NOW,
        "rows": tuple(rows),
        "totals": total_of([each.row for each in rows]),
    }
    return Answer(**{**values, **other})


def block(hours_ago: int, number: int = 1, **other: Any) -> AnswerRow:
    """Return a block that began so many hours ago."""
    start = NOW - NOW % HOUR - hours_ago * HOUR
    return row(str(start), number, start=start, end=start + 5 * HOUR, **{"label": "", **other})


def blocks_answer(limit: int | None = 400_000) -> Answer:
    """Return a finished block, a gap, and the active block with what it is heading for."""
    gap = block(19, figures=Figures(), by_model=(), is_gap=True)
    active = block(
        2,
        3,
        is_active=True,
        rate=AverageRate(3_742.4, 40.0, 31 * PICO / 100),
        projection=AverageProjection(1_044_142, 146 * PICO // 100, 188),
        limit=TokenLimit(limit, 1_044_142, 1_044_142 / limit, "exceeds") if limit else None,
    )
    return answer("blocks", [block(24, 2), gap, active], token_limit=limit)


def monthly_answer() -> Answer:
    """Return two months, the second still running."""
    change = Change(tokens=5, cost=PICO, responses=2, token_share=0.05, cost_share=0.17)
    return answer(
        "monthly",
        [
            row("2026-10", 2, label="Oct 2026"),
            row("2026-11", 3, label="Nov 2026", trend=Trend("2026-10", change, True)),
        ],
    )


def session_answer(count: int = 3) -> SessionAnswer:
    """Return a session with responses of two models and one without a price."""
    responses = tuple(
        ResponseRow(
            NOW + number * 61_000,
            (OPUS, SONNET, UNKNOWN)[number % 3],
            Tokens(3, number * 10, number * 1_000),
            None if number % 3 == 2 else number * PICO // 50,
            "agent-1" if number == 1 else "",
            number == 1,
        )
        for number in range(count)
    )
    whole = row(
        "0a4ff78d-1111-4111-8111-111111111111",
        4,
        label="Fix the flaky test",
        project="alpha-api",
        directory="-home-me-alpha-api",
        figures=figures(4, (OPUS, SONNET, UNKNOWN), unpriced=(UNKNOWN,)),
    )
    return SessionAnswer(
        session=whole.row.key,
        title=whole.row.label,
        row=whole,
        responses=responses,
        recorded=(None,) * count,
    )


def comparison(kind: Any = "periods") -> Comparison:
    """Return two sides, the right one with half as much again."""
    change = Change(tokens=95_039, cost=PICO // 8, responses=1, token_share=0.5, cost_share=0.5)
    none = Change(tokens=0, cost=0, responses=0, token_share=None, cost_share=None)
    return Comparison(
        kind=kind,
        zone="UTC",
        left=row("2026-10", 2, label="Oct 2026"),
        right=row("2026-11", 3, label="Nov 2026"),
        change=change,
        by_model=(
            ComparedPart(OPUS, figures(2), figures(3), change),
            ComparedPart(UNKNOWN, Figures(), Figures(), none),
        ),
    )


def summary(has_block: bool = True) -> Summary:
    """Return a page with something in every part."""
    active = Block(
        start=NOW - 2 * HOUR,
        end=NOW + 3 * HOUR,
        figures=figures(2),
        by_model=parts(2),
        elapsed=2 * HOUR,
        remaining=3 * HOUR,
        elapsed_share=0.4,
    )
    return Summary(
        zone="UTC",
        now=NOW,
        today=row("", 1).row,
        week=row("", 2).row,
        month=row("", 3, figures=figures(3, unpriced=(UNKNOWN,))).row,
        block=active if has_block else None,
        burn_rate=BurnRate(600_000, 1_240.0, 12.0, PICO // 2, "calm"),
        projection=Projection(900_000, 5 * PICO, 3 * HOUR) if has_block else None,
        by_model=parts(3),
        sessions=(row("0a4ff78d-1111-4111-8111-111111111111", project="alpha-api").row,),
    )


NAMES = st.text(max_size=40) | st.sampled_from(
    (
        "[red]alert[/red]",
        "データ基盤の計画と記録",
        "evil \x1b[31mred\x07\r\n",
        "e\u0301\u200d👩‍👩‍👧",
        "",
        "  ",
    )
)
_COUNTS = st.sampled_from((0, 1, 999, 1_000, 99_999, 123_456_789, 10**13))


@st.composite
def _figures(draw: st.DrawFn) -> Figures:
    models = tuple(draw(st.lists(st.sampled_from((OPUS, SONNET, UNKNOWN)) | NAMES, max_size=4)))
    return Figures(
        responses=draw(_COUNTS),
        tokens=Tokens(*(draw(_COUNTS) for _ in range(5))),
        cost=draw(_COUNTS) * draw(st.sampled_from((0, 1, PICO // 1_000))),
        models=models,
        unpriced=models[: draw(st.integers(0, 1))],
        first=draw(st.none() | st.just(NOW - HOUR)),
        last=draw(st.none() | st.just(NOW)),
    )


@st.composite
def _rows(draw: st.DrawFn) -> AnswerRow:
    share = st.floats(0, 1)
    change = Change(draw(_COUNTS), -draw(_COUNTS), 3, draw(st.floats(-1, 1e6)), draw(share))
    inner = tuple(
        Part(draw(NAMES), draw(_figures()), 0.1, 0.1) for _ in range(draw(st.integers(0, 2)))
    )
    kind = draw(st.sampled_from(("usual", "active", "gap")))
    start = NOW - draw(st.integers(0, 9_999)) * HOUR
    return AnswerRow(
        row=Row(
            key=draw(NAMES),
            label=draw(NAMES),
            figures=draw(_figures()),
            cost_share=draw(share),
            token_share=draw(share),
            sessions=draw(_COUNTS),
            project=draw(NAMES),
            start=start,
            end=start + 5 * HOUR,
            is_active=kind == "active",
            is_gap=kind == "gap",
            by_model=inner,
        ),
        directory=draw(NAMES),
        rate=AverageRate(1e9, 1.0, 1e15) if kind == "active" else None,
        projection=AverageProjection(10**12, 10**16, 99) if kind == "active" else None,
        trend=draw(st.none() | st.just(Trend("2026-10", change, True))),
    )


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Return any answer, with names of any kind."""
    return answer(
        draw(st.sampled_from(KINDS)),
        draw(st.lists(_rows(), max_size=4)),
        by_project=draw(st.booleans()),
        token_limit=draw(st.sampled_from((None, 1, 10**9))),
    )
