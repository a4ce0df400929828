"""The graph's tab: a year of days, a cursor on one of them, the way into its details."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import ClassVar, NamedTuple

from textual import events, on, work
from textual.binding import BindingType
from textual.message import Message

from engine.domain.calendars import Calendar
from engine.domain.snapshots import Snapshot
from tui.live.drawing.lines import SnapshotPane
from tui.live.graph.graph_lines import Drawn, GraphView, drawn
from tui.live.inquiry import Inquiry
from tui.live.keys import bindings
from tui.live.source import Source
from tui.live.words import Basis
from tui.words.format import moment_of, plain
from tui.words.lines import Line, Piece


class Asked(NamedTuple):
    """What a calendar depends on; the same again needs no new one."""

    revision: int
    year: int | None
    today: date
    zone: str


class CalendarMade(Message, bubble=False):
    """A calendar was made in a thread, or could not be: then `sentence` says why."""

    def __init__(self, calendar: Calendar | None, sentence: str = "") -> None:
        super().__init__()
        self.calendar = calendar
        self.sentence = sentence

    def can_replace(self, message: Message) -> bool:
        """Let a newer calendar take the place of one not yet drawn."""
        return isinstance(message, CalendarMade)


class GraphPane(SnapshotPane, can_focus=True):
    """Asks for the calendar only when seen, and repaints only the days that changed."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("graph")

    def __init__(self, source: Source, *, id: str | None = None) -> None:
        """Show the last 53 weeks of what a source shows."""
        super().__init__(id=id)
        self._source = source
        self._year: int | None = None
        self._by: Basis = "cost"
        self._cursor: date | None = None
        self._inquiry = Inquiry[Asked](self, lambda asked: self._make_calendar(source, asked.year))
        self._calendar: Calendar | None = None
        self._sentence = "Counting …"
        self._drawing: Drawn | None = None

    def show(self, snapshot: Snapshot, by: Basis) -> None:
        """Show the calendar as of a snapshot; cheap where nothing changed or nobody looks."""
        self._by = by
        self._put()
        today = moment_of(snapshot.generated_at, snapshot.zone).date()
        self._inquiry.want(Asked(snapshot.revision, self._year, today, snapshot.zone))

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the calendar with the cursor's day, or why there is none."""
        view = self.view
        if not isinstance(view, GraphView):
            return [(Piece(f" {view or self._sentence}", "muted"),)]
        self._drawing = drawn(view, width, height)
        return self._drawing.lines

    def on_show(self) -> None:
        """Catch up with what changed while nobody looked."""
        self._inquiry.ask_if_due()

    @work(thread=True, group="calendar", exclusive=True, exit_on_error=False)
    def _make_calendar(self, source: Source, year: int | None) -> None:
        try:
            made = CalendarMade(source.shown_calendar(year))
        except Exception as error:  # noqa: BLE001 - the thread's one boundary
            reason = plain(str(error)) or type(error).__name__
            made = CalendarMade(None, f"This calendar could not be made: {reason}. r tries again.")
        self.post_message(made)

    @on(CalendarMade)
    def take_calendar(self, made: CalendarMade) -> None:
        """Draw a calendar, then rest a little before the next."""
        self._inquiry.rest()
        self._calendar, self._sentence = made.calendar, made.sentence
        if made.calendar is None:
            self._inquiry.forget()
        self._put()
        if made.calendar is not None:
            self._inquiry.ask_if_due()

    def _put(self) -> None:
        """Draw what is known; nothing happens where it looks the same."""
        calendar = self._calendar
        self.view = (
            self._sentence
            if calendar is None
            else GraphView(calendar, self._by, self._day_in(calendar))
        )

    def _day_in(self, calendar: Calendar) -> date:
        """Return the cursor's day: today, or the last day, until it was moved."""
        last = calendar.days[-1].day if calendar.days else calendar.since
        if self._cursor is None:
            return min(calendar.today, last)
        return max(calendar.since, min(self._cursor, last))

    def _go_to(self, day: date) -> None:
        self._cursor = day
        if self._calendar is not None:
            self._cursor = self._day_in(self._calendar)
        self._put()

    def action_move(self, days: int) -> None:
        """Move the cursor by days."""
        if self._calendar is not None:
            self._go_to(self._day_in(self._calendar) + timedelta(days=days))

    def action_edge(self, is_end: bool) -> None:
        """Go to the first or the last day."""
        if self._calendar is not None:
            self._go_to(date.max if is_end else date.min)

    def action_turn_year(self, step: int) -> None:
        """Show the year before or after among those with responses; behind them the last weeks."""
        calendar, wanted = self._calendar, self._inquiry.wanted
        if calendar is None or wanted is None:
            return
        choices = (*calendar.years, None)
        place = choices.index(self._year) if self._year in choices else len(choices) - 1
        year = choices[max(0, min(place + step, len(choices) - 1))]
        if year == self._year:
            return
        self._year = year
        self._cursor = _in_year(self._day_in(calendar), year)
        self._inquiry.want(wanted._replace(year=year))

    def action_open(self) -> None:
        """Show what is inside the cursor's day."""
        calendar = self._calendar
        day = calendar.day(self._day_in(calendar)) if calendar is not None else None
        if calendar is None or day is None or not day.is_active:
            self.app.notify("Nothing was used on this day.", timeout=2, markup=False)
            return
        from tui.live.screens.detail_screen import DetailScreen

        key = day.day.isoformat()
        self.app.push_screen(DetailScreen(self._source, "daily", key, calendar.zone, self._by))

    def on_click(self, event: events.Click) -> None:
        """Go to the day clicked; a click on the cursor opens."""
        at = event.get_content_offset(self)
        view, drawing = self.view, self._drawing
        if at is None or drawing is None or not isinstance(view, GraphView):
            return
        day = drawing.day_at(at.x, at.y)
        if day is None:
            return
        if day.day == view.cursor:
            self.action_open()
        else:
            self._go_to(day.day)


def _in_year(day: date, year: int | None) -> date | None:
    """Return the same day of another year; of the last weeks today."""
    if year is None:
        return None
    return day.replace(year=year, day=min(day.day, 28) if day.month == 2 else day.day)
