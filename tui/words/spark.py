"""Bars of eighth blocks, lying and standing, always from zero."""

from __future__ import annotations

from collections.abc import Sequence

_LYING = " ▏▎▍▌▋▊▉"
_STANDING = " ▁▂▃▄▅▆▇"


def lying_bar(share: float, cells: int) -> str:
    """Return a bar over a share (0.0 to 1.0) of so many cells; what is not zero is seen."""
    eighths = min(cells * 8, round(share * cells * 8))
    if share > 0 and cells:
        eighths = max(1, eighths)
    full, rest = divmod(eighths, 8)
    bar = "█" * full + (_LYING[rest] if rest else "")
    return bar.ljust(cells)


def standing_bars(values: Sequence[int], top: int, height: int) -> tuple[str, ...]:
    """Return one text per line, the highest first, with one cell for each value.

    `top` is the value that reaches the full height; what is not zero is seen.
    """
    eighths = [_eighths(value, top, height) for value in values]
    return tuple(
        "".join(_cell(each - line * 8) for each in eighths) for line in reversed(range(height))
    )


def _eighths(value: int, top: int, height: int) -> int:
    if value <= 0 or top <= 0:
        return 0
    return max(1, min(height * 8, round(value * height * 8 / top)))


def _cell(eighths: int) -> str:
    return "█" if eighths >= 8 else _STANDING[max(0, eighths)]
