"""The running block as it stands at a moment, and the moment that rates are shown for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.running_blocks import Block
from engine.domain.times import SECOND
from engine.ledger.names import ModelNames

if TYPE_CHECKING:
    from engine.aggregates.true_window import Running

_CALM = 5 * SECOND


def block_at(span: Running, now: int, name: ModelNames) -> Block:
    """Return a block as it stands at a moment."""
    length = span.end - span.start
    elapsed = min(max(now - span.start, 0), length)
    return Block(
        start=span.start,
        end=span.end,
        figures=span.tally.figures(name),
        by_model=span.tally.parts(name),
        elapsed=elapsed,
        remaining=length - elapsed,
        elapsed_share=elapsed / length,
        anchor=span.anchor,
    )


def calm(now: int) -> int:
    """Return the moment rates are shown for: they change with new responses, else seldom."""
    return now - now % _CALM
