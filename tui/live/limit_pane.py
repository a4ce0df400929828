"""The active window's use against its limit, with the source named."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.reports import Level, Limit, Snapshot
from tui import format as fmt
from tui.live.lines import BLANK, Line, LinePane, Piece, cells, joined, wrapped
from tui.live.plot import LEVEL_WORDS, gauge


class LimitRow(Struct, frozen=True):
    """One limit: what the bar shows and what the words under it say."""

    limit: Limit
    unpriced: bool
    is_reading: bool
    """Whether the history that an estimate is taken from is still being read."""
    pace: float | None
    """Part of the window that has gone: even use would stand here."""
    ends: int | None


class LimitView(Struct, frozen=True):
    """What the pane shows: a row per limit, and the levels crossed in this window."""

    rows: tuple[LimitRow, ...]
    zone: str
    crossed: tuple[tuple[str, Level], ...]


def limit_view(snapshot: Snapshot) -> LimitView:
    """Take from a snapshot what the pane shows."""
    block = snapshot.block
    row = LimitRow(
        limit=snapshot.limit,
        unpriced=bool(block and block.figures.unpriced),
        is_reading=snapshot.state == "reading",
        pace=round(block.elapsed_share, 2) if block else None,
        ends=block.end if block else None,
    )
    crossed = tuple(
        (fmt.clock(warned.time, snapshot.zone), warned.level) for warned in snapshot.warned
    )
    return LimitView(rows=(row,), zone=snapshot.zone, crossed=crossed)


class LimitPane(LinePane):
    """Bars of use against limits; each names its source and says its level in a word."""

    TITLE = "Limit"

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return every limit's lines, then what was crossed, as far as there is room."""
        view = self.view
        if not isinstance(view, LimitView):
            return ()
        lines: list[Line] = []
        for row in view.rows:
            lines += _row_lines(row, view.zone, width - 2, height)
        if height >= len(lines) + 2:
            lines += [BLANK, *_crossed_lines(view.crossed)]
        if height > len(lines) + 1 and view.rows and view.rows[0].limit.value is not None:
            lines += [BLANK] * (height - len(lines) - 1)
            lines.append((Piece("█ used  ▒ at this rate by the end  ┃ even pace", "muted"),))
        return [(Piece(" "), *line) for line in lines]


def amount(limit: Limit, count: int, unpriced: bool = False) -> str:
    """Say an amount in the limit's unit."""
    return fmt.dollars(count, unpriced) if limit.unit == "cost" else fmt.tokens(count)


def _row_lines(row: LimitRow, zone: str, width: int, height: int) -> list[Line]:
    limit = row.limit
    if limit.value is None or limit.used_share is None:
        bar = gauge(0, width - 16, ink="track")
        if row.is_reading:
            estimated = (Piece("It is estimated from the history.", "muted"),)
            return [(*bar, Piece("  reading…", "muted")), estimated]
        return [
            (*bar, Piece("  no limit known", "muted")),
            (Piece(fmt.plain(limit.label), "bold"),),
            *((Piece(row, "muted"),) for row in wrapped(fmt.plain(limit.reason), width)),
        ]
    word = LEVEL_WORDS[limit.level]
    said = (
        Piece(fmt.fit(fmt.percent(limit.used_share), 5, "right") + " ", "bold"),
        Piece(fmt.fit(word, 10), limit.level),
    )
    bar = gauge(
        limit.used_share,
        width - 16,
        ink=limit.level,
        mark=row.pace,
        ahead=limit.projected_share,
    )
    unit = "" if limit.unit == "cost" else " tokens"
    used = (
        Piece(amount(limit, limit.used, row.unpriced), "bold"),
        Piece(f" of {amount(limit, limit.value)}{unit}", "plain"),
    )
    source = (Piece(fmt.plain(limit.label), "muted"),)
    forecast = _forecast(row, zone)
    if height < 3:
        return [(*bar, *said), joined([used, forecast], width, " · ")]
    both = (*used, Piece(" · ", "muted"), *source)
    sums = [both] if cells(both) <= width or height < 4 else [used, source]
    return [(*bar, *said), *sums, forecast]


def _crossed_lines(crossed: Sequence[tuple[str, Level]]) -> list[Line]:
    """Say when each level was reached in this window, latest first."""
    return [
        (Piece(f"{clock} ", "muted"), Piece(LEVEL_WORDS[level], level)) for clock, level in crossed
    ]


def _forecast(row: LimitRow, zone: str) -> Line:
    """Say when the limit is reached, or that it is not."""
    limit = row.limit
    if limit.level == "reached":
        return (Piece("The limit is reached.", "reached"),)
    if limit.reached_at is not None:
        return (
            Piece("At this rate reached at "),
            Piece(fmt.clock(limit.reached_at, zone), "critical"),
        )
    if row.ends is None:
        return (Piece("No window is open.", "muted"),)
    line = (Piece(f"At this rate not before {fmt.clock(row.ends, zone)}"),)
    if limit.projected_share is None:
        return line
    return (*line, Piece(f" · about {fmt.percent(limit.projected_share)} then", "muted"))
