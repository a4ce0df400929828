"""The screen that Enter opens: what is inside one row of a report."""

from __future__ import annotations

from typing import ClassVar, Literal

from rich.segment import Segment
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.screen import ModalScreen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

from engine.domain.reports import Detail, ReportKind
from tui.live.report.row_order import nouns_of
from tui.live.report.table_strips import CURSOR_MARK
from tui.live.screens.detail_lines import PageLine, lines_of
from tui.live.source import Source
from tui.live.words import Basis
from tui.words.format import plain

_REST_SECONDS = 0.5
_SCROLLBAR_WIDTH = 1
_TONES = ("plain", "bold", "muted", "bar", "title", "cursor")


class DetailPage(ScrollView):
    """Lines that scroll; those with a key can be selected and opened."""

    can_focus = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
        Binding("home,g", "scroll_home", "Top", show=False),
        Binding("end,G", "scroll_end", "Bottom", show=False),
        Binding("enter", "open", "Open", show=False),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"detail-page--{tone}" for tone in _TONES}

    DEFAULT_CSS = """
    DetailPage {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        & > .detail-page--plain { color: $text; }
        & > .detail-page--bold { color: $text; text-style: bold; }
        & > .detail-page--muted { color: $text-muted; }
        & > .detail-page--bar { color: $primary; }
        & > .detail-page--title { color: $text-muted; background: $panel; text-style: bold; }
        & > .detail-page--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: bold;
        }
    }
    """

    class Opened(Message):
        """A session inside the details was opened."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self) -> None:
        super().__init__()
        self._detail: Detail | None = None
        self._zone = "UTC"
        self._by: Basis = "cost"
        self._lines: tuple[PageLine, ...] = ()
        self._key = ""

    def show(self, detail: Detail, zone: str, by: Basis) -> None:
        """Draw details; what looks the same is not drawn again."""
        self._detail, self._zone, self._by = detail, zone, by
        self._write()

    def on_resize(self) -> None:
        """Write the lines for another width."""
        self._write()

    def _write(self) -> None:
        width = self.size.width - _SCROLLBAR_WIDTH
        if self._detail is None or width < 1:
            return
        lines = lines_of(self._detail, width, self._zone, self._by)
        if lines != self._lines:
            self._lines = lines
            self.virtual_size = Size(0, len(lines))
            self.refresh()

    def action_move(self, by: Literal[-1, 1]) -> None:
        """Select the next session where one is near, else scroll by a line."""
        cursor = self._cursor
        start = cursor + by if cursor is not None else self.scroll_offset.y
        line = start
        while 0 <= line < len(self._lines) and not self._lines[line].key:
            line += by
        is_there = 0 <= line < len(self._lines)
        top, height = self.scroll_offset.y, self.size.height
        if is_there and top - 1 <= line <= top + height:
            self._select(line)
        else:
            self.scroll_relative(y=by, animate=False)

    def action_open(self) -> None:
        """Open the selected session."""
        if self._key:
            self.post_message(self.Opened(self._key))

    def on_click(self, event: events.Click) -> None:
        """Select a session, open it on a double click."""
        offset = event.get_content_offset(self)
        line = self.scroll_offset.y + offset.y if offset is not None else -1
        if 0 <= line < len(self._lines) and self._lines[line].key:
            self._select(line)
            if event.chain == 2:
                self.action_open()

    @property
    def _cursor(self) -> int | None:
        """The selected line, `None` where nothing is selected."""
        if not self._key:
            return None
        return next((i for i, each in enumerate(self._lines) if each.key == self._key), None)

    def _select(self, line: int) -> None:
        before = self._cursor
        self._key = self._lines[line].key
        for each in {before, line} - {None}:
            self.refresh_line(each or 0)
        top, height = self.scroll_offset.y, self.size.height
        if line < top:
            self.scroll_to(y=line, animate=False, force=True)
        elif line >= top + height:
            self.scroll_to(y=line - height + 1, animate=False, force=True)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the page."""
        width = self.scrollable_content_region.width
        index = self.scroll_offset.y + y
        base = self.get_component_rich_style("detail-page--plain")
        if index >= len(self._lines):
            return Strip.blank(width, base)
        line, key = self._lines[index]
        if key and key == self._key:
            style = self.get_component_rich_style("detail-page--cursor")
            text = CURSOR_MARK + "".join(piece.text for piece in line)[len(CURSOR_MARK) :]
            return Strip([Segment(text, style)]).adjust_cell_length(width, style)
        segments = [
            Segment(piece.text, self.get_component_rich_style(f"detail-page--{piece.ink}"))
            for piece in line
        ]
        return Strip(segments).adjust_cell_length(width, base)


