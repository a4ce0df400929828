"""Sheets laid over the screen: the keys, and all notices."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from engine.domain.notices import Notice
from tui.live.drawing.lines import INK_CLASSES, LinePane
from tui.live.frame.notices import MARKS
from tui.live.keys import key_rows
from tui.words import format as fmt
from tui.words.lines import BLANK, Line, Piece, cropped, padded, wrapped

_SIGNS = (
    ("$1.20+", "some models have no known price: their cost is missing in this sum"),
    ("~$9.00", "a forecast: what it comes to if the present rate goes on"),
    ("┃", "even pace: the part of the window that has gone"),
    ("7 behind", "points of a percentage that use is short of even pace; ahead: beyond it"),
    ("$9/h", "over the last ten minutes; of a session over the last five"),
    ("ctx", "how full a session's context is"),
    ("▒", "a forecast: what will be used at the reset; ░ its range"),
    ("≥42%", "at least so much is used: the official figure is old"),
    ("official", "as Claude Code said it, and how long ago; all else is of this machine"),
    ("colours", "what is foreseen: green lasts, yellow may run out, red runs out or is used up"),
    ("estimate", "a limit taken from your own finished windows, not an official one"),
)
_NAME_WIDTH = 18
_TWO_COLUMNS, _GUTTER = 104, 3


class _Page(LinePane):
    """Lines of a fixed number; the view is the lines."""

    def draw(self, width: int, height: int) -> Sequence[Line]:
        lines = self.view if isinstance(self.view, tuple) else ()
        return [cropped(line, width) for line in lines[:height]]


class Sheet(ModalScreen[None]):
    """Lines over the screen, closed by Esc or the key that opened them; arrows scroll."""

    COMPONENT_CLASSES: ClassVar[set[str]] = INK_CLASSES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace,enter,?,h,f1,n,v", "dismiss", "close", id="close"),
        Binding("q", "app.quit", "quit", id="sheet-quit"),
        Binding("j", "scroll(1)", "down", id="sheet-down"),
        Binding("k", "scroll(-1)", "up", id="sheet-up"),
        Binding("g", "edge(False)", "first", id="sheet-first"),
        Binding("G", "edge(True)", "last", id="sheet-last"),
    ]

    MOST: ClassVar[int] = 96
    """Cells that a line has at most."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def lines(self, width: int) -> tuple[Line, ...]:
        """Return what is on the sheet, for a width in cells."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Lay one page in a frame that scrolls."""
        with VerticalScroll(id="sheet") as frame:
            frame.border_title = self._title
            frame.border_subtitle = "Esc closes"
            yield _Page(id="page")

    def on_mount(self) -> None:
        """Fill the page."""
        self._fill()

    def on_resize(self) -> None:
        """Fill the page for another width."""
        self._fill()

    def _fill(self) -> None:
        lines = self.lines(min(self.MOST, self.app.size.width - 8))
        page = self.query_one(_Page)
        page.styles.height = len(lines)
        page.view = lines

    def action_scroll(self, rows: int) -> None:
        """Move by rows."""
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)

    def action_edge(self, is_end: bool) -> None:
        """Move to the top or the end."""
        frame = self.query_one(VerticalScroll)
        frame.scroll_to(y=frame.max_scroll_y if is_end else 0, animate=False)


class HelpScreen(Sheet):
    """Every key, those of the present tab first, and what the signs mean."""

    MOST = 156

    def __init__(self, first: str = "") -> None:
        """Show the keys, those of one group before all others."""
        super().__init__("Keys")
        self._first = first

    def lines(self, width: int) -> tuple[Line, ...]:
        """Return the keys by group, then the signs; in two columns where they have room."""
        cell = width if width < _TWO_COLUMNS else (width - _GUTTER) // 2
        groups: dict[str, list[Line]] = {}
        for keys, does, name in key_rows():
            groups.setdefault(name, [(Piece(name, "accent"),)]).extend(_entry(keys, does, cell))
        signs: list[Line] = [(Piece("Signs", "accent"),)]
        for sign, does in _SIGNS:
            signs += _entry(sign, does, cell)
        names = sorted(groups, key=lambda name: name != self._first)
        blocks = [*(groups[name] for name in names), signs]
        if cell == width:
            return tuple(_stacked(blocks))
        half = sum(len(block) + 1 for block in blocks) / 2
        left: list[list[Line]] = []
        while blocks and sum(len(block) + 1 for block in left) + len(blocks[0]) / 2 <= half:
            left.append(blocks.pop(0))
        return tuple(_side_by_side(_stacked(left), _stacked(blocks), cell))


def _stacked(blocks: Sequence[Sequence[Line]]) -> list[Line]:
    """Set blocks under each other, a blank line between."""
    lines: list[Line] = []
    for block in blocks:
        lines += [BLANK, *block] if lines else block
    return lines


def _side_by_side(left: Sequence[Line], right: Sequence[Line], cell: int) -> list[Line]:
    gap = Piece(" " * _GUTTER)
    return [
        (*padded(one or BLANK, cell), gap, *(other or BLANK))
        for one, other in zip_longest(left, right)
    ]


def _entry(name: str, does: str, width: int) -> list[Line]:
    """Set what something does right of its name, on as many lines as it takes."""
    first, *more = wrapped(does, max(10, width - _NAME_WIDTH - 3))
    return [
        (Piece(f"  {fmt.fit(name, _NAME_WIDTH)} ", "key"), Piece(first)),
        *((Piece(" " * (_NAME_WIDTH + 3)), Piece(row)) for row in more),
    ]


class NoticesScreen(Sheet):
    """All notices in full."""

    def __init__(self, notices: Sequence[Notice]) -> None:
        super().__init__("Notices")
        self._notices = notices

    def lines(self, width: int) -> tuple[Line, ...]:
        """Return every notice, broken into lines between words."""
        if not self._notices:
            return ((Piece("Nothing to tell: all is well.", "muted"),),)
        lines: list[Line] = []
        for notice in self._notices:
            mark, ink = MARKS[notice.severity]
            lines += [BLANK] if lines else []
            lines.append((Piece(mark, ink),))
            lines += [(Piece(f"  {row}"),) for row in wrapped(fmt.plain(notice.text), width - 4)]
        return tuple(lines)
