"""The first tab: the panes of the active window, laid out by the size of the screen."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container
from textual.widget import Widget

from engine.domain.hits import SEVEN_DAY
from engine.domain.snapshots import Snapshot
from tui.live.drawing.lines import SnapshotPane
from tui.live.panes.block import BlockPane
from tui.live.panes.burn import BurnPane
from tui.live.panes.burn_up import BurnUpPane, burn_up_view, course_view
from tui.live.panes.events import EventsPane
from tui.live.panes.hero import HeroPane
from tui.live.panes.sessions import SessionsPane
from tui.live.panes.totals import TotalsPane
from tui.live.panes.windows import WindowsPane
from tui.live.words import Basis


class LivePane(Widget):
    """Hands each pane its part of a snapshot; `live.tcss` says where each one goes."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._has_week = False

    def compose(self) -> ComposeResult:
        """Set the panes in reading order."""
        yield HeroPane(id="hero")
        yield WindowsPane(id="windows")
        with Container(id="middle"):
            yield BurnUpPane(id="burn-up", classes="-pane")
            yield BurnUpPane(id="week-up", classes="-pane")
            with Container(id="pace"):
                yield BurnPane(id="burn", classes="-pane")
                yield BlockPane(id="block", classes="-pane")
        yield SessionsPane(id="sessions", classes="-pane")
        with Container(id="foot"):
            yield TotalsPane(id="totals", classes="-pane")
            yield EventsPane(id="events", classes="-pane")

    def show(self, snapshot: Snapshot, by: Basis) -> None:
        """Show a snapshot; panes whose part is the same do nothing."""
        for pane in self.query(SnapshotPane):
            pane.show(snapshot, by)
        week = course_view(snapshot, SEVEN_DAY)
        self.set_class(week is not None, "-week")
        week_first = week is not None and self._has_week
        five_hours = burn_up_view(snapshot, by)
        self.query_one("#burn-up", BurnUpPane).view = week if week_first else five_hours
        self.query_one("#week-up", BurnUpPane).view = five_hours if week_first else week

    @property
    def sessions(self) -> SessionsPane:
        """The sessions of the active window."""
        return self.query_one(SessionsPane)

    def turn_window(self) -> None:
        """Draw the week in place of the 5 hours, or turn back; shown with the next snapshot."""
        self._has_week = not self._has_week

    def take_focus(self) -> None:
        """Let the arrows move in the sessions."""
        self.sessions.focus(scroll_visible=False)
