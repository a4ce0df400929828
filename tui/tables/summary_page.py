"""Today, this week, this month and the active block on one page."""

from __future__ import annotations

from engine.domain.questions import Summary
from engine.domain.responses import CLAUDE
from tui.tables.columns import (
    AGENT,
    COST,
    COUNTS,
    MODELS,
    RESPONSES,
    SESSIONS,
    STEPS,
    agent_cell,
    figure_cells,
    priced,
    row_cells,
    session_cells,
    session_columns,
    text_column,
)
from tui.tables.layout import Cell, Table, TableRow, draw
from tui.tables.look import Look, cost_text, unpriced_note
from tui.tables.parts import part_rows
from tui.words.format import clock, dollars, duration, plain, tokens, tokens_exact
from tui.words.limits import (
    beside_usual_text,
    forecast_text,
    is_estimated,
    share_text,
    source_text,
)
from tui.words.lines import BLANK, Line, facts, footnotes, line

_NAME = "name"


def summary_lines(summary: Summary, look: Look) -> list[Line]:
    """Return the page; a part that has nothing to say is left out."""
    lines = [*_periods(summary, look), *_agents(summary, look), BLANK, *_block(summary, look)]
    if summary.by_model:
        lines += [BLANK, *_models(summary, look)]
    if summary.sessions:
        lines += [BLANK, *_sessions(summary, look)]
    shown = [summary.month.figures, *([summary.block.figures] if summary.block else [])]
    shown += [summary.week.figures, *(row.figures for row in summary.sessions)]
    unpriced = {name for figures in shown for name in figures.unpriced}
    return lines + footnotes([unpriced_note(unpriced)] if look.has_cost else [], look.width)


def _periods(summary: Summary, look: Look) -> list[Line]:
    periods = (
        ("Today", summary.today),
        ("This week", summary.week),
        ("This month", summary.month),
    )
    has_mark = any(row.figures.unpriced for _, row in periods)
    rows = [
        TableRow(
            {
                **figure_cells(row.figures, look, has_mark),
                _NAME: Cell(name),
                "sessions": Cell(tokens_exact(row.sessions)),
            }
        )
        for name, row in periods
    ]
    columns = (text_column(_NAME, ""), *COUNTS, COST, SESSIONS, RESPONSES)
    table = Table(columns=priced(columns, look, has_mark), lines=rows, steps=STEPS)
    return draw(table, look.width, look.is_compact)


def _agents(summary: Summary, look: Look) -> list[Line]:
    """Return this month's agents, where there are several."""
    if not summary.has_agents:
        return []
    month = summary.month
    has_mark = bool(month.figures.unpriced)
    columns = (text_column(_NAME, "This month by agent"), *COUNTS, COST, RESPONSES)
    rows = [
        TableRow({**figure_cells(part.figures, look, has_mark), _NAME: Cell(look.agent(part.name))})
        for part in month.by_agent
    ]
    table = Table(columns=priced(columns, look, has_mark), lines=rows, steps=STEPS)
    return [BLANK, *draw(table, look.width, look.is_compact)]


def _block(summary: Summary, look: Look) -> list[Line]:
    block, rate = summary.block, summary.burn_rate
    if block is None:
        whose = f" of {look.agent(summary.agent)}" if summary.has_agents else ""
        none = line(f"No block{whose} is active.", "dim")
        return (
            [none, *facts([("Limit", limit)], look.width)] if (limit := _limit(summary)) else [none]
        )
    whose = "" if summary.agent == CLAUDE and not summary.has_agents else look.agent(summary.agent)
    times = f"{whose} · " if whose else ""
    times += f"{clock(block.start, summary.zone)} to {clock(block.end, summary.zone)}"
    used = [f"{tokens_exact(block.figures.tokens.total)} tokens"]
    burn = [f"{tokens(round(rate.tokens_per_minute))} tokens a minute"]
    if look.has_cost:
        used.append(cost_text(block.figures))
        burn.append(f"{dollars(rate.cost_per_hour)} an hour")
    pairs = [
        ("Block", f"{times} ({block.anchor}) · {duration(block.remaining)} left"),
        ("Used", " · ".join(used)),
        ("Burn rate", " · ".join([*burn, rate.word])),
        ("Limit", _limit(summary)),
    ]
    return facts(pairs, look.width)


def _limit(summary: Summary) -> str:
    """Say the gravest limit window with the one forecast that every face shows."""
    window, now, zone = summary.window, summary.now, summary.zone
    if window is None:
        return ""
    name = " ".join(filter(None, (plain(window.label), plain(window.owner_name))))
    used = beside_usual_text(window) if is_estimated(window) else share_text(window)
    parts = [f"{name} {used}", source_text(window), forecast_text(window, now, zone)]
    return " · ".join(filter(None, parts))


def _models(summary: Summary, look: Look) -> list[Line]:
    has_mark = any(part.figures.unpriced for part in summary.by_model)
    name = "This month by model" if summary.has_agents else "This month"
    table = Table(
        columns=priced((text_column(_NAME, name), *COUNTS, COST, RESPONSES), look, has_mark),
        lines=part_rows(summary.by_model, _NAME, look, has_mark, is_inner=False),
        steps=STEPS,
    )
    return draw(table, look.width, look.is_compact)


def _sessions(summary: Summary, look: Look) -> list[Line]:
    has_mark = any(row.figures.unpriced for row in summary.sessions)
    rows = [
        TableRow(
            {
                **row_cells(row, look, has_mark),
                **session_cells(row, look),
                "agent": agent_cell(row, look),
            }
        )
        for row in summary.sessions
    ]
    names = session_columns(summary.sessions, "Today's sessions", "Today")
    agent = (AGENT,) if summary.has_agents else ()
    columns = priced((*names, *agent, MODELS, *COUNTS, COST, RESPONSES), look, has_mark)
    return draw(Table(columns=columns, lines=rows, steps=STEPS), look.width, look.is_compact)
