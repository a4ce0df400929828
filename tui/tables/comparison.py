"""Two periods or two projects side by side, and the change from one to the other."""

from __future__ import annotations

from collections.abc import Callable

from engine.domain.questions import Change, Comparison
from engine.domain.reports import Figures
from tui.tables.columns import signed_percent, steps_of, text_column
from tui.tables.layout import Across, Cell, Column, Table, TableLine, TableRow, draw
from tui.tables.look import Look, cost_text, unpriced_note
from tui.words.format import dollars, plain, tokens, tokens_exact
from tui.words.lines import Line, footnotes

_CHANGE = Column(name="change", title="Change", style="dim")
_PERCENT = Column(name="percent", title="")
_STEPS = steps_of("exact", "roomy", "change", "percent")
_Side = Callable[[Figures], int]


def comparison_lines(comparison: Comparison, look: Look) -> list[Line]:
    """Return both sides' figures, in all and by model."""
    left, right = comparison.left.row.figures, comparison.right.row.figures
    has_mark = bool(left.unpriced or right.unpriced)
    lines: list[TableLine] = [*_figure_rows(comparison, look, has_mark)]
    if look.has_cost and comparison.by_model:
        lines.append(Across("Cost by model", "bold", is_heading=True))
        lines += [
            _cost_row(look.model(each.name), each.left, each.right, each.change, has_mark)
            for each in comparison.by_model
        ]
    if comparison.by_model:
        lines.append(Across("Tokens by model", "bold", is_heading=True))
        lines += [
            _token_row(look.model(each.name), each.left, each.right, each.change)
            for each in comparison.by_model
        ]
    columns = (
        text_column("name", "", least=14),
        _side("left", comparison, look),
        _side("right", comparison, look),
        _CHANGE,
        _PERCENT,
    )
    table = Table(columns=columns, lines=lines, steps=_STEPS)
    notes = [unpriced_note({*left.unpriced, *right.unpriced})] if look.has_cost else []
    return [*draw(table, look.width, look.is_compact), *footnotes(notes, look.width)]


def _side(name: str, comparison: Comparison, look: Look) -> Column:
    each = comparison.left if name == "left" else comparison.right
    title = plain(each.row.label or each.row.key)
    if comparison.kind == "projects":
        title = look.project(each.row.label, each.row.key)
    return Column(name=name, title=title, kind="titled", tight=6)


def _figure_rows(comparison: Comparison, look: Look, has_mark: bool) -> list[TableRow]:
    left, right = comparison.left.row.figures, comparison.right.row.figures
    change = comparison.change
    rows = [_cost_row("Cost", left, right, change, has_mark)] if look.has_cost else []
    rows.append(_token_row("Tokens", left, right, change))
    kinds: tuple[tuple[str, _Side], ...] = (
        ("  input", lambda each: each.tokens.input),
        ("  output", lambda each: each.tokens.output),
        ("  cache write", lambda each: each.tokens.cache_write),
        ("  cache read", lambda each: each.tokens.cache_read),
    )
    rows += [
        TableRow(
            {"name": Cell(name), "left": _count(of(left)), "right": _count(of(right))}, style="dim"
        )
        for name, of in kinds
    ]
    responses = {
        "name": Cell("Responses"),
        "left": Cell(tokens_exact(left.responses)),
        "right": Cell(tokens_exact(right.responses)),
        "change": Cell(_signed(change.responses, tokens_exact)),
    }
    return [*rows, TableRow(responses)]


def _cost_row(name: str, left: Figures, right: Figures, change: Change, has_mark: bool) -> TableRow:
    cells = {
        "name": Cell(name),
        "left": Cell(cost_text(left, has_mark)),
        "right": Cell(cost_text(right, has_mark)),
    }
    if not any(side.unpriced and side.cost == 0 for side in (left, right)):
        cells["change"] = Cell(_signed(change.cost, dollars))
        cells["percent"] = Cell(signed_percent(change.cost_share))
    return TableRow(cells)


def _token_row(name: str, left: Figures, right: Figures, change: Change) -> TableRow:
    return TableRow(
        {
            "name": Cell(name),
            "left": _count(left.tokens.total),
            "right": _count(right.tokens.total),
            "change": Cell(_signed(change.tokens, tokens_exact), _signed(change.tokens, tokens)),
            "percent": Cell(signed_percent(change.token_share)),
        }
    )


def _count(count: int) -> Cell:
    return Cell(tokens_exact(count), tokens(count))


def _signed(amount: int, show: Callable[[int], str]) -> str:
    if amount == 0:
        return "same"
    return f"{'+' if amount > 0 else '-'}{show(abs(amount))}"
