"""What happened to the windows, latest first: a pane of it, and a sheet with all of it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.domain.limit_windows import Event
from engine.domain.snapshots import Snapshot
from tui.live.drawing.lines import SnapshotPane
from tui.live.screens.help_screen import Sheet
from tui.live.words import Basis, day_and_clock
from tui.words import format as fmt
from tui.words.lines import BLANK, Line, Piece, wrapped

_MARKS = {"information": "·", "warning": "!", "error": "!"}
_INKS = {"information": "accent", "warning": "high", "error": "critical"}
_ACTION = "app.events"
_MOST = 12
"""Events that the pane has room for at its highest."""


class EventsView(Struct, frozen=True):
    """What the pane shows: when, how grave, what."""

    events: tuple[tuple[str, str, str], ...]


def events_view(snapshot: Snapshot) -> EventsView:
    """Take from a snapshot what the pane shows."""
    now, zone = snapshot.generated_at, snapshot.zone
    return EventsView(
        tuple(
            (day_and_clock(event.time, now, zone), event.severity, fmt.plain(event.title))
            for event in snapshot.events[:_MOST]
        )
    )


class EventsPane(SnapshotPane):
    """A line for each event; a click shows all of them."""

    TITLE = "Events"

    def show(self, snapshot: Snapshot, by: Basis) -> None:  # noqa: ARG002
        """Show a snapshot."""
        self.view = events_view(snapshot)

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the latest events, as many as there is room for."""
        view = self.view
        if not isinstance(view, EventsView):
            return ()
        if not view.events:
            return [(Piece(" Nothing happened yet.", "muted"),)]
        shown = view.events[:height]
        size = max(len(time) for time, _, _ in shown)
        room = max(1, width - size - 5)
        rows: list[Line] = []
        for place, (time, severity, title) in enumerate(shown):
            # An event's words go over several lines where that costs no other event its own.
            most = max(1, height - len(rows) - (len(shown) - place - 1))
            said = wrapped(title, room) if most > 1 else [title]
            said = said if len(said) <= most else [title]
            rows.append(
                (
                    Piece(f" {fmt.fit(time, size)} ", "muted", _ACTION),
                    Piece(f"{_MARKS[severity]} ", _INKS[severity], _ACTION),
                    Piece(fmt.fit(said[0], room), "plain", _ACTION),
                )
            )
            rows += [(Piece(f"{'':{size + 4}}{row}", "plain", _ACTION),) for row in said[1:]]
        return rows


class EventsScreen(Sheet):
    """All events that are known, each with its sentence."""

    def __init__(self, events: tuple[Event, ...], now: int, zone: str) -> None:
        super().__init__("Events")
        self._events = events
        self._now = now
        self._zone = zone

    def show(self, snapshot: Snapshot) -> None:
        """List what has happened since."""
        if snapshot.events != self._events:
            self._events, self._now = snapshot.events, snapshot.generated_at
            self._fill()

    def lines(self, width: int) -> tuple[Line, ...]:
        """Return every event, broken into lines between words."""
        if not self._events:
            return ((Piece("Nothing happened yet: no limit came near.", "muted"),),)
        lines: list[Line] = []
        for event in self._events:
            time = day_and_clock(event.time, self._now, self._zone)
            lines += [BLANK] if lines else []
            lines.append(
                (
                    Piece(f"{time}  ", "muted"),
                    Piece(f"{_MARKS[event.severity]} ", _INKS[event.severity]),
                    Piece(fmt.plain(event.title), "bold"),
                )
            )
            lines += [(Piece(f"  {row}"),) for row in wrapped(fmt.plain(event.text), width - 4)]
        return tuple(lines)
