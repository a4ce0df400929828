"""Bars of eighth blocks, lying and standing, always from zero: on paper and on the screen."""

from __future__ import annotations

from collections.abc import Sequence

_LYING = " ▏▎▍▌▋▊▉"
_STANDING = " ▁▂▃▄▅▆▇█"


def lying_bar(share: float, cells: int) -> str:
    """Return a bar over a share (0.0 to 1.0) of so many cells; what is not zero is seen."""
    return filled(share, cells).ljust(cells)


def filled(share: float, cells: int) -> str:
    """Return the part of a lying bar that is filled."""
    eighths = eighths_of(share, 1.0, cells)
    full, rest = divmod(eighths, 8)
    return "█" * full + (_LYING[rest] if rest else "")


def standing_bars(values: Sequence[int], top: int, height: int) -> tuple[str, ...]:
    """Return one text per line, the highest first, with one cell for each value.

    `top` is the value that reaches the full height; what is not zero is seen.
    """
    eighths = [eighths_of(value, top, height) for value in values]
    return tuple(
        "".join(standing(each - line * 8) for each in eighths) for line in reversed(range(height))
    )


def standing(eighths: float) -> str:
    """Return the sign of a cell that is filled from below to so many eighths, or beyond."""
    return _STANDING[max(0, min(8, round(eighths)))]


def eighths_of(value: float, top: float, cells: int) -> int:
    """Return how many eighths of cells a value fills, at least one where it is not zero."""
    if value <= 0 or top <= 0 or cells <= 0:
        return 0
    return max(1, min(cells * 8, round(value * cells * 8 / top)))
