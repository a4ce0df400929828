"""The table of blocks, and the page of the active one."""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain.choices import Apart
from engine.domain.questions import Answer, AnswerRow
from engine.domain.reports import Row
from engine.domain.times import DAY
from tui.tables.columns import (
    agent_cell,
    bar_cell,
    bar_share,
    machine_cells,
    report_columns,
    row_cells,
    steps_of,
    total_row,
)
from tui.tables.layout import Across, Cell, Table, TableLine, TableRow, draw
from tui.tables.look import Look, cost_text, unpriced_note
from tui.tables.parts import apart_rows, part_rows
from tui.words.format import ago, clock, dollars, duration, moment_of, percent, tokens, tokens_exact
from tui.words.lines import BLANK, Line, facts, footnotes, line

_WORDS = {"ok": "within the limit", "warning": "close to the limit", "exceeds": "over the limit"}


def block_lines(
    answer: Answer, look: Look, is_broken_down: bool = False, apart: Apart | None = None
) -> list[Line]:
    """Return the table of blocks; below the active one, what it is heading for."""
    table = Table(
        columns=report_columns(answer, look),
        lines=list(_lines(answer, look, is_broken_down, apart)),
        totals=total_row(answer, "start", look, _has_mark(answer)),
        steps=steps_of(*answer.question.report.gives_way),
    )
    notes = [
        _rate_note(each, look, answer.has_agents) for each in answer.rows if each.rate is not None
    ]
    if answer.token_limit:
        notes.append(f"Limit: {tokens_exact(answer.token_limit)} tokens")
    if look.has_cost:
        notes.append(unpriced_note(answer.totals.figures.unpriced))
    return [*draw(table, look.width, look.is_compact), *footnotes(notes, look.width)]


def _lines(
    answer: Answer, look: Look, is_broken_down: bool, apart: Apart | None
) -> Iterator[TableLine]:
    largest = max((bar_share(each.row, look) for each in answer.rows), default=0.0)
    for each in answer.rows:
        row = each.row
        if row.is_gap:
            yield _gap(row, answer.zone)
            continue
        cells = row_cells(row, look, _has_mark(answer))
        cells |= _place_cells(row, answer)
        cells["agent"] = agent_cell(row, look)
        cells |= machine_cells(row)
        cells["limit"] = Cell(_share_of_limit(answer, row.figures.tokens.total))
        cells["bar"] = bar_cell(row, largest, look)
        yield TableRow(cells)
        if apart is not None:
            mark = _has_mark(answer)
            yield from apart_rows(row, apart, "start", look, mark, is_broken_down)
        elif is_broken_down:
            yield from part_rows(row.by_model, "start", look, _has_mark(answer))
        yield from _outlook_rows(answer, each)


def _place_cells(row: Row, answer: Answer) -> dict[str, Cell]:
    if row.start is None or row.end is None:
        return {}
    left = f"active, {duration(row.end - answer.now)} left"
    return {
        "start": Cell(_day_clock(row.start, answer.zone)),
        "end": Cell(_end(row.start, row.end, answer.zone)),
        "state": Cell(left, "active", "green") if row.is_active else Cell(""),
    }


def _end(start: int, end: int, zone: str) -> str:
    """Return when a block ends: without its day, where that is the start's or the next."""
    return clock(end, zone) if end - start < DAY else _day_clock(end, zone)


def _gap(row: Row, zone: str) -> Across:
    start, end = row.start or 0, row.end or 0
    return Across(f"{_day_clock(start, zone)}  no use for {duration(end - start)}", "dim")


def _outlook_rows(answer: Answer, each: AnswerRow) -> Iterator[TableRow]:
    """Yield what is left of the limit, and what the block comes to if its rate goes on."""
    if answer.token_limit and each.row.is_active:
        left = answer.limit_left(each.row.figures.tokens.total)
        cells = {
            "state": Cell("left of the limit", "left"),
            "total": Cell(tokens_exact(left), tokens(left)),
            "limit": Cell(_share_of_limit(answer, left)),
        }
        yield TableRow(cells, style="dim")
    if each.projection is not None:
        ahead = each.projection
        cells = {
            "state": Cell("at its end", "at end"),
            "total": Cell(tokens_exact(ahead.tokens), tokens(ahead.tokens)),
            "limit": Cell(_share_of_limit(answer, ahead.tokens)),
            "cost": Cell(dollars(ahead.cost) + (" " if _has_mark(answer) else "")),
        }
        yield TableRow(cells, style="dim")


