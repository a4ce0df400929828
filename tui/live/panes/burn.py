"""How fast tokens and money go: now, over the window, and where it leads."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.domain.reports import BurnRate, Projection, Snapshot, Trace
from tui.live.drawing.lines import BLANK, Line, LinePane, Piece, cells, joined
from tui.live.drawing.plot import AXIS, bars, columns, time_axis, with_axis
from tui.live.words import Basis, figure, note
from tui.words import format as fmt


class BurnView(Struct, frozen=True):
    """What the burn pane shows."""

    rate: BurnRate
    rates: tuple[BurnRate, ...]
    projection: Projection | None
    trace: Trace | None
    ends: int | None
    zone: str
    by: Basis
    has_unpriced: bool


def burn_view(snapshot: Snapshot, by: Basis) -> BurnView:
    """Take from a snapshot what the burn pane shows."""
    block = snapshot.block
    is_frozen = any(
        window.window == "five_hour" and window.forecast.is_frozen for window in snapshot.windows
    )
    return BurnView(
        rate=snapshot.burn_rate,
        rates=snapshot.rates,
        projection=None if is_frozen else snapshot.projection,
        trace=snapshot.trace,
        ends=block.end if block else None,
        zone=snapshot.zone,
        by=by,
        has_unpriced=bool(block and block.figures.unpriced),
    )


class BurnPane(LinePane):
    """The burn rate in figures, and its trace over the window."""

    TITLE = "Burn rate"

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the rate's line, what fits of the rest, and the plot in what is left."""
        view = self.view
        if not isinstance(view, BurnView):
            return ()
        lines = _figures(view, width - 2, height)
        lines = [(Piece(" "), *line) for line in lines]
        if view.trace is not None and view.ends is not None:
            lines += _trace_lines(view, view.trace, view.ends, width, height - len(lines))
        return lines


def _figures(view: BurnView, width: int, height: int) -> list[Line]:
    """Return the rates in words: on one line, on a few, or as a table."""
    rate, end, spans = _rate_parts(view), _end_parts(view), _span_parts(view.rates)
    if height < 3:
        lines = [joined([*rate, *spans, *end], width, " · ")]
        if height == 2:
            lines = [joined([*rate, *end], width, " · "), joined(spans, width, " · ")]
        return lines
    lines = [joined([*rate, *end], width, " · ")]
    if cells(lines[0]) < cells(joined([*rate, *end[:2]], 10_000, " · ")) and height >= 4:
        lines = [joined(rate, width, " · "), joined(end, width, " · ")]
    if height >= 10 and view.rates:
        gap = [BLANK] if height >= 13 else []
        return [*lines, *gap, *_span_table(view), *gap]
    return [*lines, joined(spans, width, " · ")] if spans else lines


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


def _span(rate: BurnRate) -> str:
    minutes = rate.window // 60_000
    return f"{minutes // 60}h" if minutes >= 60 else f"{minutes}m"


def _span_parts(rates: Sequence[BurnRate]) -> list[Line]:
    """Say the rate over each span, the shortest first."""
    parts = [note(_span(rate), fmt.tokens(round(rate.tokens_per_minute))) for rate in rates]
    if parts:
        parts[-1] = (*parts[-1], Piece(" tok/min", "muted"))
    return parts


def _span_table(view: BurnView) -> list[Line]:
    """Set tokens, tokens without cache, and cost of each span under each other."""
    rates = view.rates
    size = 10
    head = "".join(fmt.fit(_span(rate), size, "right") for rate in rates)
    rows = (
        ("tok/min", [fmt.tokens(round(rate.tokens_per_minute)) for rate in rates], "bold"),
        ("no cache", [fmt.tokens(round(rate.plain_tokens_per_minute)) for rate in rates], "plain"),
        (
            "cost/h",
            [fmt.dollars(rate.cost_per_hour, view.has_unpriced) for rate in rates],
            "plain",
        ),
    )
    lines: list[Line] = [(Piece(f"{'over':9}{head}", "muted"),)]
    for name, amounts, ink in rows:
        text = "".join(fmt.fit(amount, size, "right") for amount in amounts)
        lines.append((Piece(f"{name:9}", "muted"), Piece(text, ink)))
    return lines


def _trace_lines(view: BurnView, trace: Trace, ends: int, width: int, height: int) -> list[Line]:
    """Plot what each step of the window used; the part still open is a dotted ground."""
    inner = width - AXIS - 2
    if inner < 20 or height < 1:
        return []
    values = trace.cost if view.by == "cost" else trace.tokens
    top = max((*values, 1))
    if height < 3:
        return _strip(view, values, trace, width, height)
    rows = bars(columns(values, trace.steps, inner), height - 1, top=top, ink="accent")
    axis = time_axis(trace.start, ends, view.zone, inner)
    step = f"/{fmt.duration(trace.step)}".replace(" 00m", "")
    return with_axis(rows, axis, _amount(view.by, top if any(values) else 0), step, width)


def _strip(
    view: BurnView, values: Sequence[int], trace: Trace, width: int, height: int
) -> list[Line]:
    """Plot the steps without a scale, between the window's first and last clock."""
    start, end = fmt.clock(trace.start, view.zone), fmt.clock(view.ends or 0, view.zone)
    inner = width - len(start) - len(end) - 4
    rows = bars(columns(values, trace.steps, inner), height, top=max((*values, 1)), ink="accent")
    blank = " " * len(start)
    return [
        (
            Piece(f" {start if row == height - 1 else blank} ", "muted"),
            *line,
            Piece(f" {end}" if row == height - 1 else "", "muted"),
        )
        for row, line in enumerate(rows)
    ]
