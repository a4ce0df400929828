"""How lines are printed: colours where somebody looks, characters that the stream can write."""

from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len

from tests.tui.answer_samples import answer, row
from tui.tables.look import Look
from tui.tables.terminal import has_styles, print_lines, width_of
from tui.tables.usage_table import usage_lines
from tui.terminal.encoding import writable, writable_json

WIDE = Look(width=200)


def test_what_a_stream_cannot_write_is_replaced_at_the_same_width() -> None:
    text = "データ ─█▌… · $1"
    assert writable(text, "ascii") == "?????? -#=~ - $1"
    assert writable(text, "utf-8") == text
    assert cell_len(writable(text, "ascii")) == cell_len(text)


def test_json_is_the_same_document_in_any_encoding() -> None:
    assert writable_json('{"a": "é😀"}', "ascii") == '{"a": "\\u00e9\\ud83d\\ude00"}'
    assert writable_json('{"a": "é"}', "latin-1") == '{"a": "é"}'


class Stream(io.StringIO):
    """A stream that is a terminal, or not, of some encoding."""

    encoding = "utf-8"  # type: ignore[assignment]

    def __init__(self, is_terminal: bool, encoding: str = "utf-8") -> None:
        super().__init__()
        self.is_terminal = is_terminal
        self.encoding = encoding  # type: ignore[misc]

    def isatty(self) -> bool:
        return self.is_terminal


@pytest.mark.parametrize(
    ("wanted", "is_terminal", "environment", "is_styled"),
    [
        (None, True, {}, True),
        (None, False, {}, False),
        (None, True, {"NO_COLOR": "1"}, False),
        (None, True, {"TERM": "dumb"}, False),
        (None, False, {"FORCE_COLOR": "1"}, True),
        (None, False, {"FORCE_COLOR": "0"}, False),
        (None, False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (True, False, {"NO_COLOR": "1"}, True),
        (False, True, {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_is_for_terminals_unless_said_otherwise(
    wanted: bool | None, is_terminal: bool, environment: dict[str, str], is_styled: bool
) -> None:
    assert has_styles(wanted, Stream(is_terminal), environment) is is_styled


@pytest.mark.parametrize(
    ("environment", "width"),
    [({}, 120), ({"COLUMNS": "90"}, 90), ({"COLUMNS": "0"}, 120), ({"COLUMNS": "5"}, 20)],
)
def test_away_from_a_terminal_lines_have_120_cells_or_what_columns_says(
    environment: dict[str, str], width: int
) -> None:
    assert width_of(Stream(is_terminal=False), environment) == width


def test_styled_lines_are_the_plain_ones_with_colours_and_no_markup_is_read() -> None:
    lines = usage_lines(answer("projects", [row("x", label="[red]データ[/red] :smile:")]), WIDE)
    printed = []
    for is_styled in (False, True):
        stream = Stream(is_terminal=True)
        print_lines(lines, is_styled=is_styled, stream=stream)
        printed.append(stream.getvalue())
    assert "\x1b[1m" in printed[1]
    assert "[red]データ[/red] :smile:" in printed[0]
    assert re.sub(r"\x1b\[[0-9;]*m", "", printed[1]) == printed[0]


@pytest.mark.parametrize("is_styled", [False, True])
def test_a_stream_of_ascii_gets_ascii(is_styled: bool) -> None:
    stream = Stream(is_terminal=True, encoding="ascii")
    print_lines(
        usage_lines(answer("daily", [row("データ")]), WIDE), is_styled=is_styled, stream=stream
    )
    assert stream.getvalue().isascii()
    assert "??????" in stream.getvalue()
