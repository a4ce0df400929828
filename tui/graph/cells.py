"""A calendar in the cells of a terminal: as many weeks as there is room for."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec import Struct

from engine.domain.calendars import Calendar, CalendarDay
from tui.graph.grid import SIGNS, month_marks, row_names, weeks_of

LABEL_WIDTH = 4
_MOST_CELLS = 3
_MONTH_CELLS = 4
"""A month's name and a gap."""


class CellGrid(Struct, frozen=True):
    """Where the days of a calendar stand in a width."""

    calendar: Calendar
    weeks: tuple[date, ...]
    """The first days of the weeks shown."""
    cells: int
    """How wide a week is."""

    def months(self) -> str:
        """Return the line with the months' names, as wide as the grid."""
        text = " " * LABEL_WIDTH
        least = -(-_MONTH_CELLS // self.cells)
        for column, name in month_marks(self.calendar, list(self.weeks), least):
            place = LABEL_WIDTH + column * self.cells
            if place >= len(text):
                text = text.ljust(place) + f"{name} "
        return text[: self.width].ljust(self.width)

    @property
    def width(self) -> int:
        """How many cells the grid takes."""
        return LABEL_WIDTH + len(self.weeks) * self.cells

    def labels(self) -> list[str]:
        """Return what stands before the seven rows."""
        return [name.ljust(LABEL_WIDTH) for name in row_names(self.calendar)]

    def day(self, row: int, week: date) -> CalendarDay | None:
        """Return the day of a week in a row, `None` where the calendar has none."""
        return self.calendar.day(week + timedelta(days=row))

    def cell(self, sign: str) -> str:
        """Return a sign as wide as a week, with a gap where there is room for one."""
        return sign if self.cells == 1 else (sign * 2).ljust(self.cells)

    def day_at(self, x: int, y: int) -> CalendarDay | None:
        """Return the day at a cell of the rows of days."""
        column = (x - LABEL_WIDTH) // self.cells
        if x < LABEL_WIDTH or not 0 <= column < len(self.weeks) or not 0 <= y < 7:
            return None
        return self.day(y, self.weeks[column])


def cell_grid(calendar: Calendar, width: int, at: date | None = None) -> CellGrid:
    """Return the weeks that fit a width: the newest, or those up to and with a day's."""
    weeks = weeks_of(calendar)
    room = max(1, width - LABEL_WIDTH)
    cells = max(1, min(_MOST_CELLS, room // len(weeks)))
    if len(weeks) * cells > room:
        before = sum(week <= (at or calendar.until) for week in weeks)
        end = max(before, min(room, len(weeks)))
        weeks = weeks[end - min(room, len(weeks)) : end]
    return CellGrid(calendar, tuple(weeks), cells)


def sign_of(intensity: int) -> str:
    """Return the sign of an intensity."""
    return SIGNS[intensity]
