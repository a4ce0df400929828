"""Blocks over all of history, what is selected of each, and the rates of the active one."""

from __future__ import annotations

from datetime import date

from engine.accumulators.blocks import Blocks, BlockSpan
from engine.accumulators.history import History
from engine.ledger.selecting import Chosen
from engine.ledger.sums import QUARTER
from engine.queries.basis import Basis
from engine.queries.choosing import Choice
from engine.questions import (
    AnswerRow,
    AverageProjection,
    AverageRate,
    Question,
    TokenLimit,
)
from engine.reports import Figures
from engine.responses import PICO
from engine.rows import block_row, gap_row
from engine.times import DAY, HOUR, MINUTE, day_of

_RECENT = 3 * DAY
_CENT = PICO // 100
_WARNING = (4, 5)
"""More than this share of a limit is a warning."""


class BlockRows:
    """The rows of one question about blocks."""

    def __init__(self, question: Question, choice: Choice, basis: Basis) -> None:
        self._question = question
        self._basis = basis
        self._is_narrowed = choice.is_narrowed
        whole = History(basis.zone)
        self._selected = History(basis.zone) if self._is_narrowed else whole
        length = question.block_length
        self._blocks = Blocks(whole, length)
        if length % QUARTER or length < HOUR:
            _feed_singles(whole, self._selected, choice.chosen, basis)
        else:
            whole.update(basis.selector.sums(("slot",), Chosen()))
            if self._is_narrowed:
                self._selected.update(basis.selector.sums(("slot",), choice.chosen))
        self._blocks.update(whole.order[0] if whole.order else None)
        self._active = self._blocks.active(basis.now)

    def limit(self) -> int | None:
        """Return the limit to measure against: the one given, or the largest finished block."""
        asked = self._question.token_limit
        if asked != "max":
            return asked
        finished = self._blocks.finished(self._basis.now)
        return max((block.tally.tokens for block in finished), default=0) or None

    def rows(self, limit: int | None) -> list[AnswerRow]:
        """Return blocks and the gaps between them, by when they begin."""
        rows: list[AnswerRow] = []
        for place, block in enumerate(self._blocks.chain):
            gap = self._blocks.gap_before(place)
            if gap is not None and not self._is_narrowed and self._is_shown(gap[0]):
                rows.append(AnswerRow(row=gap_row(*gap)))
            if self._is_shown(block.start, block is self._active):
                rows += self._block(block, limit)
        return sorted(rows, key=lambda row: row.row.start or 0)

    def _is_shown(self, start: int, is_active: bool = False) -> bool:
        """Say whether a block or gap that begins at a moment was asked for."""
        question, basis = self._question, self._basis
        if question.is_active_only and not is_active:
            return False
        if question.is_recent_only and not is_active and start < basis.now - _RECENT:
            return False
        day = day_of(start, basis.zone)
        since, until = question.selection.since, question.selection.until
        return (since or date.min) <= day <= (until or date.max)

    def _block(self, block: BlockSpan, limit: int | None) -> list[AnswerRow]:
        """Return a block's row, none where nothing of it is selected."""
        tally = block.tally
        if self._is_narrowed:
            tally = self._selected.tally(block.first_slot, block.last_slot + 1)
            if not tally.by_model:
                return []
        is_active = block is self._active
        row = block_row(block, tally, is_active, self._basis.model)
        if not is_active:
            return [AnswerRow(row=row)]
        rate = average_rate(row.figures)
        projection = average_projection(row.figures, block.end - self._basis.now) if rate else None
        measured = measure(limit, projection) if limit and projection else None
        return [AnswerRow(row=row, rate=rate, projection=projection, limit=measured)]


def _feed_singles(whole: History, selected: History, chosen: Chosen, basis: Basis) -> None:
    """Give histories every response a slot of its own, in order of time."""
    rows = basis.selector.singles()
    whole.update((place, *row[1:]) for place, row in enumerate(rows))
    if selected is whole:
        return
    selected.update(
        (place, *row[1:])
        for place, row in enumerate(rows)
        if (chosen.projects is None or row[0] in chosen.projects)
        and (chosen.models is None or row[1] in chosen.models)
    )


def average_rate(figures: Figures) -> AverageRate | None:
    """Return tokens and money over the time between a block's responses, if there is any."""
    span = (figures.last or 0) - (figures.first or 0)
    if span <= 0:
        return None
    tokens = figures.tokens
    return AverageRate(
        tokens_per_minute=tokens.total * MINUTE / span,
        plain_tokens_per_minute=(tokens.input + tokens.output) * MINUTE / span,
        cost_per_hour=figures.cost * HOUR / span,
    )


def average_projection(figures: Figures, remaining: int) -> AverageProjection:
    """Return what a block will have used after a time if its average rate goes on.

    The time counts in whole minutes; halves are rounded up. The block has an average rate.
    """
    span = (figures.last or 0) - (figures.first or 0)
    minutes = _rounded(remaining, MINUTE)
    tokens = figures.tokens.total
    return AverageProjection(
        tokens=tokens + _rounded(tokens * minutes * MINUTE, span),
        cost=_rounded(figures.cost * (span + minutes * MINUTE), span * _CENT) * _CENT,
        remaining_minutes=minutes,
    )


def measure(limit: int, projection: AverageProjection) -> TokenLimit:
    """Return a projection against a limit."""
    part, whole = _WARNING
    is_warning = projection.tokens * whole > limit * part
    return TokenLimit(
        limit=limit,
        projected=projection.tokens,
        projected_share=projection.tokens / limit,
        status="exceeds" if projection.tokens > limit else "warning" if is_warning else "ok",
    )


def _rounded(part: int, whole: int) -> int:
    """Return a quotient rounded to a whole number, halves up."""
    return (2 * part + whole) // (2 * whole)
