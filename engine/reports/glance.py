"""The status line's figures, from as little of history as they depend on."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from engine.aggregates.blocks import Blocks
from engine.aggregates.history import History
from engine.aggregates.rates import WINDOW, Recents
from engine.aggregates.running_block import block_at, calm
from engine.aggregates.tally import Tally
from engine.aggregates.true_window import Anchor, Running, TrueSpan
from engine.domain.glances import Glance
from engine.domain.reports import Figures
from engine.domain.responses import COMPACTED
from engine.domain.slots import slot_of
from engine.domain.times import BLOCK_LENGTH, DAY, HOUR, day_of
from engine.ledger.names import Names
from engine.ledger.rows import Reader

if TYPE_CHECKING:
    from engine.ledger.owned_rows import OwnedReader

_FIRST_REACH = 2 * DAY
"""Today is in it whatever the zone."""
_FARTHER = 4


def glance(
    reader: Reader,
    own: Reader | OwnedReader,
    names: Names,
    zone: tuple[str, tzinfo],
    now: int,
    session: str | None,
    resets_at: int | None = None,
) -> Glance:
    """Return one session, today and the active block with its burn rate.

    `zone` is its name and rules. The rules are those of `engine.aggregates`, only less
    history is given to them: as much as makes no difference. `own` reads what the session's
    owner used, whose window ends at `resets_at` where that is known: the block is that one.
    """
    history = _history(reader, zone[1], now)
    blocks = Blocks(history)
    if history.order:
        blocks.update(history.order[0])
    recents = Recents()
    newest: Running | None = blocks.newest(now)
    active: Running | None = blocks.active(now)
    if resets_at is not None and resets_at - BLOCK_LENGTH <= now < resets_at:
        start = resets_at - BLOCK_LENGTH
        rows = own.session_rows_within(start, resets_at)
        newest = active = TrueSpan(Anchor(start, resets_at, "official"), rows)
    first = None
    if newest is not None:
        first = own.first_time(newest.start - HOUR)
        recents.update(own.recent(max(newest.start - HOUR, calm(now) - WINDOW), 0))
    number = names.find("sessions", session) if session else None
    context = None if number is None else reader.context_of(number)
    return Glance(
        now=now,
        zone=zone[0],
        session=None if number is None else _session(reader, names, number),
        today=history.day(day_of(now, zone[1])).figures(names.model),
        block=block_at(active, now, names.model) if active else None,
        burn_rate=recents.burn_rate(calm(now), first=first),
        context=context[0] if context and context[0] != COMPACTED else None,
        longest_context=context[1] if context else 0,
        is_compacted=context is not None and context[0] == COMPACTED,
    )


def _history(reader: Reader, zone: tzinfo, now: int) -> History:
    """Bring in today, and so much that the newest block's start is sure."""
    history = History(zone)
    reach, before = _FIRST_REACH, 1 << 62
    while before > 0:
        first = max(now - reach, 0)
        history.update(reader.slot_rows(0, slot_of(first), before))
        if first == 0 or _begins_anew(history, first, now):
            break
        before, reach = slot_of(first), reach * _FARTHER
    return history


def _begins_anew(history: History, since: int, now: int) -> bool:
    """Say whether there was an idle time since a moment after which a block began for sure."""
    earlier = since
    for slot in history.order:
        first, last = history.span_of(slot)
        if first > now:
            break
        if first - earlier > BLOCK_LENGTH:
            return True
        earlier = last
    return now - earlier >= BLOCK_LENGTH


def _session(reader: Reader, names: Names, number: int) -> Figures | None:
    tally = Tally()
    for row in reader.session_rows_where("session", (number,)):
        tally.add(row.model, row.sums)
    return tally.figures(names.model) if tally.by_model else None
