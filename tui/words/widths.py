"""How wide the columns of a table are, on the screen and on paper: one rule for both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Width(NamedTuple):
    """A column's cells: the fewest it can be drawn in, and what its content asks for."""

    least: int
    wish: int


def needed(widths: Sequence[Width], gap: int) -> int:
    """Return the cells that columns need at least, `gap` cells apart."""
    return sum(width.least for width in widths) + gap * max(0, len(widths) - 1)


def shared(widths: Sequence[Width], room: int, gap: int) -> list[int]:
    """Share `room` cells among columns, `gap` cells apart; return each one's.

    Each has its least, whatever the room; what is spare goes to the first columns first, for
    those say what a row is.
    """
    cells = []
    spare = room - needed(widths, gap)
    for least, wish in widths:
        more = max(0, min(spare, wish - least))
        cells.append(least + more)
        spare -= more
    return cells
