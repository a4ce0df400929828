"""What is inside a row, as lines of text for a width."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from rich.cells import cell_len

from engine.domain.reports import Detail, Figures, Part, Point, Row
from tui.live.report.column_widths import MARK_WIDTH, Column, Layout, Placed, measure, place
from tui.live.report.columns import columns_of, year_left_out
from tui.live.screens.detail_columns import part_columns, response_columns, share_of_part
from tui.live.words import Basis
from tui.words.format import (
    day_clock,
    dollars,
    fit,
    moment_of,
    plain,
    tokens,
    tokens_exact,
)
from tui.words.lines import BLANK, Line, Piece
from tui.words.spark import lying_bar, standing_bars

R = TypeVar("R")

_CHART_HEIGHT = 6
_WIDEST_BAR = 6
_INKS = {"normal": "plain", "muted": "muted", "strong": "bold"}
_MARGIN = " " * MARK_WIDTH


class PageLine(NamedTuple):
    """A line of the page; with a key, Enter on it opens that session."""

    line: Line
    key: str = ""


def lines_of(detail: Detail, width: int, zone: str, by: Basis) -> tuple[PageLine, ...]:
    """Return the whole page of a row's details."""
    parts: list[Iterator[PageLine]] = [_facts(detail, width)]
    parts.append(_figures(detail.figures, width, zone))
    parts.append(_chart(detail, width, by))
    models = tuple(part.name for part in detail.by_model)
    parts.append(_parts("Model", detail.by_model, width, by, models))
    parts.append(_parts("Sub-agent", detail.agents, width, by))
    year = year_left_out(detail.figures, zone)
    parts.append(_sessions(detail.sessions, width, zone, by, year))
    parts.append(
        _table(
            _newest(len(detail.responses), detail.figures.responses),
            response_columns(models),
            detail.responses,
            width,
            zone,
        )
    )
    lines: list[PageLine] = []
    for part in parts:
        made = list(part)
        if made:
            lines += [*made, PageLine(BLANK)]
    return tuple(lines[:-1])


def _newest(shown: int, known: int) -> str:
    """Say which responses are shown."""
    if shown < known:
        return f"{shown:,} newest responses of {known:,}"
    return f"{shown:,} response{'' if shown == 1 else 's'}, newest first"


def _facts(detail: Detail, width: int) -> Iterator[PageLine]:
    names = max((cell_len(name) for name, _ in detail.facts), default=0) + 2
    for name, value in detail.facts:
        room = width - MARK_WIDTH - names
        text = plain(value)
        shown = text if cell_len(text) <= room else fit(text, max(1, room))
        yield PageLine((Piece(_MARGIN + fit(name, names), "muted"), Piece(shown)))


def _figures(figures: Figures, width: int, zone: str) -> Iterator[PageLine]:
    cost = dollars(figures.cost, bool(figures.unpriced))
    total = tokens_exact(figures.tokens.total)
    yield from _wrapped(
        [(cost, "cost"), (total, "tokens"), (f"{figures.responses:,}", "responses")], width
    )
    kinds = figures.tokens
    yield from _wrapped(
        [
            (tokens_exact(kinds.input), "input"),
            (tokens_exact(kinds.output), "output"),
            (tokens_exact(kinds.cache_write), "cache write"),
            (tokens_exact(kinds.cache_read), "cache read"),
        ],
        width,
    )
    if figures.first is not None and figures.last is not None:
        year = moment_of(figures.last, zone).year
        first = day_clock(figures.first, zone, year)
        last = day_clock(figures.last, zone)
        yield PageLine((Piece(f"{_MARGIN}from {first} to {last}, {year}", "muted"),))
    if figures.unpriced:
        names = ", ".join(plain(name) or "unknown" for name in figures.unpriced)
        yield PageLine((Piece(f"{_MARGIN}+ leaves out what has no known price: {names}", "muted"),))


def _wrapped(amounts: Sequence[tuple[str, str]], width: int) -> Iterator[PageLine]:
    """Set amounts and what they count side by side, on as many lines as they need."""
    pieces: list[Piece] = []
    used = 0
    for amount, unit in amounts:
        cells = MARK_WIDTH + len(amount) + 1 + len(unit)
        if pieces and used + cells > width:
            yield PageLine(tuple(pieces))
            pieces, used = [], 0
        pieces += [Piece(_MARGIN + amount, "bold"), Piece(f" {unit}", "muted")]
        used += cells
    yield PageLine(tuple(pieces))


