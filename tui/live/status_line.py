"""The whole live tab in one line, for a pane too small for anything else."""

from __future__ import annotations

from engine.reports import Snapshot
from tui import format as fmt
from tui.live.lines import BLANK, Line, OneLine, Piece, joined
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
    ]
    return tuple(parts)


class StatusLine(OneLine):
    """One line; its view are the parts, shown as far as they fit."""

    def line(self, width: int) -> Line:
        """Return the line."""
        parts = self.view
        if not isinstance(parts, tuple):
            return BLANK
        return (Piece(" "), *joined(parts, width - 2, " · "))
