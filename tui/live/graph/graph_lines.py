"""The calendar as lines of inked text, with what is said of one of its days."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import zip_longest
from typing import NamedTuple

from msgspec import Struct

from engine.agents.names import title_of
from engine.domain.calendars import Calendar, CalendarDay
from engine.domain.choices import Measure
from engine.domain.model_labels import labels_of
from engine.domain.reports import Figures, Part
from tui.graph import words
from tui.graph.cells import LABEL_WIDTH, CellGrid, cell_grid, sign_of
from tui.words import format as fmt
from tui.words.lines import BLANK, Line, Piece, joined, padded, wrapped

CURSOR = "◆"
_INKS = ("track", "accent", "accent", "accent", "accent")
_MARGIN = 1
_GRID_HEIGHT = 8
_LEAST_GAPS = 5
"""Lines that must be left over before any stays empty."""
_NAME_END, _PARTS_WIDTH = 25, 60
"""Where a part's figures begin, and how wide its line is with a gap behind it."""


class GraphView(Struct, frozen=True):
    """What the tab shows: a calendar, by what measure, and the day under the cursor."""

    calendar: Calendar
    by: Measure
    cursor: date


class Drawn(NamedTuple):
    """The lines, and where in them the days stand."""

    lines: tuple[Line, ...]
    grid: CellGrid
    top: int
    """The line of the first row of days."""

    def day_at(self, x: int, y: int) -> CalendarDay | None:
        """Return the day at a cell of the lines."""
        return self.grid.day_at(x - _MARGIN, y - self.top)


def drawn(view: GraphView, width: int, height: int) -> Drawn:
    """Draw for a size: the days always, then what is said of one, then what all come to."""
    calendar, by = view.calendar, view.by
    grid = cell_grid(calendar, width - _MARGIN, view.cursor)
    head = list(_head(calendar, by, width))
    room = max(0, height - _GRID_HEIGHT - 2)
    gap: list[Line] = [BLANK] if room >= _LEAST_GAPS else []
    room -= 2 * len(gap)
    head = head[: max(0, room - 1)]
    room -= len(head)
    top = len(head) + len(gap) + 1
    day = calendar.day(view.cursor)
    lines = [*head, *gap, *_grid(grid, view), _legend(calendar, by, width), *gap]
    if day is not None:
        lines += [_day(day, by, width), *_below(calendar, day, by, width)[:room]]
    return Drawn(tuple(lines), grid, top)


def _head(calendar: Calendar, by: Measure, width: int) -> Iterator[Line]:
    """Say what the calendar is of and what it comes to."""
    title = words.span_words(calendar)
    title = title[:1].upper() + title[1:]
    first, *more = words.summary_words(calendar, by)
    rows = [row for text in (f"{title} · {first}", *more) for row in wrapped(text, width - 2)]
    if rows[0].startswith(title):
        yield (Piece(" "), Piece(title, "bold"), Piece(rows.pop(0)[len(title) :], "muted"))
    for row in rows:
        yield (Piece(f" {row}", "muted"),)


def _grid(grid: CellGrid, view: GraphView) -> Iterator[Line]:
    yield (Piece(" " * _MARGIN), Piece(grid.months(), "muted"))
    for row, label in enumerate(grid.labels()):
        cells = [piece for week in grid.weeks for piece in _cell(grid, row, week, view)]
        yield (Piece(" " * _MARGIN + label, "muted"), *cells)


def _cell(grid: CellGrid, row: int, week: date, view: GraphView) -> Sequence[Piece]:
    """Return a day's cell, its gap apart so that the cursor does not cover it."""
    day = grid.day(row, week)
    sign, ink = " ", "plain"
    if day is not None:
        intensity = day.intensity(view.by)
        sign, ink = sign_of(intensity), _INKS[intensity]
        if day.day == view.cursor:
            sign, ink = CURSOR, "chip"
    text = grid.cell(sign)
    size = min(grid.cells, 2)
    return [Piece(text[:size], ink), *([Piece(text[size:])] if len(text) > size else [])]


