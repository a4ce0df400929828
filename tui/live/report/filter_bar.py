"""The line above a table in which a filter is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from engine.domain.model_labels import short_model
from engine.domain.reports import Row


class FilterBar(Horizontal):
    """One line: the filter being typed, and how many rows it lets through."""

    DEFAULT_CSS = """
    FilterBar {
        height: 1;
        display: none;
        background: $panel;
        & > #filter-mark { width: 3; color: $text-accent; text-style: bold; }
        & > Input { width: 1fr; height: 1; padding: 0; border: none; background: $panel; }
        & > Input:focus { border: none; }
        & > #filter-count { width: auto; padding: 0 1; color: $text-muted; }
        &.-open { display: block; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "Clear filter", show=False),
        Binding("down,enter", "leave", "To the rows", show=False, priority=True),
    ]

    class Changed(Message):
        """Another filter was typed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """The keys go back to the rows; the filter holds."""

    def compose(self) -> ComposeResult:
        """Lay out mark, input and count."""
        yield Static(" / ", id="filter-mark")
        yield Input(
            placeholder="part of a name, project, model or id", select_on_focus=False, compact=True
        )
        yield Static("", id="filter-count", markup=False)

    @property
    def text(self) -> str:
        """The filter as typed."""
        return self.query_one(Input).value

    def open(self) -> None:
        """Show the line and take the keys."""
        self.add_class("-open")
        self.query_one(Input).focus()

    def clear(self) -> bool:
        """Empty and hide the line; return whether there was anything to clear."""
        was_open = self.has_class("-open")
        self.remove_class("-open")
        self.query_one(Input).value = ""
        return was_open

    def tell(self, count: str) -> None:
        """Say how many rows the filter lets through."""
        self.query_one("#filter-count", Static).update(count)

    def action_clear(self) -> None:
        """Empty and hide the line, and give the keys back."""
        self.clear()
        self.post_message(self.Left())

    def action_leave(self) -> None:
        """Give the keys back to the rows."""
        if not self.text:
            self.clear()
        self.post_message(self.Left())

    @on(Input.Changed)
    def tell_change(self, event: Input.Changed) -> None:
        """Pass on what was typed."""
        event.stop()
        self.post_message(self.Changed(event.value))

    def on_click(self, event: events.Click) -> None:
        """Keep clicks from the rows below."""
        event.stop()


class Haystack:
    """The rows of one report as text to be searched, made when first searched."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._texts: list[str] | None = None

    def matching(self, filter_text: str) -> Sequence[Row]:
        """Return the rows that hold every word of a filter, whatever their case."""
        words = filter_text.casefold().split()
        if not words:
            return self._rows
        if self._texts is None:
            self._texts = [_searched_text(row) for row in self._rows]
        return [
            row
            for row, text in zip(self._rows, self._texts, strict=True)
            if all(word in text for word in words)
        ]


def _searched_text(row: Row) -> str:
    models = row.figures.models
    names = (row.label, row.key, row.project, *row.projects, *models, *map(short_model, models))
    return "\n".join(names).casefold()
