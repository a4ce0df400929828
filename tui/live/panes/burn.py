"""How fast money and tokens go: now, over several spans, and over the window."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.domain.reports import Figures
from engine.domain.snapshots import BurnRate, Snapshot, Trace
from engine.domain.times import MINUTE
from tui.live.drawing.lines import SnapshotPane
from tui.live.drawing.plot import AXIS, bars, columns, time_axis, with_axis
from tui.live.words import Basis
from tui.words import format as fmt
from tui.words.lines import Line, Piece, cells, joined

_SPAN_ROWS = {"over": "muted", "$/h": "bold", "new/min": "plain", "cache": "plain"}
"""The rows of the table of spans, each with its ink."""
_MOST_SPAN = 10


class BurnView(Struct, frozen=True):
    """What the burn pane shows."""

    rate: BurnRate
    rates: tuple[BurnRate, ...]
    figures: Figures | None
    """What the open window used, `None` where none is open."""
    trace: Trace | None
    ends: int | None
    zone: str
    by: Basis
    is_reading: bool
    """Whether more of the window may still be read."""


def burn_view(snapshot: Snapshot, by: Basis) -> BurnView:
    """Take from a snapshot what the burn pane shows."""
    block = snapshot.block
    return BurnView(
        rate=snapshot.burn_rate,
        rates=snapshot.rates,
        figures=block.figures if block else None,
        trace=snapshot.trace,
        ends=block.end if block else None,
        zone=snapshot.zone,
        by=by,
        is_reading=snapshot.state == "reading",
    )


class BurnPane(SnapshotPane):
    """The burn rate in figures, and its trace over the window."""

    TITLE = "Burn rate"

    def show(self, snapshot: Snapshot, by: Basis) -> None:
        """Show a snapshot."""
        self.view = burn_view(snapshot, by)

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return money and tokens in words, the rate over each span, the plot in what is left."""
        view = self.view
        if not isinstance(view, BurnView) or height < 1:
            return ()
        inner = width - 2
        if height == 1:
            parts = [*_rate_parts(view), *_window_parts(view)]
            return [(Piece(" "), *joined(parts, inner, " · "))]
        lines = _lead(view, inner)
        table = _span_table(view, inner)
        if height >= len(lines) + len(table):
            lines += table
        lines = [(Piece(" "), *line) for line in lines[:height]]
        if view.trace is not None and view.ends is not None:
            lines += _trace_lines(view, view.trace, view.ends, width, height - len(lines))
        return lines


def _lead(view: BurnView, width: int) -> list[Line]:
    """Say the rate on one line, or where that is too short, on two."""
    money, *tokens = _rate_parts(view)
    money = (*money, Piece(f" · over {_span(view.rate)}", "muted"))
    line = joined([money, *tokens], width, " · ")
    if cells(line) == cells(joined([money, *tokens], 10_000, " · ")):
        return [line]
    return [joined([money], width, ""), joined(tokens, width, " · ")]


def _has_unpriced(view: BurnView) -> bool:
    return view.figures is not None and bool(view.figures.unpriced)


def _rate_parts(view: BurnView) -> list[Line]:
    """Say money an hour first: most tokens come from the cache and cost little."""
    rate = view.rate
    plain = rate.plain_tokens_per_minute
    cached = max(0.0, rate.tokens_per_minute - plain)
    is_idle = rate.word == "idle"
    word = "reading…" if is_idle and view.is_reading else rate.word
    money: Line = (
        Piece(f"{fmt.dollars(rate.cost_per_hour, _has_unpriced(view))}/h", "bold"),
        Piece(f" {word}", "muted" if is_idle else "accent"),
    )
    new, read = fmt.tokens(round(plain)), fmt.tokens(round(cached))
    tokens: Line = (
        Piece(new, "bold"),
        Piece(" new + ", "muted"),
        Piece(read),
        Piece(" cache read/min", "muted"),
    )
    return [money, tokens]


def _window_parts(view: BurnView) -> list[Line]:
    figures = view.figures
    if figures is None:
        return []
    cost = fmt.dollars(figures.cost, bool(figures.unpriced))
    word = "response" if figures.responses == 1 else "responses"
    return [
        (Piece("this window ", "muted"), Piece(cost, "bold")),
        (Piece(fmt.tokens_exact(figures.responses)), Piece(f" {word}", "muted")),
    ]


def _span(rate: BurnRate) -> str:
    minutes = rate.window // MINUTE
    return f"{minutes // 60}h" if minutes >= 60 else f"{minutes}m"


def _span_table(view: BurnView, width: int) -> list[Line]:
    """Set money, new tokens and cache reads over each span under each other.

    Columns are as wide as their figures need; spans without room are left out whole.
    """
    unpriced = _has_unpriced(view)
    columns_of_spans = [
        (
            _span(rate),
            fmt.dollars(rate.cost_per_hour, unpriced),
            fmt.tokens(round(rate.plain_tokens_per_minute)),
            fmt.tokens(round(rate.tokens_per_minute - rate.plain_tokens_per_minute)),
        )
        for rate in view.rates
    ]
    if not columns_of_spans:
        return []
    widest = max(len(cell) for column in columns_of_spans for cell in column)
    name = max(map(len, _SPAN_ROWS)) + 1
    size = min(_MOST_SPAN, max(widest + 1, (width - name) // len(columns_of_spans)))
    shown = columns_of_spans[: max(1, (width - name) // size)]
    return [
        (
            Piece(f"{label:{name}}", "muted"),
            Piece("".join(fmt.fit(column[row], size, "right") for column in shown), ink),
        )
        for row, (label, ink) in enumerate(_SPAN_ROWS.items())
    ]


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


def _amount(by: Basis, count: int) -> str:
    return fmt.dollars(count) if by == "cost" else fmt.tokens(count)
