"""The screen with the tabs: header, tabs, the pane shown, footer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer

from engine.agents.names import title_of
from engine.domain.notices import Notice
from engine.domain.reports import SPANS, Span
from engine.domain.snapshots import Snapshot
from tui.live.drawing.lines import INK_CLASSES
from tui.live.frame.footer import (
    EMPTY_KEYS,
    GRAPH_KEYS,
    LIVE_KEYS,
    TABLE_KEYS,
    Footer,
    FooterView,
    Told,
)
from tui.live.frame.header import Header, header_view
from tui.live.frame.hit_banner import HitBanner, hit_view
from tui.live.frame.notices import Notices, notices_of, window_unpriced
from tui.live.frame.progress_bar import ProgressBar
from tui.live.frame.status_line import StatusLine, status_view
from tui.live.frame.tab_bar import TABS, TabBar, TabKind
from tui.live.keys import bindings
from tui.live.panes.live import LivePane
from tui.live.panes.sessions import ORDERS, SessionsPane
from tui.live.screens.empty_screen import EmptyScreen, EmptyView
from tui.live.source import LiveOptions, Source
from tui.live.words import Basis
from tui.words.format import moment_of

if TYPE_CHECKING:
    from tui.live.graph.graph_pane import GraphPane
    from tui.live.report.report_pane import ReportPane

_TABLE_ACTIONS = ("filter", "export")
_LIST_ACTIONS = ("sort_next", "sort_reverse")


class WatchScreen(Screen[None]):
    """Shows snapshots; tables are mounted when first looked at."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("screen")
    COMPONENT_CLASSES: ClassVar[set[str]] = INK_CLASSES

    class DemoAsked(Message):
        """The user wants the demo."""

    def __init__(self, source: Source, options: LiveOptions) -> None:
        super().__init__()
        self._source = source
        self._options = options
        self._newest: Snapshot | None = None
        self._shown: Snapshot | None = None
        self._tab = 1
        self._by: Basis = "cost"
        self._span: Span = "all"
        self._agents: tuple[str, ...] = ()
        self._agent = ""
        self._is_paused = False
        self._hidden: frozenset[Notice] | None = None
        self._told: Told | None = None
        self._told_until: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay the lines around the body; only what is needed first is made."""
        yield Header(id="header")
        yield TabBar(id="tabs")
        yield HitBanner(id="hit")
        yield ProgressBar(id="progress")
        yield Notices(id="notices")
        with Container(id="body"):
            yield StatusLine(id="status")
            yield EmptyScreen(id="empty")
            yield LivePane(id="live")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """Show the first tab as things stand now."""
        self.query_one(TabBar).view = self._tab
        self.show(self._source.snapshot())
        self._arrange()
        self.query_one(LivePane).take_focus()

    def on_resize(self) -> None:
        """Show again what a size left out."""
        self._draw()

    @property
    def notices(self) -> tuple[Notice, ...]:
        """All there is to tell, also what the line leaves out or the user has hidden."""
        newest = self._newest
        return notices_of(newest, newest.unpriced) if newest else ()

    @property
    def shown(self) -> Snapshot | None:
        """What is on the screen, `None` before the first snapshot."""
        return self._shown

    @property
    def told(self) -> Told | None:
        """What the bottom line says instead of the keys."""
        return self._told

    def tell(self, told: Told | None, seconds: float = 5.0) -> None:
        """Say something in the bottom line for a while, in place of what it said before."""
        if self._told_until is not None:
            self._told_until.stop()
        self._told = told
        self._told_until = None if told is None else self.set_timer(seconds, self._untell)
        if self._has_panes:
            self._footer()

    def _untell(self) -> None:
        self.tell(None)

    @property
    def keys(self) -> str:
        """The group of keys that goes with the present tab."""
        if self._kind == "graph":
            return "The graph"
        return "What is shown" if self._tab == 1 else "Lists and tables"

    def hide_notices(self) -> None:
        """Take the notice line away for good; only another error brings it back."""
        self._hidden = (self._hidden or frozenset()) | frozenset(self.notices)
        self._draw()

    def _noticed(self, snapshot: Snapshot) -> tuple[Notice, ...]:
        """Return what the notice line says; tables name models without a price themselves."""
        hidden = self._hidden
        said = notices_of(snapshot, window_unpriced(snapshot) if self._tab == 1 else ())
        if hidden is None:
            return said
        return tuple(each for each in said if each.severity == "error" and each not in hidden)

    @property
    def is_following(self) -> bool:
        """Whether the first reading is done, and shown."""
        return self._shown is not None and self._shown.state == "following"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read."""
        return self._shown is not None and self._shown.is_empty

    def show(self, snapshot: Snapshot) -> None:
        """Show a snapshot, or keep it for later while the screen is frozen."""
        self._newest = snapshot
        if not self._agent:
            self._agents = snapshot.agents
        if not self._is_paused or self._shown is None:
            self._shown = snapshot
        self._draw()

    @property
    def _has_panes(self) -> bool:
        """Whether there is something to draw on: a timer may come before it and after it."""
        return self.is_mounted and bool(self.query(Header)) and bool(self.query(Footer))

    def _draw(self) -> None:
        """Hand the snapshot shown to what is visible."""
        snapshot = self._shown
        if snapshot is None or not self._has_panes:
            return
        self.query_one(Header).view = header_view(
            snapshot,
            is_paused=self._is_paused,
            is_demo=self._options.is_demo,
            agent=self._agent,
        )
        banner = self.query_one(HitBanner)
        banner.view = hit_view(snapshot)
        self.set_class(banner.view is not None, "-hit")
        progress, notices = self.query_one(ProgressBar), self.query_one(Notices)
        progress.set_class(snapshot.progress is not None, "-on")
        progress.view = snapshot.progress
        notices.view = self._noticed(snapshot)
        notices.set_class(bool(notices.view), "-on")
        is_closed = snapshot.block is None and snapshot.state == "following"
        self.set_class(is_closed, "-closed")
        if self.has_class("-empty") != snapshot.is_empty:
            self.set_class(snapshot.is_empty, "-empty")
            self._footer()
        table, graph = self._table(), self._graph()
        if table is not None:
            table.show(snapshot.revision, by=self._by, span=self._span, zone=snapshot.zone)
        elif graph is not None:
            today = moment_of(snapshot.generated_at, snapshot.zone).date()
            graph.show(snapshot.revision, by=self._by, today=today, zone=snapshot.zone)
        elif snapshot.is_empty:
            self.query_one(EmptyScreen).view = EmptyView(
                snapshot.places, self._options.open_demo is not None
            )
        else:
            self.query_one(StatusLine).view = status_view(snapshot, self._is_paused)
            self.query_one(LivePane).show(snapshot, self._by)

    def _table(self) -> ReportPane | None:
        """Return the table shown, `None` on other tabs or before it is mounted."""
        kind = self._kind
        if kind is None or kind == "graph":
            return None
        from tui.live.report.report_pane import ReportPane

        found = self.query(f"#report-{kind}").results(ReportPane)
        return next(iter(found), None)

    def _graph(self) -> GraphPane | None:
        """Return the graph, `None` on other tabs or before it is mounted."""
        if self._kind != "graph":
            return None
        from tui.live.graph.graph_pane import GraphPane

        return next(iter(self.query("#report-graph").results(GraphPane)), None)

    @property
    def _kind(self) -> TabKind | None:
        """What the present tab shows."""
        return TABS[self._tab - 1][1]

    def _arrange(self) -> None:
        """Show the body of the present tab and the keys that go with it."""
        kind = self._kind
        self.set_class(kind is not None, "-table")
        for pane in self.query("#body > .report"):
            pane.display = pane.id == f"report-{kind}"
        self._footer()

    def _footer(self) -> None:
        is_graph = self._kind == "graph"
        ids: tuple[str, ...] = (
            LIVE_KEYS if self._tab == 1 else GRAPH_KEYS if is_graph else TABLE_KEYS
        )
        if self._tab == 1 and self.is_empty:
            ids = (
                EMPTY_KEYS
                if self._options.open_demo
                else tuple(name for name in EMPTY_KEYS if name != "demo")
            )
        by = f"by {self._by}"
        span = "all time" if self._span == "all" else f"last {self._span}"
        has_span = self._tab != 1 and not is_graph
        status = "" if self.is_empty else by if not has_span else f"{span} · {by}"
        self.query_one(Footer).view = FooterView(ids, status, self._told)

    async def action_show_tab(self, number: int) -> None:
        """Go to a tab by its number."""
        self._tab = number
        self.query_one(TabBar).view = number
        kind = self._kind
        if kind is not None and not self.query(f"#report-{kind}"):
            await self._mount(kind)
        self._arrange()
        self._draw()
        pane = self._table() or self._graph()
        if pane is None:
            self.query_one(LivePane).take_focus()
        else:
            pane.focus()

    async def _mount(self, kind: TabKind) -> None:
        pane = self._made(kind)
        pane.add_class("report")
        await self.query_one("#body").mount(pane)

    def _made(self, kind: TabKind) -> GraphPane | ReportPane:
        """Return a new pane for a tab."""
        if kind == "graph":
            from tui.live.graph.graph_pane import GraphPane

            return GraphPane(self._source, id="report-graph")
        from tui.live.report.report_pane import ReportPane

        return ReportPane(kind, self._source, id=f"report-{kind}")

    async def action_turn_tab(self, step: int) -> None:
        """Go to the next or the previous tab."""
        await self.action_show_tab((self._tab - 1 + step) % len(TABS) + 1)

    def orders(self) -> list[tuple[str, Callable[[], None]]]:
        """Return what the list or table shown can be sorted by, and how that is done."""
        table = self._table()
        if table is not None:
            return table.orders()
        return [] if self._tab != 1 else self._orders_of_sessions()

    def _orders_of_sessions(self) -> list[tuple[str, Callable[[], None]]]:
        def sort(number: int) -> None:
            self.query_one(LivePane).sort_by(number)
            self._draw()

        return [(name, partial(sort, number)) for number, (name, _) in enumerate(ORDERS)]

    def action_sort_next(self) -> None:
        """Sort by the next column."""
        table = self._table() or self.query_one(LivePane)
        table.sort_next()
        self._draw()

    def action_sort_reverse(self) -> None:
        """Reverse the order."""
        table = self._table() or self.query_one(LivePane)
        table.sort_reverse()
        self._draw()

    def action_filter(self) -> None:
        """Filter the table."""
        if (table := self._table()) is not None:
            table.start_filter()

    def action_back(self) -> None:
        """Clear the filter."""
        if (table := self._table()) is not None:
            table.clear_filter()

    def action_export(self, form: Literal["csv", "json"]) -> None:
        """Write the table to a file."""
        if (table := self._table()) is not None:
            table.export(form)

    def action_turn_basis(self) -> None:
        """Draw by cost or by tokens."""
        self._by = "tokens" if self._by == "cost" else "cost"
        self._footer()
        self._draw()

    def action_turn_span(self) -> None:
        """Let the tables reach back over the next span, or draw the other window's burn-up."""
        if self._tab == 1:
            self.query_one(LivePane).turn_window()
            self._draw()
            return
        self._span = SPANS[(SPANS.index(self._span) + 1) % len(SPANS)]
        self._footer()
        self._draw()

    @property
    def agents(self) -> tuple[str, ...]:
        """The coding agents that can be shown alone, none where there is only one."""
        return self._agents if len(self._agents) > 1 else ()

    def action_turn_agent(self) -> None:
        """Show the next coding agent alone, after the last one all."""
        choices = ("", *self.agents)
        place = choices.index(self._agent) if self._agent in choices else 0
        self.show_agent(choices[(place + 1) % len(choices)])

    def show_agent(self, agent: str) -> None:
        """Show one coding agent alone, or all for an empty name."""
        if not self.agents:
            said = title_of(self._agents[0]) if self._agents else "No coding agent"
            self.notify(f"{said} alone was found: ccmon agents --all", timeout=3, markup=False)
            return
        self._agent = agent
        self._source.show_agents((agent,) if agent else ())
        self._draw()

    def action_pause(self) -> None:
        """Freeze the screen, or show the newest again."""
        self._is_paused = not self._is_paused
        if not self._is_paused:
            self._shown = self._newest
        self._draw()

    def action_refresh_now(self) -> None:
        """Look for new lines now."""
        self._source.refresh()
        self.notify("Looked for new lines", timeout=1.5, markup=False)

    def action_open_demo(self) -> None:
        """Ask for the demo."""
        self.post_message(self.DemoAsked())

    async def go_over(self, source: Source, options: LiveOptions) -> None:
        """Show another monitor from here on."""
        self._source, self._options = source, options
        await self.query("#body > .report").remove()
        self._newest = self._shown = None
        self._agents, self._agent = (), ""
        self._is_paused = False
        self.show(source.snapshot())
        await self.action_show_tab(1)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what the present tab has no use for."""
        if action in (*_TABLE_ACTIONS, *_LIST_ACTIONS, "turn_span") and self._kind == "graph":
            return False
        if action in _TABLE_ACTIONS:
            return self._tab != 1
        if action in (*_LIST_ACTIONS, "turn_span"):
            return self._tab != 1 or not self.is_empty
        if action == "open_demo":
            return self._tab == 1 and self.is_empty and self._options.open_demo is not None
        return super().check_action(action, parameters)

    async def on_sessions_pane_opened(self, event: SessionsPane.Opened) -> None:
        """Open a session of the active window."""
        from tui.live.screens.detail_screen import DetailScreen

        zone = self._shown.zone if self._shown else "UTC"
        details = DetailScreen(self._source, "sessions", event.session, zone, self._by)
        await self.app.push_screen(details)
