"""Blocks of any length, worked out slowly: their gaps, rates, projections and limits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Protocol, TypeVar

from engine.domain.questions import Question
from tests.slow_reading import SlowResponse
from tests.slow_reports import group
from tests.slow_rows import DAY, HOUR, MINUTE, Setting, SlowAnswer, SlowRow, whole

CENT = 10**10
"""A cent in pico-dollars."""


class Timed(Protocol):
    """What has a moment, in UTC milliseconds."""

    @property
    def time(self) -> int: ...


AnyTimed = TypeVar("AnyTimed", bound=Timed)

Blocks = Sequence[tuple[int, list[SlowResponse]]]


def answer_blocks(
    question: Question,
    responses: Sequence[SlowResponse],
    chosen: Sequence[SlowResponse],
    setting: Setting,
) -> SlowAnswer:
    """Return blocks over all responses; where only some are chosen, what these sum to in each."""
    is_narrowed = question.selection.project is not None or question.selection.model is not None
    ids = {id(each) for each in chosen}
    found = in_blocks(responses, question.block_length)
    active = _active(found, question.block_length, setting.now)
    limit = _limit(question, found, setting.now)
    rows: list[SlowRow] = []
    kept: list[SlowResponse] = []
    for place, (start, inside) in enumerate(found):
        gap = _gap(found, place, question.block_length)
        if gap is not None and not is_narrowed and _is_shown(question, gap, setting):
            rows.append(gap)
        own = [each for each in inside if id(each) in ids]
        row = _block(start, own, question.block_length, is_active=place == active)
        if own and _is_shown(question, row, setting):
            rows.append(_with_rate(row, limit, setting.now))
            kept += own
    return SlowAnswer(rows, whole(kept), 0, limit)


def _limit(question: Question, found: Blocks, now: int) -> int | None:
    """Return the limit given, or the most tokens of a block that is over."""
    if question.token_limit != "max":
        return question.token_limit
    active = _active(found, question.block_length, now)
    totals = [
        whole(inside).tokens.total
        for place, (start, inside) in enumerate(found)
        if start <= now and place != active
    ]
    return max(totals, default=0) or None


def _active(found: Blocks, length: int, now: int) -> int | None:
    """Return the place of the newest block that has begun, if it still runs."""
    begun = [place for place, (start, _) in enumerate(found) if start <= now]
    if not begun:
        return None
    start, inside = found[begun[-1]]
    return begun[-1] if now < start + length and now - inside[-1].time < length else None


def _gap(found: Blocks, place: int, length: int) -> SlowRow | None:
    """Return the idle time before a block, where it was longer than a block."""
    if place == 0:
        return None
    last, first = found[place - 1][1][-1].time, found[place][1][0].time
    if first - last <= length:
        return None
    return SlowRow(key=f"gap-{last + length}", start=last + length, end=first, is_gap=True)


def _block(start: int, own: Sequence[SlowResponse], length: int, *, is_active: bool) -> SlowRow:
    return SlowRow(
        key=str(start),
        start=start,
        end=start + length,
        figures=whole(own),
        by_model=group(own, lambda each: each.model),
        is_active=is_active,
    )


def _is_shown(question: Question, row: SlowRow, setting: Setting) -> bool:
    assert row.start is not None
    if question.is_active_only and not row.is_active:
        return False
    is_recent = row.is_active or row.start >= setting.now - 3 * DAY
    if question.is_recent_only and not is_recent:
        return False
    since = question.selection.since or date.min
    return since <= setting.day(row.start) <= (question.selection.until or date.max)


def _with_rate(row: SlowRow, limit: int | None, now: int) -> SlowRow:
    """Give the active block its average rate, and what that leads to."""
    span = row.figures.last - row.figures.first
    if not row.is_active or span <= 0:
        return row
    tokens, cost = row.figures.tokens, row.figures.cost
    minutes = Fraction(span, MINUTE)
    left = _half_up(Fraction((row.end or 0) - now, MINUTE))
    row.rate = (
        tokens.total / minutes,
        (tokens.input + tokens.output) / minutes,
        cost / minutes * 60,
    )
    projected = _half_up(tokens.total + row.rate[0] * left)
    cents = _half_up(Fraction(cost + row.rate[2] / 60 * left) / CENT)
    row.projection = (projected, cents * CENT, left)
    if limit is not None:
        share = Fraction(projected, limit)
        status = "exceeds" if share > 1 else "warning" if share > Fraction(4, 5) else "ok"
        row.limit = (limit, share, status)
    return row


def _half_up(number: Fraction) -> int:
    return math.floor(number + Fraction(1, 2))


def hours_as_length(hours: str) -> int:
    """Return a block's length in milliseconds, given in hours as typed."""
    return round(Fraction(hours) * HOUR)


def in_blocks(responses: Iterable[AnyTimed], length: int) -> list[tuple[int, list[AnyTimed]]]:
    """Return each block's start and responses, oldest first."""
    found: list[tuple[int, list[AnyTimed]]] = []
    for response in sorted(responses, key=lambda response: response.time):
        if (
            not found
            or response.time > found[-1][0] + length
            or response.time > found[-1][1][-1].time + length
        ):
            found.append((response.time // HOUR * HOUR, []))
        found[-1][1].append(response)
    return found