def _chart(detail: Detail, width: int, by: Basis) -> Iterator[PageLine]:
    """Draw the series as standing bars from zero, with the times below them."""
    values = [point.cost if by == "cost" else point.tokens for point in detail.series]
    top = max(values, default=0)
    if top == 0:
        return
    peak = detail.series[values.index(top)]
    amount = dollars(top) if by == "cost" else f"{tokens(top)} tokens"
    name = "Cost" if by == "cost" else "Tokens"
    yield _heading(f"{name} by {detail.series_name}", f"most: {amount} at {plain(peak.label)}")
    room = width - 2 * MARK_WIDTH
    together = -(-len(values) // room)
    groups = [max(values[i : i + together]) for i in range(0, len(values), together)]
    step = min(_WIDEST_BAR + 1, max(1, room // len(groups)))
    bar, gap = (step - 1, " ") if step > 1 else (1, "")
    for line in standing_bars(groups, top, _CHART_HEIGHT):
        text = "".join(sign * bar + gap for sign in line).rstrip()
        yield PageLine((Piece(_MARGIN + text, "bar"),))
    axis = _axis(detail.series[::together], step, room)
    yield PageLine((Piece(_MARGIN + axis, "muted"),))


def _axis(points: Sequence[Point], step: int, room: int) -> str:
    """Return the labels of those points that have room for one below their bar."""
    axis = ""
    for number, point in enumerate(points):
        x, label = number * step, plain(point.label)
        is_free = not axis or x >= cell_len(axis) + 2
        if is_free and x + cell_len(label) <= room:
            axis = fit(axis, x) + label
    return axis


def _parts(
    title: str, parts: Sequence[Part], width: int, by: Basis, models: tuple[str, ...] = ()
) -> Iterator[PageLine]:
    columns = part_columns(title, by, models)
    return _table("", columns, parts, width, "UTC", bar=lambda part: share_of_part(part, by))


def _sessions(
    rows: Sequence[Row], width: int, zone: str, by: Basis, year: int | None
) -> Iterator[PageLine]:
    title = "1 session" if len(rows) == 1 else f"{len(rows):,} sessions, the most expensive first"
    has_agents = len({agent for row in rows for agent in row.figures.agents}) > 1
    has_machines = len({name for row in rows for name in row.figures.machines}) > 1
    columns = columns_of("sessions", by, year, has_agents, has_machines)
    return _table(title, columns, rows, width, zone, lambda row: row.key)


def _table(
    title: str,
    columns: Sequence[Column[R]],
    rows: Sequence[R],
    width: int,
    zone: str,
    key: Callable[[R], str] | None = None,
    bar: Callable[[R], float] | None = None,
) -> Iterator[PageLine]:
    if not rows:
        return
    if title:
        yield _heading(title)
    layout = place(measure(columns, rows, None, zone), width, has_bar=bar is not None)
    yield PageLine(_titles(layout))
    for row in rows:
        line = [Piece(_MARGIN)]
        for number, placed in enumerate(layout.placed):
            gap = " " * layout.gap if number else ""
            column = placed.column
            text = fit(column.text(row, zone, placed.width), placed.width, column.align)
            line.append(Piece(gap + text, _INKS[column.tone]))
        if bar is not None and layout.bar_width:
            drawn = " " * layout.gap + lying_bar(bar(row), layout.bar_width)
            line.append(Piece(drawn, "bar"))
        yield PageLine(tuple(line), key(row) if key is not None else "")


def _titles(layout: Layout[R]) -> Line:
    texts = [_title(placed) for placed in layout.placed]
    text = _MARGIN + (" " * layout.gap).join(texts)
    return (Piece(fit(text, layout.width), "title"),)


def _title(placed: Placed[R]) -> str:
    return fit(placed.column.title, placed.width, placed.column.align)


def _heading(text: str, aside: str = "") -> PageLine:
    return PageLine((Piece(_MARGIN + text, "bold"), Piece(f"  {aside}" if aside else "", "muted")))
