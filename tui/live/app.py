"""The full-screen app: takes snapshots, hands them to the screen, warns, quits at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from msgspec.structs import replace
from textual.binding import BindingType
from textual.notifications import SeverityLevel
from textual.screen import Screen

from engine.domain.snapshots import Snapshot
from tui.live.demo import begin_demo
from tui.live.frame.announcer import Announcer
from tui.live.frame.footer import Told
from tui.live.frame.palette import Command, Commands, Palette, commands_of_keys
from tui.live.keys import bindings
from tui.live.layouts import HORIZONTAL, VERTICAL, layouts_of
from tui.live.messages import ChannelFailed, DemoFailed, DemoOpened, Said, SnapshotTaken
from tui.live.slot import Slot
from tui.live.source import LiveOptions, Source
from tui.live.terminal.end import EndingApp
from tui.live.themes import THEME_NAMES, THEMES, theme_after
from tui.live.watch_screen import WatchScreen
from tui.words import format as fmt

_TICK = 1.0
_BRIEF, _USUAL = 2.0, 5.0
"""Seconds that the bottom line says something for."""


class LiveApp(EndingApp):
    """The live screen of one monitor.

    The monitor's thread puts each new snapshot into a slot, and posts a message where none
    waits; besides, one tick a second takes one for the clocks. Neither waits for the other.
    """

    TITLE = "ccmon live"
    CSS_PATH = Path(__file__).with_name("live.tcss")
    BINDINGS: ClassVar[list[BindingType]] = bindings("app")
    COMMANDS = {Commands}  # noqa: RUF012  as Textual declares it
    HORIZONTAL_BREAKPOINTS = HORIZONTAL
    VERTICAL_BREAKPOINTS = VERTICAL

    def __init__(self, monitor: Source, options: LiveOptions | None = None) -> None:
        """Draw what a monitor knows."""
        self._options = options or LiveOptions()
        super().__init__(ansi_color=True if self._options.no_color else None)
        self._source = monitor
        self._watch_screen = WatchScreen(monitor, self._options)
        self._slot = Slot()
        self._revision = -1
        self._announcer: Announcer | None = None
        self._is_utc = False
        self._then: Callable[[], None] = lambda: None
        for theme in THEMES:
            self.register_theme(theme)
        wanted = self._options.theme
        self.theme = wanted if wanted in THEME_NAMES else THEME_NAMES[0]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the first theme's inks, for themes that have none of their own."""
        return dict(THEMES[0].variables)

    def get_default_screen(self) -> Screen[None]:
        """Return the screen with the tabs, its first layout the right one at once."""
        self._watch_screen.add_class(*layouts_of(*self.size))
        return self._watch_screen

    @property
    def is_following(self) -> bool:
        """Whether the first reading is done, and shown."""
        return self._watch_screen.is_following

    def when_shown(self, then: Callable[[], None]) -> None:
        """Call this once the screen stands."""
        self._then = then

    def on_ready(self) -> None:
        """Start following, once the screen stands."""
        self._then()
        snapshot = self._source.snapshot()
        self._announcer = Announcer(
            self._options,
            zone=fmt.zone_at(snapshot.generated_at, snapshot.zone),
            is_headless=self.is_headless,
            notice=self._tell_failure,
        )
        self._follow(self._source)
        self.set_interval(_TICK, self._tick)
        self.app_resume_signal.subscribe(self, self._draw_anew)

    def _draw_anew(self, _: object) -> None:
        """Draw all of the picture, which a shell that had the terminal has wiped."""
        self.refresh(layout=True)

    def on_unmount(self) -> None:
        """Stop the monitor's thread before the app is gone."""
        self._source.close()
        if self._announcer is not None:
            self._announcer.close()

    def _follow(self, source: Source) -> None:
        self._slot = Slot()
        source.start(partial(self._tell, source, self._slot))

    def _tell(self, source: Source, slot: Slot) -> None:
        """Put a new snapshot into the source's slot; runs in the monitor's threads."""
        if slot.put(source.snapshot()):
            self.post_message(SnapshotTaken())

    def _tick(self) -> None:
        self._take(self._source.snapshot())

    def on_snapshot_taken(self) -> None:
        """Show the newest that the monitor's thread took."""
        if (snapshot := self._slot.take()) is not None:
            self._take(snapshot)

    def _take(self, snapshot: Snapshot) -> None:
        """Show a snapshot unless a newer one was shown already, and warn."""
        if snapshot.revision < self._revision:
            return
        self._revision = snapshot.revision
        self._watch_screen.show(snapshot)
        if self.screen is not self._watch_screen:
            self._show_above(snapshot)
        if snapshot.state == "following":
            self._warn(snapshot)

    def _show_above(self, snapshot: Snapshot) -> None:
        """Keep details or events that lie over the tabs up to date."""
        from tui.live.panes.events import EventsScreen
        from tui.live.screens.detail_screen import DetailScreen

        if isinstance(self.screen, DetailScreen):
            self.screen.show(snapshot.revision)
        elif isinstance(self.screen, EventsScreen):
            self.screen.show(snapshot)

    def _warn(self, snapshot: Snapshot) -> None:
        """Tell what happened since the last time, and show the use in the taskbar."""
        if self._announcer is None:
            return
        for event in self._announcer.tell(self._source.limits.take_events(), snapshot):
            self.notify(
                fmt.plain(event.text),
                title=fmt.plain(event.title),
                severity=event.severity,
                timeout=10,
                markup=False,
            )

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,  # noqa: ARG002  nothing said here is ever markup
    ) -> None:
        """Say something in the bottom line: there it covers no figure at any size."""
        told = Told(fmt.plain(title), fmt.plain(message), severity)
        self.post_message(Said(told, timeout or _USUAL))

    def on_said(self, event: Said) -> None:
        """Show in the bottom line what any thread said."""
        self._watch_screen.tell(event.told, event.seconds)

    def clear_notifications(self) -> None:
        """Put away what the bottom line says."""
        self._watch_screen.tell(None)

    def _tell_failure(self, text: str) -> None:
        """Post that a channel failed; runs in the channel's thread."""
        self.post_message(ChannelFailed(text))

    def on_channel_failed(self, event: ChannelFailed) -> None:
        """Say which channel could not be used."""
        self.notify(fmt.plain(event.text), severity="warning", timeout=10, markup=False)

    def _say(self, text: str) -> None:
        self.notify(text, timeout=_BRIEF, markup=False)

    def action_help(self) -> None:
        """Show the keys, or put them away."""
        from tui.live.screens.help_screen import HelpScreen

        self.push_screen(HelpScreen(self._watch_screen.keys))

    def action_command_palette(self) -> None:
        """Open the command palette."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def action_notices(self) -> None:
        """Show all notices in full."""
        from tui.live.screens.help_screen import NoticesScreen

        self.push_screen(NoticesScreen(self._watch_screen.notices))

    def action_events(self) -> None:
        """Show all that happened to the windows."""
        from tui.live.panes.events import EventsScreen

        if (shown := self._watch_screen.shown) is not None:
            self.push_screen(EventsScreen(shown.events, shown.generated_at, shown.zone))

    def action_pin_reset(self) -> None:
        """Ask when the 5-hour window resets."""
        from tui.live.screens.pin_screen import PinScreen

        zone = self._source.snapshot().zone
        self.push_screen(PinScreen(lambda: self._source.snapshot().generated_at, zone), self._pin)

    def _pin(self, chosen: tuple[int | None] | None) -> None:
        """Pin or unpin the reset, and show at once what follows from it."""
        if chosen is None:
            return
        from tui.live.screens.pin_screen import pinned_sentence

        (time,) = chosen
        self._source.limits.pin_reset(time)
        snapshot = self._source.snapshot()
        self._take(snapshot)
        self._say(pinned_sentence(time, snapshot))

    def action_picture(self) -> None:
        """Write what is on the screen as an SVG into the working directory."""
        from tui.live.new_file import ExportError, write_picture

        svg = self.export_screenshot(title="ccmon live")
        snapshot = self._source.snapshot()
        try:
            path = write_picture(svg, fmt.moment_of(snapshot.generated_at, snapshot.zone))
        except ExportError as error:
            self.notify(str(error), severity="error")
        else:
            self._say(f"The picture was written to {path}")

    def action_dismiss(self) -> None:
        """Put what is told and the notice line away."""
        self.clear_notifications()
        self._watch_screen.hide_notices()

    def action_turn_theme(self) -> None:
        """Go to the next theme."""
        self._choose_theme(theme_after(self.theme))

    def _choose_theme(self, name: str) -> None:
        self.theme = name
        self._say(f"Theme {name}")
        if self._options.on_theme is not None:
            self._options.on_theme(name)

    def action_turn_zone(self) -> None:
        """Show times in UTC, or in the user's zone again."""
        self._is_utc = not self._is_utc
        self._source.set_zone("UTC" if self._is_utc else self._options.zone)
        snapshot = self._source.snapshot()
        self._take(snapshot)
        self._say(f"Times in {snapshot.zone}")

    def action_turn_warnings(self) -> None:
        """Turn the warnings on or off."""
        if self._announcer is not None:
            self._say("Warnings on" if self._announcer.turn() else "Warnings off")

    def on_watch_screen_demo_asked(self) -> None:
        """Write the demo in a thread; the screen goes over to it when it stands."""
        if self._options.open_demo is not None:
            self._say("Making up a demo…")
            begin_demo(self._options.open_demo, self.post_message)

    def on_demo_failed(self, event: DemoFailed) -> None:
        """Say why there is no demo."""
        self.notify(fmt.plain(event.text), severity="error", timeout=15, markup=False)

    async def on_demo_opened(self, event: DemoOpened) -> None:
        """Go over to the demo's monitor."""
        before, self._source = self._source, event.source
        before.close()
        self._options = replace(self._options, is_demo=True)
        self._revision = -1
        await self._watch_screen.go_over(event.source, self._options)
        self._follow(event.source)

    def commands(self) -> list[Command]:
        """Return for the palette all that can be done on the present screen."""
        stack, watch = self.screen_stack, self._watch_screen
        below = stack[-2 if len(stack) > 1 else -1]
        themes = [Command(f"Theme {n}", "", partial(self._choose_theme, n)) for n in THEME_NAMES]
        on_tabs = watch.commands() if below is watch else []
        keys = commands_of_keys(below, is_on_tabs=below is watch, run=self.run_action)
        return [*keys, *on_tabs, *themes]
