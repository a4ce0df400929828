"""What the screen shows between its lines: the live panes, or the pane of the present tab."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual.app import ComposeResult
from textual.containers import Container

from engine.domain.reports import Span
from engine.domain.snapshots import Snapshot
from tui.live.drawing.lines import SnapshotPane
from tui.live.frame.status_line import StatusLine, status_view
from tui.live.frame.tab_bar import TABS, TabKind
from tui.live.panes.block import true_window_remark
from tui.live.panes.live import LivePane
from tui.live.panes.sessions import ORDERS, SessionsPane
from tui.live.screens.empty_screen import EmptyScreen, EmptyView
from tui.live.source import Source
from tui.live.words import Basis

if TYPE_CHECKING:
    from tui.live.report.report_pane import ReportPane


_TABLE_ACTIONS = ("filter", "export")
_LIST_ACTIONS = ("sort_next", "sort_reverse", "turn_span")


def _graph(source: Source, id: str) -> SnapshotPane:
    from tui.live.graph.graph_pane import GraphPane

    return GraphPane(source, id=id)


def _providers(source: Source, id: str) -> SnapshotPane:
    from tui.live.providers_pane import ProvidersPane

    return ProvidersPane(source, id=id)


class _OwnPane(NamedTuple):
    """The pane of a tab that is no table: its group of keys, and what makes it."""

    keys: str
    made: Callable[[Source, str], SnapshotPane]


_OWN_PANES: Mapping[str | None, _OwnPane] = {
    "graph": _OwnPane("The graph", _graph),
    "providers": _OwnPane("Providers", _providers),
}


class Body(Container):
    """Holds the panes of all tabs; those of reports and the graph are made when first shown."""

    def __init__(
        self,
        source: Source,
        tabs: tuple[tuple[str, TabKind | None], ...] = TABS,
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.tabs = tabs
        """Those that there are."""
        self._source = source
        self._by: Basis = "cost"
        self._zone = "UTC"
        self.tab = 1
        """The number of the tab shown."""

    def compose(self) -> ComposeResult:
        """Lay out what the first tab has; only what is needed first is made."""
        yield StatusLine(id="status")
        yield EmptyScreen(id="empty")
        yield LivePane(id="live")

    @property
    def kind(self) -> TabKind | None:
        """What the present tab shows, `None` for the live panes."""
        return self.tabs[self.tab - 1][1]

    @property
    def keys(self) -> str:
        """The group of keys that goes with the present tab."""
        if self.kind is None:
            return "What is shown"
        return _OWN_PANES[self.kind].keys if self.kind in _OWN_PANES else "Lists and tables"

    @property
    def live(self) -> LivePane:
        """The live panes."""
        return self.query_one(LivePane)

    @property
    def table(self) -> ReportPane | None:
        """The table shown, `None` on other tabs or before it is mounted."""
        if self.kind is None or self.kind in _OWN_PANES:
            return None
        from tui.live.report.report_pane import ReportPane

        return next(iter(self.query(f"#report-{self.kind}").results(ReportPane)), None)

    @property
    def own(self) -> SnapshotPane | None:
        """The pane of a tab that is no table, `None` on other tabs or before it is mounted."""
        if self.kind not in _OWN_PANES:
            return None
        return next(iter(self.query(f"#report-{self.kind}").results(SnapshotPane)), None)

    async def turn_to(self, tab: int) -> None:
        """Show a tab by its number."""
        self.tab = tab
        kind = self.kind
        if kind is not None and not self.query(f"#report-{kind}"):
            made = self._made(kind)
            made.add_class("report")
            await self.mount(made)
        for pane in self.query(".report"):
            pane.display = pane.id == f"report-{kind}"

    def _made(self, kind: TabKind) -> SnapshotPane | ReportPane:
        """Return a new pane for a tab."""
        if kind in _OWN_PANES:
            return _OWN_PANES[kind].made(self._source, f"report-{kind}")
        from tui.live.report.report_pane import ReportPane

        return ReportPane(kind, self._source, id=f"report-{kind}")

    async def go_over(self, source: Source) -> None:
        """Let go of all that was shown of the source before."""
        self._source = source
        await self.query(".report").remove()

    def show(
        self, snapshot: Snapshot, *, by: Basis, span: Span, is_paused: bool, has_demo: bool
    ) -> None:
        """Hand the snapshot to what is visible."""
        self._by, self._zone = by, snapshot.zone
        table, own = self.table, self.own
        if table is not None:
            remark = true_window_remark(snapshot) if table.kind == "blocks" else ""
            table.show(snapshot.revision, by=by, span=span, zone=snapshot.zone, remark=remark)
        elif own is not None:
            own.show(snapshot, by)
        elif snapshot.is_empty:
            self.query_one(EmptyScreen).view = EmptyView(snapshot.places, has_demo)
        else:
            self.query_one(StatusLine).view = status_view(snapshot, is_paused)
            self.live.show(snapshot, by)

    async def on_sessions_pane_opened(self, event: SessionsPane.Opened) -> None:
        """Open a session of the active window."""
        from tui.live.screens.detail_screen import DetailScreen

        details = DetailScreen(self._source, "sessions", event.session, self._zone, self._by)
        await self.app.push_screen(details)

    def has_use_for(self, action: str, *, is_empty: bool) -> bool:
        """Say whether a key's action does anything on the present tab."""
        if action in _TABLE_ACTIONS:
            return self.kind is not None and self.kind not in _OWN_PANES
        if action in _LIST_ACTIONS:
            return self.kind not in _OWN_PANES and not (self.kind is None and is_empty)
        return True

    def take_focus(self) -> None:
        """Give the keys to what is shown."""
        pane = self.table or self.own
        if pane is None:
            self.live.take_focus()
        else:
            pane.focus()

    def orders(self, redraw: Callable[[], None]) -> list[tuple[str, Callable[[], None]]]:
        """Return what the list or table shown can be sorted by, and how that is done."""
        table = self.table
        if table is not None:
            return table.orders()
        if self.kind is not None:
            return []

        def sort(number: int) -> None:
            self.live.sessions.sort_by(number)
            redraw()

        return [(name, partial(sort, number)) for number, (name, _) in enumerate(ORDERS)]
