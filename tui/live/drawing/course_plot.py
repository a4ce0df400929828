"""How a window is used up: use so far filled, the forecast's range shaded, limit and pace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from msgspec import Struct

from engine.domain.limit_windows import Foreseen, UsePoint
from engine.domain.times import DAY, MINUTE
from tui.live.drawing.plot import runs, time_axis
from tui.words import format as fmt
from tui.words.lines import Line, Piece
from tui.words.spark import standing

_MOST_AHEAD = 1.5
"""A forecast further beyond the limit than this does not flatten what was used."""


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
    """Draw a course from nothing (the lowest row) to its top, which is the limit or beyond.

    What was used is filled, the range that it will mostly lie in is shaded, darker where it is
    expected; the limit is a line across, now an upright, even use a dotted diagonal. Each is
    told from the others by its form. Before the first reading nothing is drawn.
    """
    top = top_of(course)
    used = [_used_at(course, x, width) for x in range(width)]
    ranges = [_range_at(course, x, width) for x in range(width)]
    now = _column_of(course, course.now, width)
    limit_row = row_of(1.0, top, height)
    rows: list[Line] = []
    for y in range(height):
        low, high = (height - 1 - y) * top / height, (height - y) * top / height
        signs = []
        for x in range(width):
            share, reach = used[x], ranges[x]
            sign, ink = " ", "plain"
            pace = (x + 0.5) / width
            if low <= pace < high and x % 2:
                sign, ink = "·", "muted"
            if x == now:
                sign, ink = "│", "muted"
            if y == limit_row:
                sign, ink = "╌", "high"
            if reach is not None and reach.low < high and reach.high >= low:
                is_expected = low <= reach.expected < high
                sign, ink = ("▒" if is_expected else "░"), "second"
            if share is not None and share > low:
                sign = standing(max(1, (share - low) / (high - low) * 8))
                ink = "accent"
            signs.append((sign, ink))
        rows.append(runs(signs))
    return rows


def top_of(course: Course) -> float:
    """Return the share at the upper edge: the limit, or what is beyond it, so nothing is cut."""
    ahead = course.cone[-1].expected if course.cone else 0.0
    most = max((*(point.share for point in course.points), min(ahead, _MOST_AHEAD)), default=0.0)
    return 1.0 if most <= 1.0 else most * 1.05


def row_of(share: float, top: float, height: int) -> int:
    """Return the row that a share lies in."""
    return min(height - 1, max(0, height - 1 - int((share - 1e-9) * height / top)))


def _column_of(course: Course, time: int, width: int) -> int:
    length = max(1, course.end - course.start)
    return min(width - 1, max(0, (time - course.start) * width // length))


def _used_at(course: Course, x: int, width: int) -> float | None:
    """Return the share used at the end of a column; `None` before a reading and after now."""
    now = _column_of(course, course.now, width)
    if x > now:
        return None
    if x == now:  # `now` is rounded down: the latest reading may be a little later
        return course.points[-1].share if course.points else None
    until = course.start + (course.end - course.start) * (x + 1) // width
    share = None
    for point in course.points:
        if point.time > until:
            break
        share = point.share
    return share


def _range_at(course: Course, x: int, width: int) -> Foreseen | None:
    """Return what is foreseen for the middle of a column after now."""
    if x <= _column_of(course, course.now, width):
        return None
    time = course.start + (course.end - course.start) * (2 * x + 1) // (2 * width)
    for before, after in pairwise(course.cone):
        if before.time <= time <= after.time:
            part = (time - before.time) / max(1, after.time - before.time)
            return Foreseen(
                time,
                before.low + (after.low - before.low) * part,
                before.expected + (after.expected - before.expected) * part,
                before.high + (after.high - before.high) * part,
            )
    return None


def course_axis(course: Course, zone: str, width: int) -> Line:
    """Name the hours along the bottom, or the days where the window is longer than one."""
    if course.end - course.start <= DAY:
        return time_axis(course.start, course.end, zone, width)
    row = [" "] * width
    taken = -1
    length = course.end - course.start
    for moment in _midnights(course, zone):
        name = f"{moment:%a}" if length <= 8 * DAY else f"{moment.day}"
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
    grain = max(MINUTE, (end - start) // 300)
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
