"""Today, this week, this month; on large screens by hour and by day."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.domain.reports import Figures, Point
from engine.domain.snapshots import Snapshot
from tui.live.drawing.lines import SnapshotPane
from tui.live.drawing.plot import columns_of_bars
from tui.live.frame.notices import name_unpriced, window_unpriced
from tui.live.words import Basis
from tui.words import format as fmt
from tui.words.lines import BLANK, Line, Piece, cells, joined, padded

_TABLE = 54
_MOST_LINES = 28


class TotalsView(Struct, frozen=True):
    """What the pane shows."""

    today: Figures
    week: Figures
    month: Figures
    hours: tuple[Point, ...]
    days: tuple[Point, ...]
    by: Basis
    is_reading: bool
    """Whether all that is known so far is what was read so far."""
    missing: str
    """Which models' cost is in none of the sums, where it is in none of the window's too."""


def totals_view(snapshot: Snapshot, by: Basis) -> TotalsView:
    """Take from a snapshot what the pane shows."""
    return TotalsView(
        today=snapshot.today,
        week=snapshot.week,
        month=snapshot.month,
        hours=snapshot.today_hours,
        days=snapshot.recent_days,
        by=by,
        is_reading=snapshot.state == "reading",
        missing=_missing(snapshot),
    )


def _missing(snapshot: Snapshot) -> str:
    """Say what `+` leaves out, unless the notice line says it for the open window."""
    if not snapshot.unpriced or window_unpriced(snapshot):
        return ""
    return f"+ leaves out {', '.join(map(name_unpriced, snapshot.unpriced))}: no price is known"


class TotalsPane(SnapshotPane):
    """Sums of the calendar: one line, a table, or a table with bars."""

    TITLE = "Totals"

    def show(self, snapshot: Snapshot, by: Basis) -> None:
        """Show a snapshot."""
        self.view = totals_view(snapshot, by)

    def watch_view(self) -> None:
        """Name what has no price in the border, then repaint."""
        view = self.view
        if isinstance(view, TotalsView):
            self.entitle((Piece(f"{self.TITLE} · {view.missing}" if view.missing else self.TITLE),))
        super().watch_view()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the widest of the three forms that fits."""
        view = self.view
        if not isinstance(view, TotalsView):
            return ()
        if height < 4:
            return _few_lines(view, width, height)
        table = _table(view)
        if width < _TABLE + 31:
            return [*table, *_days_below(view, width, height - len(table))]
        return _beside(table, _charts(view, width - _TABLE, min(height, _MOST_LINES)), height)


def _spans(view: TotalsView) -> tuple[tuple[str, Figures], ...]:
    return (("Today", view.today), ("Week", view.week), ("Month", view.month))


def _few_lines(view: TotalsView, width: int, height: int) -> Sequence[Line]:
    parts: list[Line] = []
    for name, figures in _spans(view):
        cost = fmt.dollars(figures.cost, bool(figures.unpriced))
        tokens = fmt.tokens(figures.tokens.total)
        first, second = (cost, tokens) if view.by == "cost" else (tokens, cost)
        line: Line = (Piece(f" {name} ", "muted"), Piece(first, "bold"))
        has_room = height >= 3 or not view.missing
        parts.append((*line, Piece(f" {second}", "muted")) if has_room else line)
    if height >= 3:
        return parts
    line = joined(parts, width, "  ")
    if view.missing:
        line += (Piece("  " + fmt.fit(view.missing, max(0, width - cells(line) - 3)), "muted"),)
    return [line]


def _table(view: TotalsView) -> list[Line]:
    head = "".join(
        fmt.fit(name, size, "right")
        for name, size in (
            ("cost", 10),
            ("tokens", 8),
            ("out", 8),
            ("cache read", 11),
            ("resp.", 8),
        )
    )
    lines: list[Line] = [(Piece(f" {'':6}{head}", "muted"),)]
    for name, figures in _spans(view):
        cost = fmt.dollars(figures.cost, bool(figures.unpriced))
        lines.append(
            (
                Piece(f" {name:<6}"),
                Piece(fmt.fit(cost, 10, "right"), "bold"),
                Piece(fmt.fit(fmt.tokens(figures.tokens.total), 8, "right"), "bold"),
                Piece(fmt.fit(fmt.tokens(figures.tokens.output), 8, "right")),
                Piece(fmt.fit(fmt.tokens(figures.tokens.cache_read), 11, "right")),
                Piece(fmt.fit(fmt.tokens_exact(figures.responses), 8, "right"), "muted"),
            )
        )
    return lines


def _charts(view: TotalsView, width: int, height: int) -> list[Line]:
    """Draw today's hours and the last days side by side, or the days alone."""
    days = _chart("Last 30 days", view.days, 30, view, (width - 2) // 30, height)
    hours_cell = 2
    hours = _chart("Today by hour", view.hours, 24, view, hours_cell, height)
    wide = 24 * hours_cell + 2
    if width >= wide + 32:
        days = _chart("Last 30 days", view.days, 30, view, (width - wide - 2) // 30, height)
        return [
            (*padded(hours[row], wide), *days[row]) for row in range(min(len(hours), len(days)))
        ]
    return days


def _days_below(view: TotalsView, width: int, height: int) -> list[Line]:
    """Draw the last days under the table, where there is room for bars."""
    cell = (width - 2) // 30
    if height < 4 or not cell:
        return []
    chart = _chart("Last 30 days", view.days, 30, view, cell, height)
    return [(Piece(" "), *line) for line in chart]


def _chart(
    name: str, points: Sequence[Point], steps: int, view: TotalsView, cell: int, height: int
) -> list[Line]:
    """Draw a bar per step under a line that names the chart and its largest step."""
    values = [point.cost if view.by == "cost" else point.tokens for point in points]
    top = max((*values, 0))
    amount = fmt.dollars(top) if view.by == "cost" else fmt.tokens(top)
    nothing = "reading…" if view.is_reading else "nothing used"
    most = f"most {amount}" if top else nothing
    head: Line = (Piece(name, "muted"), Piece(f" · {most}", "muted"))
    if not top:
        return [head, *[BLANK] * (height - 1)]
    gap = 1 if cell >= 3 else 0
    rows = columns_of_bars(
        values, max(1, height - 2), top=top, ink="accent", cell=max(1, cell - gap), gap=gap
    )
    return [head, *rows, _chart_axis(points, steps, max(1, cell))]


def _chart_axis(points: Sequence[Point], steps: int, cell: int) -> Line:
    """Name as many steps as have room, the last one always."""
    row = [" "] * (steps * cell)
    taken = len(row) + 1
    for number in range(len(points) - 1, -1, -1):
        name = fmt.plain(points[number].label)
        place = min(number * cell, len(row) - len(name))
        if place >= 0 and place + len(name) < taken:
            row[place : place + len(name)] = name
            taken = place - 1
    return (Piece("".join(row), "muted"),)


def _beside(left: Sequence[Line], right: Sequence[Line], height: int) -> list[Line]:
    lines: list[Line] = []
    for row in range(height):
        first = left[row] if row < len(left) else BLANK
        second = right[row] if row < len(right) else BLANK
        lines.append((*padded(first, _TABLE), *second))
    return lines
