"""The small sheet in which the reset of the 5-hour window is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from engine.domain.mistakes import SettingsError
from engine.domain.snapshots import Snapshot
from engine.domain.typed.clocks import checked_pin, parse_clock
from tui.words.format import clock, zone_at

_ASKED = "The 5-hour window resets at (such as 14:30; nothing unpins it):"


class PinScreen(ModalScreen[tuple[int | None] | None]):
    """Asks for the reset; gives it (`None` inside: unpin), or `None` where nothing changes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "close", id="pin-close"),
    ]

    def __init__(self, clock: Callable[[], int], zone: str) -> None:
        super().__init__()
        self._clock = clock
        self._zone = zone

    def compose(self) -> ComposeResult:
        """Lay question, input and answer under each other."""
        with Vertical(id="pin") as frame:
            frame.border_title = "Pin the reset"
            frame.border_subtitle = "Enter pins · Esc closes"
            yield Static(_ASKED, id="pin-asked", markup=False)
            yield Input(placeholder="14:30", compact=True, id="pin-input", max_length=8)
            yield Static("", id="pin-said", markup=False)

    def on_mount(self) -> None:
        """Take the keys."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def pin(self, event: Input.Submitted) -> None:
        """Give what was typed, or say what is wrong with it."""
        event.stop()
        now = self._clock()
        try:
            said = event.value.strip()
            time = parse_clock(said).next(now, zone_at(now, self._zone)) if said else None
            self.dismiss((None if time is None else checked_pin(time, now),))
        except SettingsError as error:
            self.query_one("#pin-said", Static).update(str(error))


def pinned_sentence(time: int | None, snapshot: Snapshot) -> str:
    """Say what was pinned, and whether anything goes before it."""
    if time is None:
        return "Reset unpinned"
    is_official = snapshot.block is not None and snapshot.block.anchor == "official"
    more = "; the official reset goes before it" if is_official else ""
    return f"Reset pinned at {clock(time, snapshot.zone)}{more}"
