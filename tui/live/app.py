"""The full-screen app: takes snapshots, hands them to the screen, warns, quits at once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import ClassVar

from msgspec.structs import replace
from rich.console import Console, RenderableType
from textual.app import App
from textual.binding import BindingType
from textual.events import Event, InputEvent
from textual.notifications import SeverityLevel
from textual.screen import Screen

from engine.agents.names import title_of
from engine.domain.snapshots import Snapshot
from tui.live.frame.announcer import Announcer
from tui.live.frame.footer import Told
from tui.live.frame.palette import Command, Commands, Palette
from tui.live.keys import KEYS, Key, bindings
from tui.live.messages import ChannelFailed, DemoFailed, DemoOpened, Said, SnapshotTaken
from tui.live.source import LiveOptions, Source
from tui.live.themes import THEME_NAMES, THEMES, theme_after
from tui.live.watch_screen import WatchScreen
from tui.words import format as fmt

_TICK = 1.0
_BRIEF, _USUAL = 2.0, 5.0
"""Seconds that the bottom line says something for."""
_BROKEN = 1
"""The return code of an app that an error of its own has ended."""


class LiveApp(App[None]):
    """The live screen of one monitor.

    The monitor's thread posts a message with each new snapshot; besides, one tick a
    second takes one for the clocks. Neither waits for the other.
    """

    TITLE = "ccmon live"
    CSS_PATH = Path(__file__).with_name("live.tcss")
    BINDINGS: ClassVar[list[BindingType]] = bindings("app")
    COMMANDS = {Commands}  # noqa: RUF012  as Textual declares it
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  a variable of instances in Textual
        (0, "-tiny"),
        (50, "-narrow"),
        (80, "-normal"),
        (110, "-wide"),
        (170, "-huge"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012  a variable of instances in Textual
        (0, "-line"),
        (12, "-low"),
        (21, "-short"),
        (34, "-tall"),
        (50, "-full"),
    ]

    def __init__(
        self,
        monitor: Source,
        options: LiveOptions | None = None,
    ) -> None:
        """Draw what a monitor knows."""
        self._options = options or LiveOptions()
        super().__init__(ansi_color=True if self._options.no_color else None)
        self._source = monitor
        self._watch_screen = WatchScreen(monitor, self._options)
        self._revision = -1
        self._announcer: Announcer | None = None
        self._has_warnings = True
        self._is_utc = False
        self._is_leaving = False
        self._error: BaseException | None = None
        # What Textual would show of an error has the values of variables in it.
        self.error_console = Console(file=StringIO())
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
        width, height = self.size
        for size, layouts in (
            (width, self.HORIZONTAL_BREAKPOINTS),
            (height, self.VERTICAL_BREAKPOINTS),
        ):
            self._watch_screen.add_class([name for least, name in layouts if size >= least][-1])
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
        options, snapshot = self._options, self._source.snapshot()
        channels = options.channels
        self._announcer = Announcer(
            replace(channels, bell=channels.bell and options.has_bell),
            zone=fmt.zone_at(snapshot.generated_at, snapshot.zone),
            environment=options.environment,
            notice=self._tell_failure,
            is_offline=options.is_offline,
        )
        self._follow(self._source)
        self.set_interval(_TICK, self._tick)
        self.app_resume_signal.subscribe(self, self._draw_anew)

    def _draw_anew(self, _: object) -> None:
        """Draw all of the picture, which a shell that had the terminal has wiped."""
        self.refresh(layout=True)

    def exit(
        self, result: None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """Leave; keys that were pressed after the one for it find no screen to act on."""
        self._is_leaving = True
        super().exit(result, return_code, message)

    async def on_event(self, event: Event) -> None:
        """Pass over what is typed and clicked while the screen is being put away."""
        if not (self._is_leaving and isinstance(event, InputEvent)):
            await super().on_event(event)

    def bell(self) -> None:
        """Ring; Textual also rings while it handles the error that ends the app: note which."""
        self._error = sys.exc_info()[1] or self._error
        super().bell()

    @property
    def broken_by(self) -> str:
        """What to say where an error of its own has ended the app; empty where none has."""
        if self.return_code != _BROKEN:
            return ""
        from tui.live.terminal.breaking import broken_sentence

        return broken_sentence(self._error)

    def on_unmount(self) -> None:
        """Stop the monitor's thread before the app is gone."""
        self._source.close()
        if self._announcer is not None:
            self._write(self._announcer.close())

    def _follow(self, source: Source) -> None:
        source.start(partial(self._tell, source))

    def _tell(self, source: Source) -> None:
        """Post a new snapshot; runs in the monitor's thread."""
        if source is self._source:
            self.post_message(SnapshotTaken(source.snapshot()))

    def _tick(self) -> None:
        self._take(self._source.snapshot())

    def on_snapshot_taken(self, event: SnapshotTaken) -> None:
        """Show what the monitor's thread posted."""
        self._take(event.snapshot)

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
        announcer = self._announcer
        if announcer is None:
            return
        self._write(announcer.title(snapshot) + announcer.progress(snapshot))
        events = self._source.limits.take_events()
        toasts = announcer.toasts(events, snapshot)
        if not events or not self._has_warnings:
            return
        for event in toasts:
            self.notify(
                fmt.plain(event.text),
                title=fmt.plain(event.title),
                severity=event.severity,
                timeout=10,
                markup=False,
            )
        self._write(announcer.send(events, snapshot.generated_at))

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

    def _write(self, written: bytes) -> None:
        """Send the terminal what is not part of the picture, where Textual draws that."""
        terminal = sys.__stdout__ if sys.platform == "win32" else sys.__stderr__
        if written and terminal is not None and not self.is_headless:
            terminal.write(written.decode())
            terminal.flush()

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
        (time,) = chosen
        self._source.limits.pin_reset(time)
        snapshot = self._source.snapshot()
        self._take(snapshot)
        if time is None:
            self._say("Reset unpinned")
            return
        is_official = snapshot.block is not None and snapshot.block.anchor == "official"
        more = "; the official reset goes before it" if is_official else ""
        self._say(f"Reset pinned at {fmt.clock(time, snapshot.zone)}{more}")

    def action_picture(self) -> None:
        """Write what is on the screen as an SVG into the working directory."""
        from tui.live.new_file import ExportError, write_new
        from tui.terminal.picture import drawn

        snapshot = self._source.snapshot()
        moment = fmt.moment_of(snapshot.generated_at, snapshot.zone)
        stem = f"ccmon-{moment:%Y%m%d-%H%M%S}"
        svg = drawn(self.export_screenshot(title="ccmon live"))
        try:
            path = write_new(Path.cwd(), Path.home(), stem, "svg", svg.encode())
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
        self._has_warnings = not self._has_warnings
        self._say("Warnings on" if self._has_warnings else "Warnings off")

    def on_watch_screen_demo_asked(self) -> None:
        """Write the demo in a thread; the screen goes over to it when it stands."""
        if self._options.open_demo is not None:
            self._say("Making up a demo…")
            Thread(target=self._write_demo, name="demo", daemon=True).start()

    def _write_demo(self) -> None:
        open_demo = self._options.open_demo
        if open_demo is None:
            return
        try:
            source = open_demo()
        except Exception as error:  # noqa: BLE001  the thread's one boundary
            self.post_message(DemoFailed(f"The demo could not be written: {error}"))
        else:
            self.post_message(DemoOpened(source))

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
        screen, watch = (
            self.screen_stack[-2 if len(self.screen_stack) > 1 else -1],
            self._watch_screen,
        )
        made = [
            Command(key.does, key.shown, partial(self._run, key))
            for key in KEYS
            if key.in_palette and self._can(key, screen)
        ]
        if screen is watch:
            made += [Command(f"Sort by {name}", "", sort) for name, sort in watch.orders()]
            if watch.agents:
                made.append(Command("Show all coding agents", "", partial(watch.show_agent, "")))
            for agent in watch.agents:
                named = f"Show {fmt.plain(title_of(agent))} alone"
                made.append(Command(named, "", partial(watch.show_agent, agent)))
        themes = [Command(f"Theme {n}", "", partial(self._choose_theme, n)) for n in THEME_NAMES]
        return [*made, *themes]

    def _can(self, key: Key, screen: Screen[object]) -> bool:
        if key.place == "app":
            return True
        name = key.action.partition("(")[0]
        return screen is self._watch_screen and bool(screen.check_action(name, ()))

    async def _run(self, key: Key) -> None:
        await self.run_action(f"{key.place}.{key.action}")
