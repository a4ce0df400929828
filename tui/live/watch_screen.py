"""The screen with the tabs: header, tabs, the pane shown, footer."""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen

from engine.agents.names import title_of
from engine.domain.notices import Notice
from engine.domain.reports import SPANS, Span
from engine.domain.snapshots import Snapshot
from tui.live.body import Body
from tui.live.drawing.lines import INK_CLASSES
from tui.live.frame.footer import Footer, Told, footer_view
from tui.live.frame.header import Header, header_view
from tui.live.frame.hit_banner import HitBanner, hit_view, is_held_up
from tui.live.frame.notices import Notices, notices_of, window_unpriced
from tui.live.frame.palette import Command
from tui.live.frame.progress_bar import ProgressBar
from tui.live.frame.tab_bar import PROVIDERS, TABS, TabBar
from tui.live.keys import bindings
from tui.live.source import LiveOptions, Source
from tui.live.words import Basis
from tui.words.format import plain


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
        self._tabs = (*TABS, PROVIDERS) if options.has_providers else TABS
        self._body = Body(source, self._tabs, id="body")
        self._newest: Snapshot | None = None
        self._shown: Snapshot | None = None
        self._by: Basis = "cost"
        self._span: Span = "all"
        self._agents: tuple[str, ...] = ()
        self._agent = ""
        self._is_paused = False

    def compose(self) -> ComposeResult:
        """Lay the lines around the body; only what is needed first is made."""
        yield Header(id="header")
        yield TabBar(self._tabs, id="tabs")
        yield HitBanner(id="hit")
        yield ProgressBar(id="progress")
        yield Notices(id="notices")
        yield self._body
        yield Footer(id="footer")

    def on_mount(self) -> None:
        """Show the first tab as things stand now."""
        self.query_one(TabBar).view = self._body.tab
        self.show(self._source.snapshot())
        self._arrange()
        self._body.take_focus()

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
        return self.query_one(Footer).told

    def tell(self, told: Told | None, seconds: float = 5.0) -> None:
        """Say something in the bottom line for a while, in place of what it said before."""
        if self._has_panes:
            self.query_one(Footer).tell(told, seconds)

    @property
    def keys(self) -> str:
        """The group of keys that goes with the present tab."""
        return self._body.keys

    def hide_notices(self) -> None:
        """Take the notice line away for good; only another error brings it back."""
        self.query_one(Notices).hide(self.notices)

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
        self.query_one(HitBanner).view = hit = hit_view(snapshot)
        self.set_class(hit is not None, "-hit")
        self.set_class(is_held_up(snapshot), "-held-up")
        progress, notices = self.query_one(ProgressBar), self.query_one(Notices)
        progress.set_class(snapshot.progress is not None, "-on")
        progress.view = snapshot.progress
        notices.show(notices_of(snapshot, window_unpriced(snapshot) if self._is_live else ()))
        self.set_class(snapshot.block is None and snapshot.state == "following", "-closed")
        if self.has_class("-empty") != snapshot.is_empty:
            self.set_class(snapshot.is_empty, "-empty")
            self._footer()
        self._body.show(
            snapshot,
            by=self._by,
            span=self._span,
            is_paused=self._is_paused,
            has_demo=self._options.open_demo is not None,
        )

    @property
    def _is_live(self) -> bool:
        """Whether the live panes are shown."""
        return self._body.kind is None

    def _arrange(self) -> None:
        """Lay out the present tab, with the keys that go with it."""
        self.set_class(not self._is_live, "-table")
        self._footer()

    def _footer(self) -> None:
        view = footer_view(
            self._body.kind,
            by=self._by,
            span=self._span,
            is_empty=self.is_empty,
            has_demo=self._options.open_demo is not None,
        )
        self.query_one(Footer).show(view)

    async def action_show_tab(self, number: int) -> None:
        """Go to a tab by its number."""
        if number > len(self._tabs):
            return
        self.query_one(TabBar).view = number
        await self._body.turn_to(number)
        self._arrange()
        self._draw()
        self._body.take_focus()

    async def action_turn_tab(self, step: int) -> None:
        """Go to the next or the previous tab."""
        await self.action_show_tab((self._body.tab - 1 + step) % len(self._tabs) + 1)

    def commands(self) -> list[Command]:
        """Return for the palette what can be done here beside the keys' actions."""
        made = [
            Command(f"Sort by {name}", "", sort) for name, sort in self._body.orders(self._draw)
        ]
        if self.agents:
            made.append(Command("Show all coding agents", "", partial(self.show_agent, "")))
        for agent in self.agents:
            named = f"Show {plain(title_of(agent))} alone"
            made.append(Command(named, "", partial(self.show_agent, agent)))
        return made

    def action_sort_next(self) -> None:
        """Sort by the next column."""
        (self._body.table or self._body.live.sessions).sort_next()
        self._draw()

    def action_sort_reverse(self) -> None:
        """Reverse the order."""
        (self._body.table or self._body.live.sessions).sort_reverse()
        self._draw()

    def action_filter(self) -> None:
        """Filter the table."""
        if (table := self._body.table) is not None:
            table.start_filter()

    def action_back(self) -> None:
        """Clear the filter."""
        if (table := self._body.table) is not None:
            table.clear_filter()

    def action_export(self, form: Literal["csv", "json"]) -> None:
        """Write the table to a file."""
        if (table := self._body.table) is not None:
            table.export(form)

    def action_turn_basis(self) -> None:
        """Draw by cost or by tokens."""
        self._by = "tokens" if self._by == "cost" else "cost"
        self._footer()
        self._draw()

    def action_turn_span(self) -> None:
        """Let the tables reach back over the next span, or draw the other window's burn-up."""
        if self._is_live:
            self._body.live.turn_window()
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
        await self._body.go_over(source)
        self._newest = self._shown = None
        self._agents, self._agent = (), ""
        self._is_paused = False
        self.show(source.snapshot())
        await self.action_show_tab(1)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what the present tab has no use for."""
        if action == "open_demo":
            return self._is_live and self.is_empty and self._options.open_demo is not None
        if not self._body.has_use_for(action, is_empty=self.is_empty):
            return False
        return super().check_action(action, parameters)
