"""The bottom line: the keys that matter where the user is."""

from __future__ import annotations

from msgspec import Struct

from tui.live.drawing.lines import BLANK, Line, OneLine, Piece, cells, ends, joined
from tui.live.keys import BY_ID

LIVE_KEYS = (
    "quit", "help", "next-tab", "open", "sort", "basis", "pause", "events", "zone", "theme",
)  # fmt: skip
TABLE_KEYS = (
    "quit", "help", "next-tab", "open", "filter", "sort", "reverse", "span", "basis", "export",
)  # fmt: skip
GRAPH_KEYS = (
    "quit", "help", "next-tab", "week-back", "open-day", "year-back", "basis", "pause", "theme",
)  # fmt: skip
EMPTY_KEYS = ("quit", "help", "demo", "theme")


class FooterView(Struct, frozen=True):
    """Which keys are shown, and what their settings stand at."""

    ids: tuple[str, ...]
    status: str


class Footer(OneLine):
    """One line of keys; a click on one is as good as pressing it."""

    def line(self, width: int) -> Line:
        """Return as many keys as fit, and the settings where there is room."""
        view = self.view
        if not isinstance(view, FooterView):
            return BLANK
        parts: list[Line] = []
        for name in view.ids:
            key = BY_ID[name]
            place = key.place if key.place in ("app", "screen") else "focused"
            action = f"{place}.{key.action}"
            first = key.shown.split()[0]
            parts.append((Piece(first, "key", action), Piece(f" {key.label}", "muted", action)))
        status: Line = (Piece(f"{view.status} ", "muted"),)
        return ends((Piece(" "), *joined(parts, width - cells(status) - 2)), status, width)
