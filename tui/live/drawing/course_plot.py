"""How a window is used up, drawn in braille: use so far, even pace, forecast and limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from msgspec import Struct

from engine.domain.limit_windows import Foreseen, UsePoint
from tui.live.drawing.lines import Line, Piece
from tui.live.drawing.plot import Canvas, runs, time_axis
from tui.words import format as fmt

_DAY = 86_400_000


class Course(Struct, frozen=True):
    """One window's use from its start to its end, in shares of its limit.

    `now` is in whole minutes and shares are rounded, so that an equal course is an equal
    picture for a while.
    """

    start: int
    end: int
    now: int
    points: tuple[UsePoint, ...]
    cone: tuple[Foreseen, ...] = ()


def course_plot(course: Course, width: int, height: int) -> list[Line]:
    """Draw a course from 0 (the lowest dots) to the limit (the highest row).

    Use so far is a solid line of steps, the expected use dotted, its range shaded, even use a
    loose diagonal, now an upright; each is told from the others by its form.
    """
    plot = _Plot(course, width, height)
    used, expected, shade, pace = (Canvas(width, height) for _ in range(4))
    plot.draw_steps(used)
    plot.draw_cone(expected, shade)
    for x in range(0, plot.wide, 4):
        pace.dot(x, plot.row_of(x / max(1, plot.wide - 1)))
    now = plot.column_of(course.now) // 2
    rows: list[Line] = []
    for y in range(height):
        signs = []
        drawn = zip(used.row(y), expected.row(y), shade.row(y), pace.row(y), strict=True)
        for x, (solid, dotted, shaded, even) in enumerate(drawn):
            if solid != " ":
                signs.append((solid, "accent"))
            elif dotted != " ":
                signs.append((dotted, "second"))
            elif y == 0:
                signs.append(("╌", "high"))
            elif x == now:
                signs.append(("│", "edge"))
            elif shaded != " ":
                signs.append((shaded, "muted"))
            else:
                signs.append((even, "muted"))
        rows.append(runs(signs))
    return rows


class _Plot:
    """The places of times and shares on a canvas."""

    def __init__(self, course: Course, width: int, height: int) -> None:
        self.course = course
        self.wide, self.tall = width * 2, height * 4

    def column_of(self, time: int) -> int:
        length = max(1, self.course.end - self.course.start)
        return min(self.wide - 1, max(0, (time - self.course.start) * self.wide // length))

    def row_of(self, share: float) -> int:
        return self.tall - 1 - round(min(1.0, max(0.0, share)) * (self.tall - 1))

    def draw_steps(self, used: Canvas) -> None:
        """Draw what was used since the first reading; between two the earlier one holds."""
        points = list(self.course.points)
        if not points:
            return
        points.append(UsePoint(max(self.course.now, points[-1].time), points[-1].share))
        for before, after in pairwise(points):
            first, last = self.column_of(before.time), self.column_of(after.time)
            level = self.row_of(before.share)
            for x in range(first, last + 1):
                used.dot(x, level)
            used.column(last, level, self.row_of(after.share))

    def draw_cone(self, expected: Canvas, shade: Canvas) -> None:
        """Draw where use is expected to go, and shade the range it will mostly lie in."""
        for before, after in pairwise(self.course.cone):
            first, last = self.column_of(before.time), self.column_of(after.time)
            for x in range(first + 1, last + 1):
                part = (x - first) / max(1, last - first)
                low, middle, high = (
                    start + (end - start) * part
                    for start, end in (
                        (before.low, after.low),
                        (before.expected, after.expected),
                        (before.high, after.high),
                    )
                )
                if x % 2 == 0 and middle <= 1:
                    expected.dot(x, self.row_of(middle))
                if low <= 1:
                    for y in range(self.row_of(high), self.row_of(low) + 1):
                        if (x + 2 * (y % 2)) % 4 == 0:
                            shade.dot(x, y)


def course_axis(course: Course, zone: str, width: int) -> Line:
    """Name the hours along the bottom, or the days where the window is longer than one."""
    if course.end - course.start <= _DAY:
        return time_axis(course.start, course.end, zone, width)
    row = [" "] * width
    taken = -1
    length = course.end - course.start
    for moment in _midnights(course, zone):
        name = f"{moment:%a}" if length <= 8 * _DAY else f"{moment.day}"
        place = (int(moment.timestamp() * 1_000) - course.start) * width // length
        if place > taken and place + len(name) <= width:
            row[place : place + len(name)] = name
            taken = place + len(name)
    return (Piece("".join(row), "muted"),)


def _midnights(course: Course, zone: str) -> Iterator[datetime]:
    moment = fmt.moment_of(course.start, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    end = fmt.moment_of(course.end, zone)
    moment += timedelta(days=1)
    while moment < end:
        yield moment
        moment += timedelta(days=1)


def rounded_course(
    start: int, end: int, now: int, points: Sequence[UsePoint], cone: Sequence[Foreseen]
) -> Course:
    """Return a course whose times and shares are rounded to what a plot can show."""
    grain = max(60_000, (end - start) // 300)
    return Course(
        start=start,
        end=end,
        now=now - (now - start) % grain,
        points=tuple(UsePoint(point.time, round(point.share, 3)) for point in points),
        cone=tuple(
            Foreseen(
                each.time - (each.time - start) % grain,
                round(each.low, 2),
                round(each.expected, 2),
                round(each.high, 2),
            )
            for each in cone
        ),
    )
