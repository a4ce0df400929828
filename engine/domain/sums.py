"""Sums of responses as the ledger keeps them, and the rows that it gives them in."""

# No annotation is put off here: as text, each would be compiled anew at every start.

from typing import NamedTuple

from msgspec import Struct


class Sums(NamedTuple):
    """What some responses of one model sum to; money is whole pico-dollars, times UTC ms."""

    responses: int
    unpriced: int
    """Of them, how many have no cost that is known."""
    input: int
    output: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int
    cost: int
    first: int
    """When the first response came."""
    last: int
    reasoning: int
    """Tokens that are known to be reasoning inside the output."""


def added(one: Sums, other: Sums) -> Sums:
    """Return the sums of both; the hottest loop of a long report, hence spelled out."""
    return Sums(
        one[0] + other[0],
        one[1] + other[1],
        one[2] + other[2],
        one[3] + other[3],
        one[4] + other[4],
        one[5] + other[5],
        one[6] + other[6],
        one[7] + other[7],
        min(one[8], other[8]),
        max(one[9], other[9]),
        one[10] + other[10],
    )


class SlotSums(Struct, frozen=True, gc=False):
    """Sums of a quarter hour's slot and a model."""

    slot: int
    model: int
    sums: Sums


class SessionSums(Struct, frozen=True, gc=False):
    """Sums of a session, the directory of its transcript and a model."""

    session: int
    directory: int
    model: int
    sums: Sums

    @property
    def key(self) -> tuple[int, int, int]:
        """Session, directory and model."""
        return (self.session, self.directory, self.model)


class AgentSums(Struct, frozen=True, gc=False):
    """Sums of a sub-agent and a model."""

    agent: int
    model: int
    sums: Sums


class PlaceSums(Struct, frozen=True, gc=False):
    """Sums of where sessions work and a model."""

    workplace: int
    model: int
    sums: Sums


class PlacedSums(Struct, frozen=True):
    """Sums by where sessions work, without the sessions."""

    rows: list[PlaceSums]
    sessions: list[tuple[int, int]]
    """A place where sessions work, or a model, with how many these are."""
    total: int
    """How many sessions there are in all."""
    directories: list[tuple[int, int, int]]
    """Each model with a directory of transcripts and when it was first used there."""


class KeyedSums(Struct, frozen=True, gc=False):
    """Sums by the keys asked for, in their order, and a model."""

    keys: tuple[int, ...]
    model: int
    sums: Sums
