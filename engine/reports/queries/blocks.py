"""Blocks over all of history, what is selected of each, and the rates of the active one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from engine.aggregates.blocks import Blocks, BlockSpan
from engine.aggregates.history import History
from engine.domain.chosen import Chosen
from engine.domain.owners import OwnedScope
from engine.domain.questions import (
    AnswerRow,
    AverageProjection,
    AverageRate,
    Question,
    TokenLimit,
)
from engine.domain.reports import Figures
from engine.domain.responses import CLAUDE, PICO
from engine.domain.slots import QUARTER
from engine.domain.sums import KeyedSums, SlotSums
from engine.domain.times import DAY, HOUR, MINUTE, day_of
from engine.reports.queries.basis import Basis
from engine.reports.queries.choice import Choice
from engine.reports.rows import block_row, gap_row

_RECENT = 3 * DAY
_CENT = PICO // 100
_WARNING = (4, 5)
"""More than this share of a limit is a warning."""


class BlockRows:
    """The rows of one question about blocks; every agent has blocks of its own."""

    def __init__(
        self,
        question: Question,
        choice: Choice,
        basis: Basis,
        owned: Sequence[OwnedScope] | None = None,
    ) -> None:
        self._question = question
        self._basis = basis
        self._is_narrowed = choice.is_narrowed
        agents = [each for each in basis.scopes if owned is None or each == CLAUDE]
        self._agents = [_AgentBlocks(agent, question, choice, basis, owned) for agent in agents]

    def limit(self) -> int | None:
        """Return the limit to measure against: the one given, or the largest finished block."""
        asked = self._question.token_limit
        if asked != "max":
            return asked
        now = self._basis.now
        finished = [block for each in self._agents for block in each.blocks.finished(now)]
        return max((block.tally.tokens for block in finished), default=0) or None

    def rows(self, limit: int | None) -> list[AnswerRow]:
        """Return blocks by when they begin, and one agent's with the gaps between them."""
        has_gaps = not self._is_narrowed and len(self._agents) == 1
        rows: list[AnswerRow] = []
        for each in self._agents:
            for place, block in enumerate(each.blocks.chain):
                gap = each.blocks.gap_before(place) if has_gaps else None
                if gap is not None and self._is_shown(gap[0]):
                    rows.append(AnswerRow(row=gap_row(*gap)))
                if self._is_shown(block.start, block is each.active):
                    rows += self._block(each, block, limit)
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

    def _block(self, of: _AgentBlocks, block: BlockSpan, limit: int | None) -> list[AnswerRow]:
        """Return a block's row, none where nothing of it is selected."""
        tally = block.tally
        if self._is_narrowed:
            tally = of.selected.tally(block.first_slot, block.last_slot + 1)
            if not tally.by_model:
                return []
        is_active = block is of.active
        row = block_row(block, tally, is_active, self._basis.model, of.agent)
        if not is_active:
            return [AnswerRow(row=row)]
        rate = average_rate(row.figures)
        projection = average_projection(row.figures, block.end - self._basis.now) if rate else None
        measured = measure(limit, projection) if limit and projection else None
        return [AnswerRow(row=row, rate=rate, projection=projection, limit=measured)]


class _AgentBlocks:
    """One agent's blocks, and what is selected of its history."""

    def __init__(
        self,
        agent: str,
        question: Question,
        choice: Choice,
        basis: Basis,
        owned: Sequence[OwnedScope] | None,
    ) -> None:
        self.agent = agent
        whole = History(basis.zone)
        self.selected = History(basis.zone) if choice.is_narrowed else whole
        length = question.block_length
        self.blocks = Blocks(whole, length)
        selector = basis.selector_of(agent)
        if owned is not None:
            rows = _responses_of(owned, basis)
            _feed_singles(whole, self.selected, choice.chosen, basis, rows)
        elif length % QUARTER or length < HOUR:
            _feed_singles(whole, self.selected, choice.chosen, basis, selector.singles())
        else:
            whole.update(_slots(selector.sums(("slot",), Chosen())))
            if choice.is_narrowed:
                self.selected.update(_slots(selector.sums(("slot",), choice.chosen)))
        self.blocks.update(whole.order[0] if whole.order else None)
        self.active = self.blocks.active(basis.now)


def _slots(rows: Iterable[KeyedSums]) -> Iterator[SlotSums]:
    """Yield rows by slot as sums of slots."""
    return (SlotSums(row.keys[0], row.model, row.sums) for row in rows)


def _responses_of(owned: Iterable[OwnedScope], basis: Basis) -> list[KeyedSums]:
    """Return an account's responses in time order; its scopes follow each other in time."""
    return [
        row
        for scope, since, until in owned
        for row in basis.sums_of(scope).singles()
        if since <= row.sums.first < until
    ]


def _feed_singles(
    whole: History, selected: History, chosen: Chosen, basis: Basis, rows: Sequence[KeyedSums]
) -> None:
    """Give histories every response a slot of its own, in order of time."""
    whole.update(SlotSums(place, row.model, row.sums) for place, row in enumerate(rows))
    if selected is whole:
        return

    def is_chosen(row: KeyedSums) -> bool:
        directory, session = row.keys
        return (
            (chosen.directories is None or directory in chosen.directories)
            and (
                chosen.workplaces is None or basis.projects.workplace(session) in chosen.workplaces
            )
            and (chosen.models is None or row.model in chosen.models)
        )

    selected.update(
        SlotSums(place, row.model, row.sums) for place, row in enumerate(rows) if is_chosen(row)
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