class DetailLooked(Message, bubble=False):
    """Details were looked up in a thread; a sentence says why there are none."""

    def __init__(self, detail: Detail | None, sentence: str = "") -> None:
        super().__init__()
        self.detail = detail
        self.sentence = sentence

    def can_replace(self, message: Message) -> bool:
        """Let newer details take the place of those not yet drawn."""
        return isinstance(message, DetailLooked)


class DetailScreen(ModalScreen[None]):
    """The details of one row, over the tabs, until Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "back", "Back"),
        Binding("c", "turn", "Cost or tokens"),
        Binding("q,ctrl+c,ctrl+q", "app.quit", "Quit", show=False),
    ]

    DEFAULT_CSS = """
    DetailScreen {
        background: $background;
        & > #detail-title {
            height: 1; padding: 0 2; background: $panel; color: $text; text-style: bold;
        }
        & > #detail-note { height: 2; padding: 1 2 0 2; color: $text-muted; display: none; }
        & > #detail-note.-told { display: block; }
        & > DetailPage { height: 1fr; }
        & > #detail-keys { height: 1; padding: 0 2; background: $panel; color: $text-muted; }
    }
    """

    def __init__(self, source: Source, kind: ReportKind, key: str, zone: str, by: Basis) -> None:
        """Show what is inside the row of a key, times in a zone, bars by cost or tokens."""
        super().__init__()
        self._source = source
        self._kind = kind
        self._key = key
        self._zone = zone
        self._by = by
        self._detail: Detail | None = None
        self._wanted: int | None = None
        self._shown: int | None = None
        self._is_busy = False

    def compose(self) -> ComposeResult:
        """Lay out title, page and keys."""
        yield Static("", id="detail-title", markup=False)
        yield Static("Counting …", id="detail-note", classes="-told", markup=False)
        yield DetailPage()
        yield Static("", id="detail-keys", markup=False)

    def on_mount(self) -> None:
        """Look the details up."""
        self.query_one(DetailPage).focus()
        self._is_busy = True
        self._look_up()

    def show(self, revision: int) -> None:
        """Look again if the figures have changed since."""
        self._wanted = revision
        if not self._is_busy:
            self._catch_up()

    def action_back(self) -> None:
        """Go back to the tab."""
        self.dismiss()

    def action_turn(self) -> None:
        """Draw bars by tokens instead of cost, or the other way round."""
        self._by = "tokens" if self._by == "cost" else "cost"
        self._draw()

    @on(DetailPage.Opened)
    def open_session(self, event: DetailPage.Opened) -> None:
        """Open a session of these details over them."""
        event.stop()
        self.app.push_screen(
            DetailScreen(self._source, "sessions", event.key, self._zone, self._by)
        )

    def _catch_up(self) -> None:
        """Look again if more has come, else be ready to."""
        self._is_busy = self._wanted != self._shown
        if self._is_busy:
            self._shown = self._wanted
            self._look_up()

    @work(thread=True, group="detail", exclusive=True, exit_on_error=False)
    def _look_up(self) -> None:
        noun = nouns_of(self._kind)[0]
        try:
            detail = self._source.detail(self._kind, self._key)
            looked = DetailLooked(detail, f"This {noun} is no longer there; Esc goes back.")
        except Exception as error:  # noqa: BLE001 - the thread's one boundary
            reason = plain(str(error)) or type(error).__name__
            looked = DetailLooked(None, f"This {noun} could not be read: {reason}. Esc goes back.")
        self.post_message(looked)

    @on(DetailLooked)
    def take_detail(self, looked: DetailLooked) -> None:
        """Draw the details, or say why there are none; rest a little before the next."""
        self.set_timer(_REST_SECONDS, self._catch_up)
        note = self.query_one("#detail-note", Static)
        note.set_class(looked.detail is None, "-told")
        if looked.detail is None:
            note.update(looked.sentence)
        elif looked.detail != self._detail:
            self._detail = looked.detail
            self._draw()

    def _draw(self) -> None:
        detail = self._detail
        if detail is None:
            return
        noun = nouns_of(self._kind)[0].capitalize()
        self.query_one("#detail-title", Static).update(f"{noun} · {plain(detail.title)}")
        opens = "   Enter open session" if detail.sessions else ""
        other = "tokens" if self._by == "cost" else "cost"
        keys = f"Esc back   ↑↓ move{opens}   c bars by {other}   q quit"
        self.query_one("#detail-keys", Static).update(keys)
        self.query_one(DetailPage).show(detail, self._zone, self._by)
