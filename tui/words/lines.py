"""Lines of inked text: what every table, page and pane is made of, before it is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from tui.words.format import fit, plain

RULE = "─"


class Piece(NamedTuple):
    """A run of text in one ink; with an action, a click on it on the screen runs that.

    On paper an ink is one of rich's styles, on the screen one of `tui.live.drawing.lines`;
    `plain` is neither's.
    """

    text: str
    ink: str = "plain"
    action: str = ""


Line = tuple[Piece, ...]

BLANK: Line = ()


def line(text: str, ink: str = "plain") -> Line:
    """Return a line in one ink."""
    return (Piece(text, ink),)


def text_of(pieces: Line) -> str:
    """Return a line's text without its inks."""
    return "".join(piece.text for piece in pieces)


def rule(width: int) -> Line:
    """Return a light rule."""
    return line(RULE * width, "dim")


def cells(line: Iterable[Piece]) -> int:
    """Return how many cells a line takes."""
    return sum(cell_len(piece.text) for piece in line)


def cropped(line: Line, width: int) -> Line:
    """Return as much of a line as goes into `width` cells."""
    kept: list[Piece] = []
    left = width
    for piece in line:
        size = cell_len(piece.text)
        if size <= left:
            kept.append(piece)
            left -= size
            continue
        if left > 0:
            kept.append(piece._replace(text=set_cell_size(piece.text, left)))
        break
    return tuple(kept)


def padded(line: Line, width: int) -> Line:
    """Return a line of exactly `width` cells."""
    line = cropped(line, width)
    return (*line, Piece(" " * (width - cells(line))))


def ends(left: Line, right: Line, width: int) -> Line:
    """Set one line at the left end and one at the right; the right one goes first if tight."""
    space = width - cells(left) - cells(right)
    if space < 1:
        return cropped(left, width)
    return (*left, Piece(" " * space), *right)


def joined(parts: Sequence[Line], width: int, between: str = "  ") -> Line:
    """Set parts side by side, leaving out from the end those that have no room."""
    line: list[Piece] = []
    used = 0
    for part in parts:
        gap = between if line else ""
        size = cells(part) + cell_len(gap)
        if used + size > width:
            break
        line += [Piece(gap, "muted"), *part] if gap else part
        used += size
    return tuple(line)


def wrapped(text: str, width: int) -> list[str]:
    """Break text between words into rows of at most `width` cells, longer words apart."""
    rows: list[str] = []
    for word in text.split():
        if rows and cell_len(rows[-1]) + 1 + cell_len(word) <= width:
            rows[-1] += f" {word}"
        else:
            rows.append(word)
    return rows


def clipped(pieces: Line, width: int) -> Line:
    """Return a line cut to a width, an ellipsis in its last cell where something is lost."""
    if cells(pieces) <= width:
        return pieces
    kept: list[Piece] = []
    room = width
    for piece in pieces:
        size = cell_len(piece.text)
        if size >= room:
            kept.append(piece._replace(text=fit(f"{piece.text} ", room)))
            break
        kept.append(piece)
        room -= size
    return tuple(kept)


def paragraph(text: str, width: int, ink: str = "dim") -> list[Line]:
    """Return someone's sentence broken between words, no line wider than the width."""
    return [clipped(line(row, ink), width) for row in wrapped(plain(text), width)]


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
        for place, row in enumerate(paragraph(fact, max(1, width - indent), "plain")):
            lines.append((Piece(fit("" if place else name, indent), "dim"), *row))
    return [clipped(each, width) for each in lines]


def names_within(names: Sequence[str], width: int) -> str:
    """Return names parted by commas; those beyond so many cells as `+2`."""
    shown = len(names)
    text = ", ".join(names)
    while cell_len(text) > width and shown > 1:
        shown -= 1
        text = f"{', '.join(names[:shown])} +{len(names) - shown}"
    if cell_len(text) > width and len(names) > 1:
        more = f" +{len(names) - 1}"
        return fit(names[0], width - len(more)) + more if width > len(more) else fit(text, width)
    return fit(text, width) if cell_len(text) > width else text
