"""The inks of the screen, and the widget that draws lines and repaints only what changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.geometry import Region
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from engine.domain.snapshots import Snapshot
from tui.live.words import Basis
from tui.words.lines import BLANK, Line, Piece, cells, cropped, line

INKS = (
    "plain",
    "bold",
    "muted",
    "edge",
    "track",
    "accent",
    "second",
    "chip",
    "cursor",
    "key",
    "fine",
    "half",
    "high",
    "critical",
    "reached",
    "alarm",
)
INK_CLASSES = {f"ink--{ink}" for ink in INKS}
"""The inks' component classes, coloured in `live.tcss`.

They belong to the screens, not to the panes, so that a dozen panes share fifteen styles.
"""


_CORNERS = 6
"""Cells of a frame, or of the line above, that are not the name's."""


class LinePane(Widget):
    """A pane that draws its `view` as lines and repaints only the cells that changed.

    A subclass says in `draw` what its view looks like at a size; `view` is any frozen
    value. Nothing is drawn again for an equal view, and of a drawing that differs only
    the differing part of each row is repainted.
    """

    ALLOW_SELECT = False
    TITLE: ClassVar[str] = ""

    view: reactive[object] = reactive(None, repaint=False, init=False)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Line, ...] = ()
        self._drawn: tuple[object, int, int] | None = None
        self._base: Style | None = None
        self._strips: dict[int, tuple[Line, int, Strip]] = {}
        self._titles: tuple[Line, ...] = (line(self.TITLE),)
        self._framed: Line = BLANK

    def entitle(self, *titles: Line) -> None:
        """Name the pane in its frame, or in the line above where there is no frame.

        Of several names the first one holds that has room; the last one is cut.
        """
        self._titles = titles
        room = self.size.width - _CORNERS
        title = next((each for each in titles if cells(each) <= room), titles[-1])
        space = BLANK if self.styles.border_left[0] or not cells(title) else line(" ")
        wanted = (*space, *title, *space)
        if wanted != self._framed:
            self._framed = wanted
            inked = ((text, "" if ink == "plain" else f"$ink-{ink}") for text, ink, _ in wanted)
            self.border_title = Content.assemble(*inked)

    def on_resize(self) -> None:
        """Fit the name to the frame, which goes with the size."""
        self.entitle(*self._titles)

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the lines of the present view for a size in cells."""
        raise NotImplementedError

    def lines(self, width: int, height: int) -> tuple[Line, ...]:
        """Return what is drawn at a size, never wider or higher than it."""
        return tuple(cropped(row, width) for row in self.draw(width, height)[:height])

    def watch_view(self) -> None:
        """Repaint what the new view changes."""
        self.redraw()

    def redraw(self) -> None:
        """Draw again and repaint the cells that differ from what is on the screen."""
        width, height = self.size
        drawn, before = self._drawn, self._lines
        if not self.display or not width or drawn is None or drawn[1:] != (width, height):
            self._drawn = None
            self.refresh()
            return
        self._draw_now()
        for row in range(max(len(before), len(self._lines))):
            old = before[row] if row < len(before) else BLANK
            new = self._lines[row] if row < len(self._lines) else BLANK
            if old != new:
                self.refresh(_changed(old, new, row, width))

    def render_line(self, y: int) -> Strip:
        """Return one row as a strip."""
        width, height = self.size
        if self._drawn is None or self._drawn[1:] != (width, height):
            self._draw_now()
        drawn = self._lines[y] if y < len(self._lines) else BLANK
        known = self._strips.get(y)
        if known is not None and known[0] == drawn and known[1] == width:
            return known[2]
        if self._base is None:
            self._base = self.rich_style
        base = self._base
        segments = [Segment(piece.text, base + self._style(piece)) for piece in drawn]
        strip = Strip(segments).adjust_cell_length(width, base)
        self._strips[y] = (drawn, width, strip)
        return strip

    def notify_style_update(self) -> None:
        """Forget what was drawn in other styles, which are dear to find."""
        super().notify_style_update()
        self._base = None
        self._strips.clear()

    def _draw_now(self) -> None:
        width, height = self.size
        self._lines = self.lines(width, height)
        self._drawn = (self.view, width, height)

    def _style(self, piece: Piece) -> Style:
        style = self.screen.get_component_rich_style(f"ink--{piece.ink}", partial=True)
        return style + Style.from_meta({"@click": piece.action}) if piece.action else style


class SnapshotPane(LinePane):
    """A pane of the first tab, which takes from each snapshot what it shows."""

    def show(self, snapshot: Snapshot, by: Basis) -> None:
        """Make the view of a snapshot; where that is the same nothing is drawn again."""
        raise NotImplementedError


class OneLine(LinePane):
    """A pane that is one line high."""

    def line(self, width: int) -> Line:
        """Return the line of the present view for a width in cells."""
        raise NotImplementedError

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the one line."""
        return (self.line(width),)[:height]


def _changed(old: Line, new: Line, row: int, width: int) -> Region:
    """Return the part of a row in which two lines differ."""
    start = 0
    for before, after in zip(old, new, strict=False):
        if before != after:
            break
        start += cell_len(after.text)
    end = width
    if cells(old) == cells(new):
        end = cells(new)
        for before, after in zip(reversed(old), reversed(new), strict=False):
            if before != after:
                break
            end -= cell_len(after.text)
    return Region(start, row, max(1, end - start), 1)
