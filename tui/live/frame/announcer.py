"""Tells what happened to the windows: toasts, bell, the terminal's title and notifications."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo

from msgspec import Struct

from engine.domain.limit_windows import Event, WindowLevel
from engine.domain.snapshots import Snapshot
from engine.notify.channels import Channels
from engine.notify.message import Message
from engine.notify.notifier import Notifier
from engine.notify.terminal import BELL, PROGRESS_LASTS, ProgressState
from tui.live.frame.terminal_title import title_text

_RANK = {"information": 0, "warning": 1, "error": 2}
_LEVELS: tuple[WindowLevel, ...] = ("fine", "half", "high", "critical", "reached")
_PROGRESS: dict[WindowLevel, ProgressState] = {
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
    """The channels of one live screen; it returns the bytes that the app is to write."""

    def __init__(
        self,
        channels: Channels,
        *,
        zone: tzinfo,
        environment: Mapping[str, str],
        notice: Callable[[str], None],
        is_offline: bool,
    ) -> None:
        self._channels = channels
        self._shown: Shown | None = None
        self._title = ""
        self._first: dict[tuple[str, str], int] | None = None
        self._notifier = Notifier(
            channels,
            zone=zone,
            environment=environment,
            notice=notice,
            is_offline=is_offline,
        )

    def toasts(self, events: Sequence[Event], snapshot: Snapshot) -> list[Event]:
        """Return what the bottom line is to say: the newest of each window, gravest last.

        What the bars said from the start is not told again.
        """
        if self._first is None:
            self._first = {
                (each.owner, each.window): _LEVELS.index(each.level) for each in snapshot.windows
            }
        if not self._channels.toast:
            return []
        newest: dict[tuple[str, str], Event] = {}
        for event in events:
            name = event.owner, event.window
            if event.kind == "reset":
                self._first.pop(name, None)
            is_known = _LEVELS.index(event.level) <= self._first.get(name, -1)
            if self._is_wanted(event) and (event.kind not in ("level", "budget") or not is_known):
                newest[name] = event
        return sorted(newest.values(), key=lambda event: _RANK[event.severity])

    def send(self, events: Sequence[Event], now: int) -> bytes:
        """Send events over every channel; the bell rings once for all of them."""
        wanted = [event for event in events if self._is_wanted(event)]
        sent = [self._notifier.send(_message(event), now) for event in wanted]
        if self._channels.bell:
            sent[:-1] = [each.removesuffix(BELL) for each in sent[:-1]]
        return b"".join(sent)

    def _is_wanted(self, event: Event) -> bool:
        """Say whether an event is told: that use begins anew only to who wants to know."""
        return event.kind != "reset" or self._channels.open_again

    def progress(self, snapshot: Snapshot) -> bytes:
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

    def title(self, snapshot: Snapshot) -> bytes:
        """Name the terminal's window or tab by what is left, once for each new answer."""
        wanted = title_text(snapshot)
        if wanted == self._title:
            return b""
        self._title = wanted
        return self._notifier.title(wanted)

    def close(self) -> bytes:
        """End the channels; return what takes progress and title away again."""
        self._notifier.close()
        return self._notifier.cleared()


def _message(event: Event) -> Message:
    return Message(
        kind="reset" if event.kind == "cleared" else event.kind,
        title=event.title,
        text=event.text,
        severity=event.severity,
        window=event.window,
        time=event.time,
    )
