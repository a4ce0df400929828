"""Bars and curves drawn with eighth blocks and braille dots."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.domain.times import HOUR
from tui.words import format as fmt
from tui.words.lines import BLANK, Line, Piece, padded
from tui.words.spark import eighths_of, filled, standing

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))

AXIS = 7
"""Cells left of a plot in which its scale stands."""


def gauge(
    share: float,
    width: int,
    *,
    ink: str,
    mark: float | None = None,
    ahead: float | None = None,
) -> Line:
    """Draw a bar filled to `share`, shaded on to `ahead`, with a pace line at `mark`.

    All three are parts of the width (more than 1.0 draws as full). What is used is solid,
    what is to come shaded, the rest a line, so it reads without colour too.
    """
    if width < 1:
        return BLANK
    shaded = 0 if ahead is None else min(width, round(ahead * width))
    drawn = [(sign, ink) for sign in filled(share, width)]
    drawn += [("▒", ink)] * max(0, shaded - len(drawn))
    drawn += [("─", "track")] * (width - len(drawn))
    if mark is not None:
        place = min(width - 1, max(0, round(mark * width)))
        drawn[place] = ("┃", "bold")
    return runs(drawn)


def runs(drawn: Sequence[tuple[str, str]]) -> Line:
    """Join neighbouring signs of one ink."""
    pieces: list[Piece] = []
    for sign, ink in drawn:
        if pieces and pieces[-1].ink == ink:
            pieces[-1] = Piece(pieces[-1].text + sign, ink)
        else:
            pieces.append(Piece(sign, ink))
    return tuple(pieces)


def columns(values: Sequence[int], steps: int, width: int) -> list[int | None]:
    """Spread steps over columns: the largest of a column's steps, `None` for the open part."""
    spread: list[int | None] = []
    for column in range(width):
        first = column * steps // width
        after = max(first + 1, (column + 1) * steps // width)
        spread.append(max(values[first:after]) if first < len(values) else None)
    return spread


def bars(values: Sequence[int | None], height: int, *, top: int, ink: str) -> list[Line]:
    """Draw one bar per column from zero to `top`; open columns are a dotted ground line."""
    heights = [None if value is None else eighths_of(value, top, height) for value in values]
    rows: list[Line] = []
    for row in range(height):
        below = (height - 1 - row) * 8
        signs = []
        for eighths in heights:
            if eighths is None:
                signs.append(("·" if below == 0 else " ", "track"))
            else:
                signs.append((standing(eighths - below), ink))
        rows.append(runs(signs))
    return rows


def columns_of_bars(
    values: Sequence[int], height: int, *, top: int, ink: str, cell: int, gap: int = 0
) -> list[Line]:
    """Draw bars `cell` columns wide with a gap after each."""
    wide: list[int | None] = []
    for value in values:
        wide += [value] * cell + [0] * gap
    return bars(wide, height, top=top, ink=ink)


def time_axis(start: int, end: int, zone: str, width: int) -> Line:
    """Name the hours along the bottom of a plot, every so many that all have room."""
    row = [" "] * width
    length = max(1, end - start)
    apart = -(-(len(fmt.clock(start, zone)) + 1) * length // max(1, width))
    step = HOUR * max(1, -(-apart // HOUR))
    taken = -1
    for moment in range(start, end + 1, step):
        name = fmt.clock(moment, zone)
        place = min((moment - start) * width // length, width - len(name))
        if place > taken and place >= 0:
            row[place : place + len(name)] = name
            taken = place + len(name)
    return (Piece("".join(row), "muted"),)


class Curve(Struct, frozen=True):
    """What a burn-up plot shows, in one unit from a block's start to its end.

    `running` are the sums at the end of each of the first steps, `now` the share of the
    block that has gone and `goal` where the present rate leads to, `None` where not known.
    """

    running: tuple[int, ...]
    steps: int
    now: float
    goal: int | None

    @property
    def top(self) -> int:
        """The largest value drawn."""
        return max((*self.running, self.goal or 0, 1))


def burn_up(curve: Curve, width: int, height: int) -> list[Line]:
    """Draw a curve of sums in braille, dotted on to its goal."""
    top = curve.top
    known, ahead = Canvas(width, height), Canvas(width, height)
    wide, tall = width * 2, height * 4
    place = [0, *curve.running]
    last = min(wide - 1, int(curve.now * wide))
    before = tall - 1
    for x in range(last + 1):
        at = x / wide * curve.steps
        index = min(int(at), len(place) - 1)
        after = min(index + 1, len(place) - 1)
        value = place[index] + (place[after] - place[index]) * min(1.0, at - index)
        y = tall - 1 - int(value * (tall - 1) / top)
        known.column(x, before, y)
        before = y
    if curve.goal is not None and last < wide - 1:
        first = place[-1]
        for x in range(last + 3, wide, 3):
            value = first + (curve.goal - first) * (x - last) / (wide - 1 - last)
            ahead.dot(x, tall - 1 - int(value * (tall - 1) / top))
    return [_layered(known.row(y), ahead.row(y)) for y in range(height)]


def _layered(known: str, ahead: str) -> Line:
    """Put the curve over the forecast."""
    return runs(
        [
            (solid, "accent") if solid != " " else (dotted, "second")
            for solid, dotted in zip(known, ahead, strict=True)
        ]
    )


def with_axis(
    rows: Sequence[Line], axis: Line, top: str, unit: str, width: int, *, at_half: bool = False
) -> list[Line]:
    """Set the scale left of the rows and the times under them; `unit` stands under the top.

    With `at_half` it stands in the middle row.
    """
    lines: list[Line] = []
    place = len(rows) // 2 if at_half else 1
    for number, row in enumerate(rows):
        name = top if number == 0 else unit if number == place and len(rows) > 2 else ""
        sign = "┤" if number == 0 or (at_half and name) else "│"
        edge = Piece(fmt.fit(name, AXIS, "right"), "muted")
        lines.append((edge, Piece(sign, "edge"), *row))
    lines.append((Piece(fmt.fit("0", AXIS, "right"), "muted"), Piece("└", "edge"), *axis))
    return [padded(line, width) for line in lines]


class Canvas:
    """A grid of braille dots, two by four in a cell."""

    def __init__(self, width: int, height: int) -> None:
        self._cells = [[0] * width for _ in range(height)]

    def dot(self, x: int, y: int) -> None:
        """Set one dot."""
        self._cells[y // 4][x // 2] |= _DOTS[y % 4][x % 2]

    def column(self, x: int, start: int, end: int) -> None:
        """Set the dots of a column between two rows of dots, both included."""
        for y in range(min(start, end), max(start, end) + 1):
            self.dot(x, y)

    def row(self, y: int) -> str:
        """Return a row of cells; those without a dot are blanks."""
        return "".join(chr(0x2800 + dots) if dots else " " for dots in self._cells[y])
