"""What a page of the manual is made of."""

from __future__ import annotations

from typing import NamedTuple


class Title(NamedTuple):
    """The heading of what follows."""

    text: str


class Line(NamedTuple):
    """One line that stands apart."""

    text: str


class Paragraph(NamedTuple):
    """Running text, to be wrapped."""

    text: str


class Code(NamedTuple):
    """Lines to be left as they are."""

    lines: tuple[str, ...]


class Terms(NamedTuple):
    """Terms, each with its explanation."""

    rows: tuple[tuple[str, str], ...]


Block = Title | Line | Paragraph | Code | Terms
Page = tuple[Block, ...]


def paragraphs(text: str) -> Page:
    """Return paragraphs that stand apart by empty lines."""
    return tuple(Paragraph(" ".join(each.split())) for each in text.split("\n\n") if each.strip())
