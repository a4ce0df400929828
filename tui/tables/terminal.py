"""Prints lines: in colour where somebody looks, and in characters the stream can write."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TextIO

from tui.terminal.console import is_terminal
from tui.terminal.encoding import writable
from tui.words.lines import Line, text_of

if TYPE_CHECKING:
    from rich.segment import Segments
    from rich.style import Style

_WIDTH_ELSEWHERE = 120
_LEAST_WIDTH, _MOST_WIDTH = 20, 1_000


def width_of(stream: TextIO, environment: Mapping[str, str] = os.environ) -> int:
    """Return how many cells a line may have: `COLUMNS`, the terminal's width, or else 120."""
    named = environment.get("COLUMNS", "")
    width = int(named) if named.isascii() and named.isdigit() and len(named) < 6 else 0
    if width == 0 and is_terminal(stream):
        try:
            width = os.get_terminal_size(stream.fileno()).columns
        except (OSError, ValueError):
            width = 0
    return max(_LEAST_WIDTH, min(_MOST_WIDTH, width or _WIDTH_ELSEWHERE))


def has_styles(
    wanted: bool | None, stream: TextIO, environment: Mapping[str, str] = os.environ
) -> bool:
    """Say whether to print colours: as asked for, as the environment says, or on a terminal."""
    if wanted is not None:
        return wanted
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return is_terminal(stream) and environment.get("TERM") != "dumb"


def print_lines(lines: Iterable[Line], *, is_styled: bool, stream: TextIO | None = None) -> None:
    """Print lines as they are: they are neither wrapped nor read as markup."""
    out = stream or sys.stdout
    if not is_styled:
        text = "".join(f"{text_of(line)}\n" for line in lines)
        out.write(writable(text, out.encoding))
        return
    from rich.console import Console

    system: Literal["standard", "auto"]
    system = "standard" if os.environ.get("TERM") in (None, "dumb") else "auto"
    console = Console(file=out, force_terminal=True, color_system=system, no_color=False)
    console.print(styled(lines, out.encoding), end="", soft_wrap=True)


def styled(lines: Iterable[Line], encoding: str | None = "utf-8") -> Segments:
    """Return lines as rich prints them."""
    from rich.segment import Segment, Segments

    segments: list[Segment] = []
    for line in lines:
        for piece in line:
            style = _style(piece.ink) if piece.ink not in ("", "plain") else None
            segments.append(Segment(writable(piece.text, encoding), style))
        segments.append(Segment.line())
    return Segments(segments)


@lru_cache(maxsize=32)
def _style(name: str) -> Style:
    from rich.style import Style

    return Style.parse(name)