def _rate_note(each: AnswerRow, look: Look, has_agents: bool) -> str:
    whose = f" of {_agents(each, look)}" if has_agents else ""
    return f"At its end: if the active block's average{whose} goes on, {_rate(each, look)}"


def _agents(each: AnswerRow, look: Look) -> str:
    return ", ".join(map(look.agent, each.row.agents))


def active_block_lines(answer: Answer, look: Look) -> list[Line]:
    """Return the page of the active block; of several agents each one's."""
    lines: list[Line] = []
    for each in answer.rows:
        if each.row.is_active:
            lines += [*([BLANK] if lines else []), *_active_block(answer, each, look)]
    return lines or [line("No block is active.")]


def _active_block(answer: Answer, active: AnswerRow, look: Look) -> list[Line]:
    figures = active.row.figures
    each = figures.tokens
    kinds = (("input", each.input), ("output", each.output), ("cache write", each.cache_write))
    named = (*kinds, ("cache read", each.cache_read))
    cost = f" · {cost_text(figures)}" if look.has_cost else ""
    pairs = [
        ("Agent", _agents(active, look) if answer.has_agents else ""),
        *_times(active.row, answer),
        ("Used", f"{tokens_exact(each.total)} tokens{cost}"),
        ("Of these", " · ".join(f"{name} {tokens_exact(count)}" for name, count in named)),
        ("Responses", tokens_exact(figures.responses)),
        ("Models", ", ".join(look.all_models(active.row.models))),
        ("Rate", _rate(active, look)),
        ("At its end", _ahead(active, look)),
        ("Limit", _limit(answer, active)),
    ]
    notes = [unpriced_note(figures.unpriced)] if look.has_cost else []
    return [*facts(pairs, look.width), *footnotes(notes, look.width)]


def _times(row: Row, answer: Answer) -> list[tuple[str, str]]:
    if row.start is None or row.end is None:
        return []
    end = f"{_end(row.start, row.end, answer.zone)} {answer.zone}"
    return [
        ("Block", f"{_day_clock(row.start, answer.zone)} to {end}"),
        ("Left", f"{duration(row.end - answer.now)}; it began {ago(answer.now - row.start)}"),
    ]


def _rate(each: AnswerRow, look: Look) -> str:
    if each.rate is None:
        return ""
    cost = f" · {dollars(round(each.rate.cost_per_hour))} an hour" if look.has_cost else ""
    return f"{tokens_exact(round(each.rate.tokens_per_minute))} tokens a minute{cost}"


def _ahead(each: AnswerRow, look: Look) -> str:
    if each.projection is None:
        return ""
    cost = f" · {dollars(each.projection.cost)}" if look.has_cost else ""
    return f"{tokens_exact(each.projection.tokens)} tokens{cost} if this rate goes on"


def _limit(answer: Answer, each: AnswerRow) -> str:
    if not answer.token_limit:
        return ""
    used = each.row.figures.tokens.total
    text = (
        f"{tokens_exact(answer.token_limit)} tokens · {_share_of_limit(answer, used)} used"
        f" · {tokens_exact(answer.limit_left(used))} left"
    )
    if each.limit is None:
        return text
    return f"{text} · {percent(each.limit.projected_share)} at its end: {_WORDS[each.limit.status]}"


def _share_of_limit(answer: Answer, count: int) -> str:
    share = answer.limit_share(count)
    return "" if share is None else percent(share)


def _day_clock(milliseconds: int, zone: str) -> str:
    return f"{moment_of(milliseconds, zone):%Y-%m-%d %H:%M}"


def _has_mark(answer: Answer) -> bool:
    return bool(answer.totals.figures.unpriced)
