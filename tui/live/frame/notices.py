"""What a user should know, in one line that is there only when there is something."""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.notices import Notice
from engine.domain.snapshots import Snapshot
from tui.live.drawing.lines import OneLine
from tui.words import format as fmt
from tui.words.lines import BLANK, Line, Piece, ends

_RANK = {"error": 0, "warning": 1, "information": 2}
MARKS = {
    "error": ("! Error", "critical"),
    "warning": ("! Note", "high"),
    "information": ("i", "accent"),
}


def name_unpriced(model: str) -> str:
    """Return what a model without a price is called, in full."""
    return fmt.plain(model) or "a model without a name"


def window_unpriced(snapshot: Snapshot) -> tuple[str, ...]:
    """Return the models of the open window that have no price."""
    return snapshot.block.figures.unpriced if snapshot.block else ()


def notices_of(snapshot: Snapshot, unpriced: Sequence[str]) -> tuple[Notice, ...]:
    """Return the notices, gravest first, and one for these models without a price."""
    notices = list(snapshot.notices)
    if unpriced:
        names = ", ".join(map(name_unpriced, unpriced))
        notices.append(
            Notice(
                "warning",
                f"No price is known for {names}: its tokens count, its cost is missing "
                "wherever you see a +.",
            )
        )
    return tuple(sorted(notices, key=lambda notice: _RANK[notice.severity]))


class Notices(OneLine):
    """The gravest notice and how many more there are; a click shows them all.

    It is there only while there is something to tell.
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._hidden: frozenset[Notice] | None = None

    def show(self, notices: Sequence[Notice]) -> None:
        """Tell these; once the user has hidden the line, only errors that were not hidden."""
        hidden = self._hidden
        self.view = tuple(
            each
            for each in notices
            if hidden is None or (each.severity == "error" and each not in hidden)
        )
        self.set_class(bool(self.view), "-on")

    def hide(self, notices: Sequence[Notice]) -> None:
        """Take the line away for good; only an error beyond these brings it back."""
        self._hidden = (self._hidden or frozenset()) | frozenset(notices)
        self.show(self.view if isinstance(self.view, tuple) else ())

    def line(self, width: int) -> Line:
        """Return the line."""
        notices = self.view
        if not isinstance(notices, tuple) or not notices:
            return BLANK
        first = notices[0]
        mark, ink = MARKS[first.severity]
        rest = f"+{len(notices) - 1} more, " if len(notices) > 1 else ""
        more = f"  {rest}n reads, x hides "
        text = fmt.plain(first.text)
        room = width - len(mark) - 3
        right: Line = (Piece(more, "muted", "app.notices"),)
        room -= len(more)
        line: Line = (
            Piece(f" {mark} ", ink, "app.notices"),
            Piece(fmt.fit(text, max(10, room)), "plain", "app.notices"),
        )
        return ends(line, right, width)
