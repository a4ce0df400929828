"""The line of tabs."""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.report_definitions import tabs
from engine.domain.reports import ReportKind
from tui.live.drawing.lines import OneLine
from tui.words.lines import Line, Piece

TabKind = ReportKind
"""The key of a report's tab, or `graph`."""

TABS: tuple[tuple[str, TabKind | None], ...] = (
    ("Live", None),
    *((tab.title, tab.key) for tab in tabs()),
    ("Graph", "graph"),
)
"""Every tab's name and what it shows, mostly a report; the first is the live panes."""
PROVIDERS: tuple[str, TabKind] = ("Providers", "providers")
"""The tab behind them, where a provider of models is enabled."""
_SHORT = {"Daily": "Day", "Weekly": "Week", "Monthly": "Month"}


class TabBar(OneLine):
    """All tabs in a line; the view is the number of the one shown, a click shows another."""

    def __init__(
        self, tabs: Sequence[tuple[str, TabKind | None]] = TABS, *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._tabs = tabs

    def line(self, width: int) -> Line:
        """Return the line in the roomiest form that fits."""
        present = self.view if isinstance(self.view, int) else 1
        names = [name for name, _ in self._tabs]
        total = sum(len(name) + 4 for name in names)
        if width > total + 8:
            return self._line(names, present, " ")
        for fitting in (names, [_SHORT.get(name, name) for name in names]):
            if width >= sum(len(name) + 3 for name in fitting) + 1:
                return self._line(fitting, present, "")
        only = [name if number == present else "" for number, name in enumerate(names, 1)]
        return self._line(only, present, "")

    def _line(self, names: Sequence[str], present: int, gap: str) -> Line:
        pieces: list[Piece] = []
        for number, name in enumerate(names, 1):
            action = f"screen.show_tab({number})"
            text = f"{number % 10} {name}".rstrip()
            if number == present:
                pieces.append(Piece(f" {text} ", "chip", action))
            else:
                before = "" if number == present + 1 else " "
                pieces.append(Piece(f"{before}{number % 10}", "key", action))
                pieces.append(Piece(f" {name}" if name else "", "muted", action))
            pieces.append(Piece(gap))
        return tuple(piece for piece in pieces if piece.text)
