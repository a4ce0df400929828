"""The calendar as a page for a terminal, readable without colour."""

from __future__ import annotations

from datetime import date

from engine.domain.calendars import Calendar
from engine.domain.choices import Measure
from tui.graph import words
from tui.graph.cells import CellGrid, cell_grid, sign_of
from tui.tables.look import Look, unpriced_note
from tui.tables.title import title_line
from tui.words.lines import BLANK, Line, Piece, clipped, footnotes, line, paragraph

_LEVEL_STYLES = ("dim", "green", "green", "green", "bold green")


def calendar_lines(calendar: Calendar, by: Measure, look: Look, narrowed: list[str]) -> list[Line]:
    """Return the page, title first; `narrowed` says what was selected."""
    parts = [words.span_words(calendar), f"by {by}", *narrowed, look.zone]
    grid = cell_grid(calendar, look.width)
    lines = [title_line("Calendar", parts, look.width), BLANK, *_grid(grid, by), BLANK]
    if calendar.active_days:
        lines += [clipped(_legend(calendar, by), look.width), BLANK]
    said = [*words.summary_words(calendar, by), _other_years(calendar)]
    lines += [row for text in said if text for row in paragraph(text, look.width, "")]
    return lines + footnotes([unpriced_note(calendar.totals.unpriced)], look.width)


def _grid(grid: CellGrid, by: Measure) -> list[Line]:
    rows = [line(grid.months().rstrip(), "dim")]
    for row, label in enumerate(grid.labels()):
        rows.append(_joined([Piece(label, "dim"), *(_cell(grid, row, w, by) for w in grid.weeks)]))
    return rows


def _cell(grid: CellGrid, row: int, week: date, by: Measure) -> Piece:
    day = grid.day(row, week)
    if day is None:
        return Piece(grid.cell(" "))
    intensity = day.intensity(by)
    return Piece(grid.cell(sign_of(intensity)), _LEVEL_STYLES[intensity])


def _joined(pieces: list[Piece]) -> Line:
    """Return pieces with those next to each other in one style as one."""
    made: list[Piece] = []
    for piece in pieces:
        if made and made[-1].ink == piece.ink:
            made[-1] = Piece(made[-1].text + piece.text, piece.ink)
        else:
            made.append(piece)
    return tuple(made)


def _legend(calendar: Calendar, by: Measure) -> Line:
    """Say what the shades mean."""
    pieces = [Piece("    ")]
    for intensity, text in enumerate(words.shade_words(calendar, by)):
        gap = "   " if intensity else ""
        pieces += [
            Piece(f"{gap}{sign_of(intensity)}", _LEVEL_STYLES[intensity]),
            Piece(f" {text}", "dim"),
        ]
    return tuple(pieces)


def _other_years(calendar: Calendar) -> str:
    """Name the years that are not shown, or not whole."""
    years = [str(year) for year in calendar.years if year != calendar.year]
    if not years or (calendar.year is None and len(years) == 1):
        return ""
    return f"years with responses: {', '.join(years)} (--year)"
