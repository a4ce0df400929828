"""Tells what happened to the windows: toasts, bell, the terminal's title and notifications."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import tzinfo

from msgspec import Struct
from msgspec.structs import replace

from engine.domain.levels import BY_GRAVITY, Level
from engine.domain.limit_windows import Event
from engine.domain.snapshots import Snapshot
from engine.domain.system import PLATFORM
from engine.notify.message import Message
from engine.notify.notifier import Notifier
from engine.notify.terminal import BELL, PROGRESS_LASTS, ProgressState
from tui.live.frame.terminal_title import title_text
from tui.live.source import LiveOptions

_RANK = {"information": 0, "warning": 1, "error": 2}
_PROGRESS: dict[Level, ProgressState] = {
    "fine": "normal",
    "half": "normal",
    "high": "warning",
    "critical": "error",
    "reached": "error",
}


class Shown(Struct, frozen=True):
    """What the taskbar or tab shows, and since when."""

    state: ProgressState
    percent: int
    time: int


class Announcer:
    """The channels of one live screen; a headless one has no terminal to write to."""

    def __init__(
        self,
        options: LiveOptions,
        *,
        zone: tzinfo,
        notice: Callable[[str], None],
        is_headless: bool,
    ) -> None:
        channels = options.channels
        self._channels = replace(channels, bell=channels.bell and options.has_bell)
        self._is_headless = is_headless
        self._is_on = True
        self._shown: Shown | None = None
        self._title = ""
        self._first: dict[tuple[str, str], int] | None = None
        self._notifier = Notifier(
            self._channels,
            zone=zone,
            environment=options.environment,
            notice=notice,
            is_offline=options.is_offline,
        )

    def turn(self) -> bool:
        """Turn the warnings on or off; return whether they are on."""
        self._is_on = not self._is_on
        return self._is_on

    def tell(self, events: Sequence[Event], snapshot: Snapshot) -> list[Event]:
        """Show the use in title and taskbar, send events over every channel.

        Returns those that the bottom line is to say.
        """
        self._write(self._title_of(snapshot) + self._progress(snapshot))
        toasts = self._toasts(events, snapshot)
        if not events or not self._is_on:
            return []
        self._write(self._send(events, snapshot.generated_at))
        return toasts

    def _toasts(self, events: Sequence[Event], snapshot: Snapshot) -> list[Event]:
        """Return what the bottom line is to say: the newest of each window, gravest last.

        What the bars said from the start is not told again.
        """
        if self._first is None:
            self._first = {
                (each.owner, each.window): BY_GRAVITY.index(each.level) for each in snapshot.windows
            }
        if not self._channels.toast:
            return []
        newest: dict[tuple[str, str], Event] = {}
        for event in events:
            name = event.owner, event.window
            if event.kind == "reset":
                self._first.pop(name, None)
            is_known = BY_GRAVITY.index(event.level) <= self._first.get(name, -1)
            if self._is_wanted(event) and (event.kind not in ("level", "budget") or not is_known):
                newest[name] = event
        return sorted(newest.values(), key=lambda event: _RANK[event.severity])

    def _send(self, events: Sequence[Event], now: int) -> bytes:
        """Send events over every channel; the bell rings once for all of them."""
        wanted = [event for event in events if self._is_wanted(event)]
        sent = [self._notifier.send(_message(event), now) for event in wanted]
        if self._channels.bell:
            sent[:-1] = [each.removesuffix(BELL) for each in sent[:-1]]
        return b"".join(sent)

    def _is_wanted(self, event: Event) -> bool:
        """Say whether an event is told: that use begins anew only to who wants to know."""
        return event.kind != "reset" or self._channels.open_again

    def _progress(self, snapshot: Snapshot) -> bytes:
        """Show the first window's use in the taskbar, again before the terminal forgets it."""
        if not self._channels.progress:
            return b""
        known = next((each for each in snapshot.windows if each.used_share is not None), None)
        if known is None or known.used_share is None:
            return b""
        now = snapshot.generated_at
        wanted = Shown(_PROGRESS[known.level], int(known.used_share * 100), now)
        shown = self._shown
        if (
            shown is not None
            and (shown.state, shown.percent) == (wanted.state, wanted.percent)
            and now - shown.time < PROGRESS_LASTS // 2
        ):
            return b""
        self._shown = wanted
        return self._notifier.progress(wanted.state, wanted.percent)

    def _title_of(self, snapshot: Snapshot) -> bytes:
        """Name the terminal's window or tab by what is left, once for each new answer."""
        wanted = title_text(snapshot)
        if wanted == self._title:
            return b""
        self._title = wanted
        return self._notifier.title(wanted)

    def close(self) -> None:
        """End the channels, and take progress and title away again."""
        self._notifier.close()
        self._write(self._notifier.cleared())

    def _write(self, written: bytes) -> None:
        """Send the terminal what is not part of the picture, where Textual draws that."""
        terminal = sys.__stdout__ if PLATFORM == "win32" else sys.__stderr__
        if written and terminal is not None and not self._is_headless:
            with suppress(OSError):  # a terminal that is gone has no title to give back
                terminal.write(written.decode())
                terminal.flush()


def _message(event: Event) -> Message:
    return Message(
        kind="reset" if event.kind == "cleared" else event.kind,
        title=event.title,
        text=event.text,
        severity=event.severity,
        window=event.window,
        time=event.time,
    )