def _legend(calendar: Calendar, by: Measure, width: int) -> Line:
    """Say what the shades mean."""
    parts: list[Line] = [
        (Piece(sign_of(intensity), _INKS[intensity]), Piece(f" {text}", "muted"))
        for intensity, text in enumerate(words.shade_words(calendar, by))
    ]
    indent = " " * (_MARGIN + LABEL_WIDTH)
    by_what: Line = (Piece(f"by {by}", "muted"),)
    return (Piece(indent), *joined([*parts, by_what], width - len(indent), "   "))


def _day(day: CalendarDay, by: Measure, width: int) -> Line:
    """Say what was used on a day."""
    named: Line = (Piece(f" {CURSOR} ", "accent"), Piece(_named(day.day), "bold"))
    if not day.is_active:
        return (*named, Piece(" · nothing was used", "muted"))
    main, other = words.figure_words(day.figures, by)
    parts: list[Line] = [
        (*named, Piece("  "), Piece(main, "bold")),
        (Piece(other),),
        (Piece(words.counted(day.figures.responses, "response")),),
        (Piece(words.counted(day.sessions, "session")),),
        (Piece(words.intensity_words(day, by), "muted"),),
    ]
    return joined(parts, width, " · ")


def _named(day: date) -> str:
    return words.day_words(day, 0)


def _below(calendar: Calendar, day: CalendarDay, by: Measure, width: int) -> list[Line]:
    """Return the kinds and parts of a day, where there is room beside the parts of all days."""
    kinds = [_kinds(day.figures, width) if day.is_active else BLANK]
    left = list(_parts(day.by_agent, day.by_model, by))
    if width < 2 * _PARTS_WIDTH:
        return [*kinds, *left] if day.is_active else []
    left.insert(0, (Piece("   This day", "muted"),))
    all_days: Line = (Piece("   All days", "muted"),)
    right = [all_days, *_parts(calendar.by_agent, calendar.by_model, by)]
    return kinds + [
        (*padded(one, _PARTS_WIDTH), *other)
        for one, other in zip_longest(left, right, fillvalue=BLANK)
    ]


def _kinds(figures: Figures, width: int) -> Line:
    """Say of which kinds tokens were."""
    tokens = figures.tokens
    kinds = (
        ("input", tokens.input),
        ("output", tokens.output),
        ("cache read", tokens.cache_read),
        ("cache write", tokens.cache_write),
    )
    said: list[Line] = [(Piece(f"{name} {fmt.tokens(count)}", "muted"),) for name, count in kinds]
    return (Piece("   "), *joined(said, width - 3, " · "))


def _parts(by_agent: Sequence[Part], by_model: Sequence[Part], by: Measure) -> Iterator[Line]:
    """Say each agent's and each model's part."""
    labels = labels_of(part.name for part in by_model)
    names = labels.values()
    if len(by_agent) < 2:
        yield from (_part(labels[part.name], part, by, "   ", names) for part in by_model)
        return
    for agent in by_agent:
        yield _part(fmt.plain(title_of(agent.name)), agent, by, "   ")
        for part in agent.parts:
            yield _part(labels[part.name], part, by, "     ", names, "muted")


def _part(
    name: str,
    part: Part,
    by: Measure,
    indent: str,
    names: Collection[str] = (),
    ink: str = "plain",
) -> Line:
    """Return a named part with its figures in columns, its name apart from the other `names`."""
    space = _NAME_END - len(indent)
    share = part.cost_share if by == "cost" else part.token_share
    is_unknown = by == "cost" and part.figures.unpriced and part.figures.cost == 0
    figures = (
        f"{words.cost_words(part.figures):>13}"
        f"{fmt.tokens(part.figures.tokens.total):>8} tokens"
        f"{'?' if is_unknown else fmt.percent(share):>6}"
    )
    return (Piece(indent + fmt.fit_apart(name, space, names), ink), Piece(figures, ink))
