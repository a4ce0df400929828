"""Which columns of a table are drawn and how wide: one rule for screen and paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple


class Width(NamedTuple):
    """A column's cells: the fewest it can be drawn in, and what its content asks for."""

    least: int
    wish: int


class Step(NamedTuple):
    """One thing that gives way where a table is too wide."""

    drop: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    """Columns that are drawn only instead of dropped ones."""
    is_short: bool = False
    """Figures in three digits, names and times in their short forms."""
    is_tight: bool = False
    """Texts in their fewest cells, columns one cell apart."""


def given_way(steps: Sequence[Step], fits: Callable[[Sequence[Step]], bool]) -> list[Step]:
    """Return the steps that must be taken, of those given from the first to the last.

    They are taken until the table fits, then those are taken back that were not needed, the last
    ones first. A table that has become tight gets no column back that went before.
    """
    taken: list[Step] = []
    for step in steps:
        if fits(taken):
            break
        taken.append(step)
    for step in reversed(taken):
        without = [each for each in taken if each is not step]
        if fits(without):
            taken = without
        elif step.is_tight:
            break
    return taken


def hidden(steps: Iterable[Step], taken: Iterable[Step]) -> set[str]:
    """Return the names of the columns that are not drawn when steps are taken."""
    names = {name for step in steps for name in step.show}
    for step in taken:
        names -= set(step.show)
        names |= set(step.drop)
    return names


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
