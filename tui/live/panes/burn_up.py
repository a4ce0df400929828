"""How the window is used up: its share, or without a limit its running sum, and the forecast."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.domain.hits import FIVE_HOUR
from engine.domain.limit_windows import BurnUp, WindowNow
from engine.domain.responses import CLAUDE
from engine.domain.snapshots import Snapshot, Trace
from tui.live.drawing.course_plot import (
    Course,
    course_axis,
    course_plot,
    rounded_course,
    row_of,
    top_of,
)
from tui.live.drawing.lines import LinePane
from tui.live.drawing.plot import AXIS, Curve, burn_up, time_axis, with_axis
from tui.live.words import Basis
from tui.words import format as fmt
from tui.words.limits import name_text, range_text, then_text
from tui.words.lines import Line, Piece, joined, line, padded


class CourseView(Struct, frozen=True):
    """What the pane shows of a window whose limit is known."""

    label: str
    basis: str
    course: Course
    used: str
    forecast: str
    """Such as `81% (70-90)`, empty where there is none."""
    zone: str


class RunningView(Struct, frozen=True):
    """What the pane shows of a window without a limit; `now` is rounded to what can be seen."""

    trace: Trace | None
    end: int | None
    now: float
    goal: int | None
    zone: str
    by: Basis


def course_view(snapshot: Snapshot, window: str) -> CourseView | None:
    """Take from a snapshot how a window was used up, where that is known."""
    found = next((each for each in snapshot.burn_ups if each.window == window), None)
    row = None if found is None else _row_of(snapshot, found)
    if found is None or row is None or row.used_share is None or found.end <= found.start:
        return None
    forecast = row.forecast
    cone = () if forecast.is_frozen else forecast.cone
    now = snapshot.generated_at
    return CourseView(
        label=name_text(row),
        basis=fmt.plain(found.basis),
        course=rounded_course(found.start, found.end, now, found.points, cone),
        used=f"{'≥ ' if row.is_floor else ''}{fmt.percent(row.used_share)}",
        forecast=_forecast_text(row) if cone else "",
        zone=snapshot.zone,
    )


def _row_of(snapshot: Snapshot, burn_up: BurnUp) -> WindowNow | None:
    """Return the window whose use a burn-up is: of the same owner."""
    of_owner = (
        each
        for each in snapshot.windows
        if each.window == burn_up.window and each.owner == burn_up.owner
    )
    return next(of_owner, None)


def _forecast_text(window: WindowNow) -> str:
    return "" if window.forecast.share_at_reset is None else then_text(window) + range_text(window)


def running_view(snapshot: Snapshot, by: Basis) -> RunningView:
    """Take from a snapshot the running sum of the open window."""
    block, projection = snapshot.block, snapshot.projection
    goal = None
    if projection is not None:
        goal = projection.cost if by == "cost" else projection.tokens
    return RunningView(
        trace=snapshot.trace,
        end=block.end if block else None,
        now=round(block.elapsed_share, 3) if block else 0.0,
        goal=goal,
        zone=snapshot.zone,
        by=by,
    )


def burn_up_view(snapshot: Snapshot, by: Basis) -> CourseView | RunningView:
    """Take from a snapshot how the 5-hour window is used up."""
    name = FIVE_HOUR if snapshot.agent == CLAUDE else f"{FIVE_HOUR}:{snapshot.agent}"
    return course_view(snapshot, name) or running_view(snapshot, by)


class BurnUpPane(LinePane):
    """A window from its start to its end: a plot under a line that says what its signs mean."""

    TITLE = "Burn-up"

    def watch_view(self) -> None:
        """Name the window and its source in the border, then repaint."""
        view = self.view
        if isinstance(view, CourseView):
            self.entitle(*_titles(view))
        else:
            self.entitle(line(self.TITLE))
        super().watch_view()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the plot, as large as there is room."""
        view = self.view
        if width < 30 or height < 4:
            return ()
        if isinstance(view, CourseView):
            return _course_lines(view, width, height)
        if isinstance(view, RunningView):
            return _running_lines(view, width, height)
        return ()


def _titles(view: CourseView) -> list[Line]:
    """Name a window and what its picture's signs mean; what has no room goes from the end."""
    parts: list[Line] = [
        line(view.label),
        (Piece("used "), Piece("█", "accent"), Piece(f" {view.used}")),
    ]
    if view.forecast:
        parts.append((Piece("forecast "), Piece("▒", "second"), Piece(f" {view.forecast}")))
    parts += [line("even pace ···"), line(view.basis)]
    titles: list[Line] = [parts[0]]
    for part in parts[1:]:
        titles.append((*titles[-1], Piece(" · "), *part))
    return titles[:0:-1]


def _course_lines(view: CourseView, width: int, height: int) -> list[Line]:
    inner = width - AXIS - 2
    rows = course_plot(view.course, inner, height - 1)
    top = top_of(view.course)
    names = {
        row_of(0.5, top, len(rows)): "50%",
        0: fmt.percent(top),
        row_of(1.0, top, len(rows)): "100%",
    }
    lines = [
        (
            Piece(fmt.fit(names.get(y, ""), AXIS, "right"), "muted"),
            Piece("┤" if y in names else "│", "edge"),
            *row,
        )
        for y, row in enumerate(rows)
    ]
    axis = course_axis(view.course, view.zone, inner)
    foot = (Piece(fmt.fit("0", AXIS, "right"), "muted"), Piece("└", "edge"), *axis)
    return [padded(row, width) for row in (*lines, foot)]


def _running_lines(view: RunningView, width: int, height: int) -> list[Line]:
    trace = view.trace
    if trace is None or view.end is None:
        return [(Piece(" Drawn once a window is open.", "muted"),)]
    running = trace.running_cost if view.by == "cost" else trace.running_tokens
    curve = Curve(running, trace.steps, view.now, view.goal)
    parts: list[Line] = [
        (
            Piece(" ━ ", "accent"),
            Piece("used "),
            Piece(_amount(view.by, running[-1] if running else 0), "bold"),
        )
    ]
    if view.goal is not None:
        goal = _amount(view.by, view.goal)
        parts.append((Piece("⠒⠒ ", "second"), Piece(f"at this rate {goal}")))
    inner = width - AXIS - 2
    rows = burn_up(curve, inner, height - 2)
    axis = time_axis(trace.start, view.end, view.zone, inner)
    top = _amount(view.by, curve.top)
    return [joined(parts, width), *with_axis(rows, axis, top, "", width)]


def _amount(by: Basis, count: int) -> str:
    return fmt.dollars(count) if by == "cost" else fmt.tokens(count)
