"""The whole live tab in a few words, for a pane too small for anything else."""

from __future__ import annotations

from collections.abc import Sequence

from engine.reports import Snapshot
from tui import format as fmt
from tui.live.lines import Line, LinePane, Piece, cells
from tui.live.plot import LEVEL_WORDS
from tui.live.words import figure, note


def status_parts(snapshot: Snapshot, is_paused: bool) -> tuple[Line, ...]:
    """Return what matters, the most important first."""
    parts: list[Line] = [(Piece("PAUSED", "high"),)] if is_paused else []
    if snapshot.progress is not None:
        parts.append(note("reading", fmt.percent(snapshot.progress.share)))
    block, limit = snapshot.block, snapshot.limit
    if block is None:
        today = snapshot.today
        cost = fmt.dollars(today.cost, bool(today.unpriced))
        return (*parts, (Piece("no window open", "muted"),), note("today", cost))
    if limit.used_share is not None:
        word = LEVEL_WORDS[limit.level]
        parts.append((Piece(fmt.percent(limit.used_share), "bold"), Piece(f" {word}", limit.level)))
    if limit.reached_at is not None:
        parts.append(note("reached at", fmt.clock(limit.reached_at, snapshot.zone)))
    cost = fmt.dollars(block.figures.cost, bool(block.figures.unpriced))
    parts += [
        figure(fmt.duration(block.remaining), "left"),
        (Piece(cost, "bold"),),
        figure(fmt.tokens(round(snapshot.burn_rate.tokens_per_minute)), "tok/min"),
        figure(fmt.tokens(block.figures.tokens.total), "tokens"),
        note("today", fmt.dollars(snapshot.today.cost, bool(snapshot.today.unpriced))),
    ]
    return tuple(parts)


class StatusLine(LinePane):
    """The parts that are its view, on as many lines as there are."""

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the parts that fit, the most important on the first line."""
        parts = self.view if isinstance(self.view, tuple) else ()
        lines: list[Line] = []
        for part in parts:
            if lines and cells(lines[-1]) + cells(part) + 3 < width:
                lines[-1] = (*lines[-1], Piece(" · ", "muted"), *part)
            elif len(lines) < height:
                lines.append((Piece(" "), *part))
            else:
                break
        return lines
