"""Blocks: 5-hour billing windows over all responses in time order (SPEC §7)."""

from __future__ import annotations

from bisect import bisect_left
from typing import ClassVar, Literal

from engine.aggregates.history import History, span_of
from engine.aggregates.tally import Tally
from engine.domain.slots import slot_bounds
from engine.domain.times import BLOCK_LENGTH, HOUR


class BlockSpan:
    """One block: where it begins, its first and last response, what it sums to."""

    anchor: ClassVar[Literal["estimated"]] = "estimated"
    """Where its start is known from: its responses alone."""
    __slots__ = ("first", "first_slot", "last", "last_slot", "length", "start", "tally")

    def __init__(self, first: int, slot: int, length: int = BLOCK_LENGTH) -> None:
        self.start = first - first % HOUR
        self.length = length
        self.first = first
        self.last = first
        self.first_slot = slot
        self.last_slot = slot
        self.tally = Tally()

    @property
    def end(self) -> int:
        """When the block ends at the latest."""
        return self.start + self.length

    def is_active(self, now: int) -> bool:
        """Whether the block is running: not over, and used within its length."""
        return now < self.end and now - self.last < self.length


class Blocks:
    """The chain of blocks; a change recomputes from the first block it can touch.

    A slot never straddles a block's end: blocks begin on the hour and last whole quarter
    hours, and a response exactly on a quarter hour has a slot of its own. Where they do not,
    or end before the hour in which they begin, every response needs a slot of its own.
    """

    def __init__(self, history: History, length: int = BLOCK_LENGTH) -> None:
        self.chain: list[BlockSpan] = []
        self.version = 0
        """Grows whenever a block other than the newest may have changed."""
        self._history = history
        self._length = length

    def update(self, changed_from: int | None) -> None:
        """Bring the chain up to date with history, which changed from a slot on."""
        if changed_from is None:
            return
        count = len(self.chain)
        if self.chain:
            moment = slot_bounds(changed_from)[0]
            while self.chain and self.chain[-1].end >= moment:
                self.chain.pop()
        kept = len(self.chain)
        order = self._history.order
        begin = bisect_left(order, self.chain[-1].last_slot + 1) if self.chain else 0
        for place in range(begin, len(order)):
            self._append(order[place])
        if kept < count - 1 or len(self.chain) != count:
            self.version += 1

    def _append(self, slot: int) -> None:
        models = self._history.slots[slot]
        first, last = span_of(models)
        block = self.chain[-1] if self.chain else None
        if block is None or first > block.end or first > block.last + self._length:
            block = BlockSpan(first, slot, self._length)
            self.chain.append(block)
        block.last = last
        block.last_slot = slot
        block.tally.add_all(models)

    def newest(self, now: int) -> BlockSpan | None:
        """Return the newest block that has begun; later ones come of clocks gone wrong."""
        for block in reversed(self.chain):
            if block.start <= now:
                return block
        return None

    def active(self, now: int) -> BlockSpan | None:
        """Return the block that is running, if one is."""
        block = self.newest(now)
        return block if block is not None and block.is_active(now) else None

    def finished(self, now: int) -> list[BlockSpan]:
        """Return the blocks that are over, oldest first."""
        active = self.active(now)
        return [block for block in self.chain if block is not active and block.start <= now]

    def gap_before(self, place: int) -> tuple[int, int] | None:
        """Return the idle time before a block, where it was longer than a block lasts."""
        if place == 0:
            return None
        earlier, block = self.chain[place - 1], self.chain[place]
        if block.first - earlier.last <= self._length:
            return None
        return earlier.last + self._length, block.first
