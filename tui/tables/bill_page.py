"""A provider's bill beside what this machine counted, with what explains the difference."""

from __future__ import annotations

from engine.domain.billed import BillComparison, Billed
from engine.domain.reports import Figures
from tui.tables.layout import Across, Cell, Column, Table, TableLine, TableRow, draw
from tui.tables.look import Look, cost_text, unpriced_note
from tui.tables.title import title_line
from tui.words.format import plain, tokens
from tui.words.lines import BLANK, Line, footnotes
from tui.words.providers import UNKNOWN, money_text
from tui.words.widths import Step

_STEPS = (Step(is_short=True), Step(is_tight=True), Step(drop=("requests",)))


def bill_lines(comparison: BillComparison, look: Look) -> list[Line]:
    """Return both sides by model, then the provider's products, then the explanation."""
    title = plain(comparison.title)
    columns = (
        Column(name="model", title="Model", kind="text", align="left", least=12, tight=8),
        Column(name="counted", title="Counted", short_title="Count."),
        Column(name="billed", title=title, kind="titled", tight=6),
        Column(name="cost", title="By list prices", short_title="List"),
        Column(name="bill", title="Billed", style="bold"),
        Column(name="requests", title="Requests", short_title="Req.", style="dim"),
    )
    has_mark = bool(comparison.counted.unpriced)
    lines: list[TableLine] = [
        _row(
            look.model(each.model) if each.model else "of no model",
            each.counted,
            each.billed,
            has_mark,
        )
        for each in comparison.by_model
    ]
    if comparison.products:
        lines.append(Across("By product", "bold", is_heading=True))
        lines += [
            _row(plain(each.product), None, each.billed, has_mark) for each in comparison.products
        ]
    total = _row("Total", comparison.counted, comparison.billed, has_mark)
    head = [title_line(f"{title} beside this machine", [_days(comparison)], look.width), BLANK]
    table = Table(columns=columns, lines=lines, totals=total, steps=_STEPS)
    notes = [*comparison.notes, unpriced_note(comparison.counted.unpriced)]
    return [*head, *draw(table, look.width, look.is_compact), *footnotes(notes, look.width)]


def _days(comparison: BillComparison) -> str:
    since, until = comparison.since, comparison.until
    return f"{since if since == until else f'{since} to {until}'}, days in UTC"


def _row(name: str, counted: Figures | None, billed: Billed, has_mark: bool) -> TableRow:
    theirs = UNKNOWN if billed.tokens is None else tokens(billed.tokens.total)
    return TableRow(
        {
            "model": Cell(name),
            "counted": Cell("" if counted is None else tokens(counted.tokens.total)),
            "billed": Cell(theirs),
            "cost": Cell("" if counted is None else cost_text(counted, has_mark)),
            "bill": Cell(money_text(billed.cost)),
            "requests": Cell(UNKNOWN if billed.requests is None else f"{billed.requests:,}"),
        }
    )
