"""Draws how cost grows, as an SVG of lines over the number of responses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log10

from tests.bench.figures import Figure

_WIDTH, _HEIGHT = 760, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 40, 180
_INSET = 70
"""Between the ends of the axis and the first and last point, whose names need room."""
_LINES = (
    ("#0072b2", ""),
    ("#d55e00", "8 4"),
    ("#009e73", "2 4"),
    ("#cc79a7", "10 4 2 4"),
    ("#e69f00", "6 2"),
    ("#777777", "1 6"),
)
"""Colours that all can tell apart, each with dashes of its own."""
_INK, _FAINT, _PAPER = "#222222", "#cccccc", "#ffffff"


def plot(figures: Sequence[Figure]) -> str:
    """Return the picture: both axes grow tenfold, so what is level does not grow."""
    drawn = [each for each in figures if each.course]
    scale = _Scale(drawn)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        f' width="{_WIDTH}" font-family="sans-serif" font-size="13" fill="{_INK}">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{_PAPER}"/>',
        f'<text x="{_LEFT}" y="22" font-size="15">How cost grows with the responses known</text>',
        *scale.axes(),
    ]
    for number, each in enumerate(drawn):
        parts += _course(scale, each, number)
    return "\n".join([*parts, "</svg>"]) + "\n"


class _Scale:
    """Where on the picture a number of responses and a number of milliseconds are."""

    def __init__(self, drawn: Sequence[Figure]) -> None:
        points = [point for each in drawn for point in each.course] or [(1, 1.0), (10, 10.0)]
        self._sizes = sorted({size for size, _ in points})
        times = [taken for _, taken in points]
        self._low = floor(log10(max(0.1, min(times))))
        self._high = max(self._low + 1, ceil(log10(max(times))))

    def x(self, size: int) -> float:
        first, last = log10(self._sizes[0]), log10(self._sizes[-1])
        part = (log10(size) - first) / ((last - first) or 1)
        return _LEFT + _INSET + part * (_WIDTH - _LEFT - _RIGHT - 2 * _INSET)

    def y(self, taken: float) -> float:
        part = (log10(max(taken, 0.1)) - self._low) / (self._high - self._low)
        return _HEIGHT - _BOTTOM - part * (_HEIGHT - _TOP - _BOTTOM)

    def axes(self) -> Iterator[str]:
        for power in range(self._low, self._high + 1):
            y = self.y(10**power)
            named = f"{10 ** (power - 3):g} s" if power >= 3 else f"{10**power:g} ms"
            yield (
                f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"'
                f' stroke="{_FAINT}"/>'
            )
            yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{named}</text>'
        for size in self._sizes:
            place = f'x="{self.x(size):.1f}" y="{_HEIGHT - _BOTTOM + 20}"'
            yield f'<text {place} text-anchor="middle">{size:,} responses</text>'


def _course(scale: _Scale, each: Figure, number: int) -> Iterator[str]:
    """Yield one line with its points, the milliseconds at the last, and its name below."""
    colour, dash = _LINES[number % len(_LINES)]
    stroke = f'stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"'
    places = [(scale.x(size), scale.y(taken)) for size, taken in each.course]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<polyline points="{line}" fill="none" {stroke}/>'
    for x, y in places:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
    below = _HEIGHT - _BOTTOM + 48 + 22 * number
    times = " · ".join(f"{taken:.0f}" for _, taken in each.course)
    yield f'<line x1="{_LEFT}" x2="{_LEFT + 36}" y1="{below - 4}" y2="{below - 4}" {stroke}/>'
    named = escape(each.what.replace("`", ""))
    yield f'<text x="{_LEFT + 46}" y="{below}">{named}: {times} ms</text>'
