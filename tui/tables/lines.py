"""Lines of styled text: what every table and page is made of, before it is printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from tui.words.format import fit, plain

RULE = "─"


class Piece(NamedTuple):
    """Text in one style; the style is one of rich's, empty for plain text."""

    text: str
    style: str = ""


Line = tuple[Piece, ...]

BLANK: Line = ()


def line(text: str, style: str = "") -> Line:
    """Return a line in one style."""
    return (Piece(text, style),)


def text_of(pieces: Line) -> str:
    """Return a line's text without its styles."""
    return "".join(piece.text for piece in pieces)


def rule(width: int) -> Line:
    """Return a light rule."""
    return line(RULE * width, "dim")


def clipped(pieces: Line, width: int) -> Line:
    """Return a line cut to a width, an ellipsis in its last cell where something is lost."""
    if sum(cell_len(piece.text) for piece in pieces) <= width:
        return pieces
    kept: list[Piece] = []
    room = width
    for piece in pieces:
        cells = cell_len(piece.text)
        if cells >= room:
            kept.append(Piece(fit(f"{piece.text} ", room), piece.style))
            break
        kept.append(piece)
        room -= cells
    return tuple(kept)


def paragraph(text: str, width: int, style: str = "dim") -> list[Line]:
    """Return someone's sentence broken between words, no line wider than the width."""
    rows: list[str] = []
    for word in plain(text).split(" "):
        if rows and cell_len(rows[-1]) + 1 + cell_len(word) <= width:
            rows[-1] += f" {word}"
        else:
            rows.append(word if cell_len(word) <= width else fit(word, width))
    return [line(row, style) for row in rows if row]


def footnotes(notes: Iterable[str], width: int) -> list[Line]:
    """Return the notes that say something, after a blank line; nothing where none does."""
    rows = [row for note in notes if note for row in paragraph(note, width)]
    return [BLANK, *rows] if rows else []


def facts(pairs: Iterable[tuple[str, str]], width: int) -> list[Line]:
    """Return named facts below each other, long ones in several lines."""
    known = [(name, fact) for name, fact in pairs if fact]
    indent = max((cell_len(name) for name, _ in known), default=0) + 2
    lines: list[Line] = []
    for name, fact in known:
        for place, row in enumerate(paragraph(fact, max(1, width - indent), "")):
            lines.append((Piece(fit("" if place else name, indent), "dim"), *row))
    return [clipped(each, width) for each in lines]


def names_within(names: Sequence[str], cells: int) -> str:
    """Return names parted by commas; those beyond so many cells as `+2`."""
    shown = len(names)
    text = ", ".join(names)
    while cell_len(text) > cells and shown > 1:
        shown -= 1
        text = f"{', '.join(names[:shown])} +{len(names) - shown}"
    if cell_len(text) > cells and len(names) > 1:
        more = f" +{len(names) - 1}"
        return fit(names[0], cells - len(more)) + more if cells > len(more) else fit(text, cells)
    return fit(text, cells) if cell_len(text) > cells else text
