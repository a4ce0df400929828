"""Kinds of columns: labels, lists of names, counts of tokens and of other things."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len

from engine.agents.names import title_of
from engine.domain.model_labels import labels_of, short_model
from engine.domain.reports import Row
from engine.domain.responses import Tokens
from tui.live.report.column_widths import Column
from tui.live.words import cost_text, first_of, names_of_models
from tui.words.format import fit_apart, plain, tokens, tokens_exact


def label(
    field: str,
    title: str,
    *,
    text: Callable[[Row], str] | None = None,
    value: Callable[[Row], str] | None = None,
    least: int,
    most: int,
) -> Column[Row]:
    """Return a column of what rows are called, sorted without regard to capitals."""
    shown = text or _plain_label
    return Column(
        field,
        title,
        text=lambda row, _zone, _cells: shown(row),
        value=value or (lambda row: shown(row).casefold()),
        align="left",
        least=least,
        most=most,
        widest="rows",
    )


def model(models: tuple[str, ...]) -> Column[Row]:
    """Return the column of a row's model, told apart from all that may stand beside it."""
    labels = labels_of(models)

    def text(row: Row, _zone: str, cells: int) -> str:
        name = labels.get(row.label) or short_model(row.label)
        return fit_apart(name, cells, labels.values()) if cells else name

    return Column(
        "model",
        "Model",
        text=text,
        value=lambda row: (labels.get(row.label) or short_model(row.label)).casefold(),
        align="left",
        least=24,
        most=36,
        widest="rows",
    )


def models() -> Column[Row]:
    """Return the column of all models of a row."""
    return _names("models", "Models", names_of_models, lambda row: row.models, (13, 34))


def agents() -> Column[Row]:
    """Return the column of the coding agents of a row."""
    return _names("agent", "Agent", _agents_within, lambda row: row.agents, (11, 14))


def machines() -> Column[Row]:
    """Return the column of the machines of a row."""
    return _names("machine", "Machine", first_of, lambda row: row.machines, (8, 16))


def count(
    field: str, title: str, part: Callable[[Tokens], int], *, is_muted: bool = True
) -> Column[Row]:
    """Return a column of tokens of one kind."""
    return Column(
        field,
        title,
        text=lambda row, _zone, _cells: "" if row.is_gap else tokens(part(row.figures.tokens)),
        value=lambda row: part(row.figures.tokens),
        exact=lambda row: "" if row.is_gap else tokens_exact(part(row.figures.tokens)),
        tone="muted" if is_muted else "normal",
    )


def cost() -> Column[Row]:
    """Return the column of what rows cost."""
    return Column(
        "cost",
        "Cost ",
        text=lambda row, _zone, _cells: "" if row.is_gap else cost_text(row.figures),
        value=lambda row: row.figures.cost,
        least=7,
        widest="totals",
        tone="strong",
    )


def number(
    field: str, title: str, value: Callable[[Row], int], is_said: Callable[[Row], object]
) -> Column[Row]:
    """Return a column of whole numbers; a cell is empty where there is nothing to say."""
    return Column(
        field,
        title,
        text=lambda row, _zone, _cells: f"{value(row):,}" if is_said(row) else "",
        value=value,
        widest="totals",
        tone="muted",
    )


def _names(
    field: str,
    title: str,
    within: Callable[[Sequence[str], int], str],
    names: Callable[[Row], Sequence[str]],
    widths: tuple[int, int],
) -> Column[Row]:
    """Return a column of a row's names, of which few cells show as many as they hold."""
    least, most = widths
    return Column(
        field,
        title,
        text=lambda row, _zone, cells: within(names(row), cells),
        value=lambda row: tuple(names(row)),
        align="left",
        least=least,
        most=most,
        widest="rows",
        tone="muted",
    )


def _agents_within(agents: Sequence[str], cells: int) -> str:
    """Return what agents are called, more than one as `+1`; `Claude +2` in few cells."""
    if not agents:
        return ""
    more = f" +{len(agents) - 1}" if len(agents) > 1 else ""
    title, name = plain(title_of(agents[0])), plain(agents[0])
    if not cells or cells >= cell_len(title + more):
        return title + more
    first = title.partition(" ")[0]
    return (first if first.casefold() == name.casefold() else name) + more


def _plain_label(row: Row) -> str:
    return plain(row.label or row.key)
