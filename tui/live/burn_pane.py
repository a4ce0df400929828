"""How fast tokens and money go: now, over the window, and where it leads."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.reports import BurnRate, Projection, Snapshot, Trace
from tui import format as fmt
from tui.live.lines import BLANK, Line, LinePane, Piece, cells, ends, joined, padded
from tui.live.plot import Curve, bars, burn_up, columns, time_axis
from tui.live.words import Basis, figure, note

_AXIS = 7


class BurnView(Struct, frozen=True):
    """What the burn pane shows."""

    rate: BurnRate
    projection: Projection | None
    trace: Trace | None
    ends: int | None
    zone: str
    by: Basis
    has_unpriced: bool


class BurnUpView(Struct, frozen=True):
    """What the burn-up pane shows; `now` is rounded to steps that a plot can show."""

    trace: Trace | None
    ends: int | None
    now: float
    goal: int | None
    limit: int | None
    zone: str
    by: Basis


def burn_view(snapshot: Snapshot, by: Basis) -> BurnView:
    """Take from a snapshot what the burn pane shows."""
    block = snapshot.block
    return BurnView(
        rate=snapshot.burn_rate,
        projection=snapshot.projection,
        trace=snapshot.trace,
        ends=block.end if block else None,
        zone=snapshot.zone,
        by=by,
        has_unpriced=bool(block and block.figures.unpriced),
    )


def burn_up_view(snapshot: Snapshot, by: Basis) -> BurnUpView:
    """Take from a snapshot what the burn-up pane shows, in the limit's unit if one is known."""
    block, projection, limit = snapshot.block, snapshot.projection, snapshot.limit
    if limit.value is not None:
        by = limit.unit
    goal = None
    if projection is not None:
        goal = projection.cost if by == "cost" else projection.tokens
    return BurnUpView(
        trace=snapshot.trace,
        ends=block.end if block else None,
        now=round(block.elapsed_share, 3) if block else 0.0,
        goal=goal,
        limit=limit.value,
        zone=snapshot.zone,
        by=by,
    )


class BurnPane(LinePane):
    """The burn rate in figures, and its trace over the window."""

    TITLE = "Burn rate"

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the rate's line, what fits of the rest, and the plot in what is left."""
        view = self.view
        if not isinstance(view, BurnView):
            return ()
        rate = _rate_parts(view)
        end = _end_parts(view)
        lines = [joined([*rate, *end], width - 2, " · ")]
        if cells(lines[0]) < cells(joined([*rate, *end[:2]], 10_000, " · ")) and height >= 4:
            lines = [joined(rate, width - 2, " · "), joined(end, width - 2, " · ")]
        if height >= 9:
            lines += [joined(_more_parts(view), width - 2, " · "), BLANK]
        lines = [(Piece(" "), *line) for line in lines]
        if height - len(lines) >= 3 and view.trace is not None and view.ends is not None:
            lines += _trace_lines(view, view.trace, view.ends, width, height - len(lines))
        return lines


def _amount(by: Basis, count: int, unpriced: bool = False) -> str:
    return fmt.dollars(count, unpriced) if by == "cost" else fmt.tokens(count)


def _rate_parts(view: BurnView) -> list[Line]:
    rate = view.rate
    return [
        figure(fmt.tokens(round(rate.tokens_per_minute)), "tok/min"),
        figure(f"{fmt.dollars(rate.cost_per_hour, view.has_unpriced)}/h", ""),
        (Piece(rate.word, "muted" if rate.word == "idle" else "accent"),),
    ]


def _end_parts(view: BurnView) -> list[Line]:
    projection = view.projection
    if projection is None:
        return []
    cost = f"~{fmt.dollars(projection.cost, view.has_unpriced)}"
    tokens = f"~{fmt.tokens(projection.tokens)}"
    first, second = (cost, tokens) if view.by == "cost" else (tokens, cost)
    parts: list[Line] = [
        (Piece("at the end ", "muted"), Piece(first, "bold")),
        (Piece(second), Piece(" tokens" if view.by == "cost" else "", "muted")),
    ]
    reach = projection.cost_range if view.by == "cost" else projection.tokens_range
    if reach is not None:
        least, most = (_amount(view.by, amount) for amount in reach)
        if least != most:
            parts.append((Piece(f"{least} to {most}", "muted"),))
    return parts


def _more_parts(view: BurnView) -> list[Line]:
    return [
        note("without cache", f"{fmt.tokens(round(view.rate.plain_tokens_per_minute))} tok/min"),
        (Piece(f"over the last {fmt.duration(view.rate.window)}", "muted"),),
    ]


def _with_axis(rows: list[Line], axis: Line, top: str, unit: str, width: int) -> list[Line]:
    """Set the scale's ends left of the rows and the hours under them."""
    lines: list[Line] = []
    for number, row in enumerate(rows):
        name = top if number == 0 else unit if number == 1 and len(rows) > 2 else ""
        sign = "┤" if number == 0 else "│"
        edge = Piece(fmt.fit(name, _AXIS, "right"), "muted")
        lines.append((edge, Piece(sign, "edge"), *row))
    lines.append((Piece(fmt.fit("0", _AXIS, "right"), "muted"), Piece("└", "edge"), *axis))
    return [padded(line, width) for line in lines]


def _trace_lines(view: BurnView, trace: Trace, ends: int, width: int, height: int) -> list[Line]:
    """Plot what each step of the window used; the part still open is a dotted ground."""
    inner = width - _AXIS - 2
    if inner < 20:
        return []
    values = trace.cost if view.by == "cost" else trace.tokens
    top = max((*values, 1))
    rows = bars(columns(values, trace.steps, inner), height - 1, top=top, ink="accent")
    axis = time_axis(trace.start, ends, view.zone, inner)
    step = f"/{fmt.duration(trace.step)}".replace(" 00m", "")
    return _with_axis(rows, axis, _amount(view.by, top if any(values) else 0), step, width)


class BurnUpPane(LinePane):
    """The window's running sum, the forecast to its end and the limit line."""

    TITLE = "Burn-up"

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the plot with a line that says what its signs mean."""
        view = self.view
        if not isinstance(view, BurnUpView):
            return ()
        if view.trace is None or view.ends is None or width < 30 or height < 4:
            return [(Piece(" Drawn once a window is open.", "muted"),)]
        trace = view.trace
        running = trace.running_cost if view.by == "cost" else trace.running_tokens
        curve = Curve(running, trace.steps, view.now, view.goal, view.limit)
        inner = width - _AXIS - 2
        rows = burn_up(curve, inner, height - 2)
        axis = time_axis(trace.start, view.ends, view.zone, inner)
        top = _amount(view.by, curve.top)
        return [self._legend(view, curve, width), *_with_axis(rows, axis, top, "", width)]

    def _legend(self, view: BurnUpView, curve: Curve, width: int) -> Line:
        used = _amount(view.by, curve.running[-1] if curve.running else 0)
        left: Line = (Piece(" ━ ", "accent"), Piece("used "), Piece(used, "bold"))
        if view.goal is not None:
            left = (
                *left,
                Piece("  ⠒⠒ ", "second"),
                Piece(f"at this rate {_amount(view.by, view.goal)}"),
            )
        if view.limit is None:
            return ends(left, (), width)
        name = f"limit {_amount(view.by, view.limit)}"
        above = " (above)" if view.limit > curve.top else ""
        return joined([left, (Piece("╌╌ ", "high"), Piece(name + above))], width)
