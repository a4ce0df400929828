"""The bottom line: the keys that matter where the user is, or for a while what is to be told."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace
from rich.cells import cell_len
from textual.timer import Timer

from engine.domain.reports import Span
from tui.live.drawing.lines import OneLine
from tui.live.frame.tab_bar import TabKind
from tui.live.keys import BY_ID
from tui.live.words import Basis
from tui.words import format as fmt
from tui.words.lines import BLANK, Line, Piece, cells, ends, joined

Severity = Literal["information", "warning", "error"]
_MARKS: dict[Severity, tuple[str, str]] = {
    "information": ("", "bold"),
    "warning": ("! ", "high"),
    "error": ("! ", "critical"),
}
_LEAST_SENTENCE = 12
"""A sentence in fewer cells says nothing."""
_AWAY = "app.dismiss"

_LIVE_KEYS = (
    "quit", "help", "next-tab", "open", "sort", "basis", "span", "pause", "events", "zone",
    "theme",
)  # fmt: skip
_TABLE_KEYS = (
    "quit", "help", "next-tab", "open", "filter", "sort", "reverse", "span", "basis", "export",
)  # fmt: skip
_GRAPH_KEYS = (
    "quit", "help", "next-tab", "week-back", "open-day", "year-back", "basis", "pause", "theme",
)  # fmt: skip
_PROVIDERS_KEYS = (
    "quit", "help", "next-tab", "scroll-up", "scroll-page-up", "zone", "theme",
)  # fmt: skip
_EMPTY_KEYS = ("quit", "help", "demo", "theme")


class Told(Struct, frozen=True):
    """Something that happened, in a few words and in a sentence."""

    title: str
    text: str
    severity: Severity

    def line(self, width: int) -> Line:
        """Return the words, and as much of the sentence as has room; a click puts it away."""
        mark, ink = _MARKS[self.severity]
        head = f"{mark}{self.title}"
        room = width - cell_len(head) - 4
        line: Line = (Piece(f" {fmt.fit(head, min(cell_len(head), width - 1))}", ink, _AWAY),)
        if self.text and room >= _LEAST_SENTENCE:
            between = " · " if self.title else ""
            line += (Piece(between + fmt.fit(self.text, room - len(between)), "plain", _AWAY),)
        return line


class FooterView(Struct, frozen=True):
    """Which keys are shown, and what their settings stand at."""

    ids: tuple[str, ...]
    status: str
    told: Told | None = None


def footer_view(
    tab: TabKind | None,
    *,
    by: Basis,
    span: Span,
    is_empty: bool,
    has_demo: bool,
) -> FooterView:
    """Return the keys of a tab, which is `None` for the live panes, and how it is shown."""
    if tab is not None:
        if tab == "providers":
            return FooterView(_PROVIDERS_KEYS, "")
        reach = "all time" if span == "all" else f"last {span}"
        status = f"by {by}" if tab == "graph" else f"{reach} · by {by}"
        ids = _GRAPH_KEYS if tab == "graph" else _TABLE_KEYS
        return FooterView(ids, "" if is_empty else status)
    if is_empty:
        keys = tuple(name for name in _EMPTY_KEYS if has_demo or name != "demo")
        return FooterView(keys, "")
    return FooterView(_LIVE_KEYS, "" if by == "cost" else f"plots by {by}")


class Footer(OneLine):
    """One line of keys; a click on one is as good as pressing it.

    What is to be told takes the place of the keys for a while, so that it covers no figure.
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._until: Timer | None = None

    @property
    def told(self) -> Told | None:
        """What is told in place of the keys."""
        return self.view.told if isinstance(self.view, FooterView) else None

    def show(self, view: FooterView) -> None:
        """Show other keys; what is told stays."""
        self.view = replace(view, told=self.told)

    def tell(self, told: Told | None, seconds: float) -> None:
        """Say something for a while, in place of what was said before."""
        if self._until is not None:
            self._until.stop()
        self._until = None if told is None else self.set_timer(seconds, self._untell)
        if isinstance(self.view, FooterView):
            self.view = replace(self.view, told=told)

    def _untell(self) -> None:
        self.tell(None, 0)

    def line(self, width: int) -> Line:
        """Return what is told, else as many keys as fit, and the settings where there is room."""
        view = self.view
        if not isinstance(view, FooterView):
            return BLANK
        if view.told is not None:
            return view.told.line(width)
        parts: list[Line] = []
        for name in view.ids:
            key = BY_ID[name]
            place = key.place if key.place in ("app", "screen") else "focused"
            action = f"{place}.{key.action}"
            first = key.shown.split()[0]
            parts.append((Piece(first, "key", action), Piece(f" {key.label}", "muted", action)))
        status: Line = (Piece(f"{view.status} ", "muted"),)
        return ends((Piece(" "), *joined(parts, width - cells(status) - 2)), status, width)
