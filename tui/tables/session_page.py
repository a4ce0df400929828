"""The page of one session: its facts, its models, and all its responses."""

from __future__ import annotations

from engine.domain.questions import SessionAnswer
from engine.domain.reports import ResponseRow
from engine.domain.responses import CLAUDE
from tui.tables.columns import (
    COST,
    COUNTS,
    STEPS,
    figure_cells,
    priced,
    steps_of,
    text_column,
    token_cells,
)
from tui.tables.layout import Cell, Column, Table, TableRow, draw
from tui.tables.look import UNKNOWN_COST, Look, cost_text, unpriced_note
from tui.tables.parts import part_rows
from tui.words.format import dollars, duration, moment_of, plain, tokens_exact
from tui.words.lines import BLANK, Line, facts, footnotes, line

_TIME = Column(name="time", title="Time", align="left", style="dim")
_MODEL = text_column("model", "Model", least=12, tight=8)
_AGENT = Column(
    name="agent", title="Sub-agent", kind="text", align="left", style="dim", least=12, snug=12
)
_STEPS = steps_of("agent", "exact", "roomy", "cache kinds", "model", "cache", "input", "output")


def session_lines(answer: SessionAnswer, look: Look) -> list[Line]:
    """Return a session's page, its responses oldest first."""
    row = answer.row.row
    lines = [*facts(_facts(answer, look), look.width)]
    if len(row.by_model) > 1:
        lines += [BLANK, *_models(answer, look)]
    lines += [BLANK, *_responses(answer, look)]
    notes = [unpriced_note(row.figures.unpriced)] if look.has_cost else []
    return lines + footnotes(notes, look.width)


def _facts(answer: SessionAnswer, look: Look) -> list[tuple[str, str]]:
    row = answer.row.row
    figures = row.figures
    span = ""
    if figures.first is not None and figures.last is not None:
        span = f"{_moment(figures.first, look)} to {_moment(figures.last, look)}"
        span += f" ({duration(figures.last - figures.first)})"
    cost = f" · {cost_text(figures)}" if look.has_cost else ""
    return [
        ("Session", answer.session),
        (
            "Agent",
            "" if figures.agents == (CLAUDE,) else ", ".join(map(look.agent, figures.agents)),
        ),
        ("Title", answer.title if answer.title != answer.session else ""),
        ("Project", look.project(row.project, answer.row.project)),
        ("Worktree", plain(answer.row.worktree)),
        ("Time", span),
        ("Used", f"{tokens_exact(figures.tokens.total)} tokens{cost}"),
        ("Responses", tokens_exact(figures.responses)),
        ("Models", ", ".join(look.all_models(row.models))),
    ]


def _models(answer: SessionAnswer, look: Look) -> list[Line]:
    row = answer.row.row
    has_mark = bool(row.figures.unpriced)
    table = Table(
        columns=priced((text_column("name", "Model"), *COUNTS, COST), look, has_mark),
        lines=part_rows(row.by_model, "name", look, has_mark, is_inner=False),
        totals=TableRow(
            {**figure_cells(row.figures, look, has_mark), "name": Cell("Total")}, style="bold"
        ),
        steps=STEPS,
    )
    return draw(table, look.width, look.is_compact)


def _responses(answer: SessionAnswer, look: Look) -> list[Line]:
    if not answer.responses:
        return [line("No response of it is known.", "dim")]
    agents = (_AGENT,) if any(each.agent for each in answer.responses) else ()
    table = Table(
        columns=priced((_TIME, _MODEL, *COUNTS, COST, *agents), look, False),
        lines=[TableRow(_cells(each, look)) for each in answer.responses],
        steps=_STEPS,
    )
    return draw(table, look.width, look.is_compact)


def _cells(each: ResponseRow, look: Look) -> dict[str, Cell]:
    moment = moment_of(each.time, look.zone)
    return {
        **token_cells(each.tokens),
        "time": Cell(f"{moment:%Y-%m-%d %H:%M:%S}", f"{moment:%m-%d %H:%M}"),
        "model": Cell(look.model(each.model)),
        "cost": Cell(UNKNOWN_COST if each.cost is None else dollars(each.cost)),
        "agent": Cell(plain(each.agent)),
    }


def _moment(milliseconds: int, look: Look) -> str:
    return f"{moment_of(milliseconds, look.zone):%Y-%m-%d %H:%M}"
