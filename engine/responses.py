"""The words of the domain: tokens, money, and one response of a model.

A *sighting* is what one transcript line says of a response; a *response* is what all
sightings of one key add up to. `merge` is the only place where that is decided.
"""

from __future__ import annotations

from msgspec import Struct

from engine.digest import blake2b

PICO = 10**12
"""Pico-dollars in one US dollar: all money is kept in whole pico-dollars."""


CLAUDE = "claude"
"""The agent whose transcripts and windows ccmon knows best: Claude Code."""
FAST = "-fast"
"""What follows a model's name where its responses came in fast mode, which is billed apart."""


def billed_name(model: str, is_fast: bool) -> str:
    """Return the name under which a response counts: `claude-opus-5-fast` in fast mode."""
    return model + FAST if is_fast and model else model


class Tokens(Struct, frozen=True, gc=False):
    """Token counts of five disjoint kinds (SPEC §4)."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0

    @property
    def cache_write(self) -> int:
        """Tokens written to the cache, of both lifetimes."""
        return self.cache_write_5m + self.cache_write_1h

    @property
    def prompt(self) -> int:
        """Tokens the model was given: input, cache read and cache write."""
        return self.input + self.cache_read + self.cache_write_5m + self.cache_write_1h

    @property
    def total(self) -> int:
        """All tokens of all kinds."""
        return self.prompt + self.output


class Sighting(Struct, frozen=True, gc=False, array_like=True):
    """What one line (or several lines, merged) says of one response.

    The first group of fields decides and describes the *winning* line, the second the
    *origin*: the line with the earliest time. Times are UTC milliseconds.
    """

    key: str
    is_sidechain: bool
    won_at: int
    model: str
    tokens: Tokens
    is_fast: bool
    is_us: bool
    is_batch: bool
    searches: int
    recorded: int | None
    agent: str

    time: int
    is_forked: bool
    session: str
    project: str

    provider: str = ""
    """Who ran the model, where an agent names it: `openai`. Of the winning line."""
    reasoning: int = 0
    """Tokens of the output that are known to be reasoning. Of the winning line."""


def merge(one: Sighting, other: Sighting) -> Sighting:
    """Return what two sightings of the same key say together (SPEC §3).

    The rule is a maximum over the winning side and a minimum over the origin side, both
    under a total order, so the result depends neither on order nor on repetition.
    """
    winner = one if _winning_rank(one) >= _winning_rank(other) else other
    origin = one if _origin_rank(one) <= _origin_rank(other) else other
    if winner is origin:
        return winner
    return Sighting(
        key=winner.key,
        is_sidechain=winner.is_sidechain,
        won_at=winner.won_at,
        model=winner.model,
        tokens=winner.tokens,
        is_fast=winner.is_fast,
        is_us=winner.is_us,
        is_batch=winner.is_batch,
        searches=winner.searches,
        recorded=winner.recorded,
        agent=winner.agent,
        time=origin.time,
        is_forked=origin.is_forked,
        session=origin.session,
        project=origin.project,
        provider=winner.provider,
        reasoning=winner.reasoning,
    )


def _winning_rank(sighting: Sighting) -> tuple[object, ...]:
    """Order sightings by which line's figures hold: the largest wins.

    What follows the time only makes the order total: equal lines are equal anyway.
    """
    tokens = sighting.tokens
    return (
        not sighting.is_sidechain,
        tokens.output,
        tokens.total,
        sighting.won_at,
        -1 if sighting.recorded is None else sighting.recorded,
        tokens.input,
        tokens.cache_read,
        tokens.cache_write_1h,
        sighting.searches,
        sighting.model,
        sighting.is_fast,
        sighting.is_us,
        sighting.is_batch,
        sighting.agent,
        sighting.provider,
        sighting.reasoning,
    )


def _origin_rank(sighting: Sighting) -> tuple[object, ...]:
    """Order sightings by which line's time and place hold: the smallest does."""
    return (sighting.time, sighting.is_forked, sighting.session, sighting.project)


def response_id(key: str) -> int:
    """Return the 63-bit number under which the ledger keeps the response of a key."""
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
