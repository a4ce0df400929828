"""The words of the domain: tokens, money, and one response of a model.

A *sighting* is what one transcript line says of a response; a *response* is what all
sightings of one key add up to. `merge` is the only place where that is decided.
"""

from __future__ import annotations

from msgspec import Struct

from engine.domain.digest import blake2b

PICO = 10**12
"""Pico-dollars in one US dollar: all money is kept in whole pico-dollars."""


MOST_DOLLARS = 10_000
"""A larger recorded cost than any response can have is damage, and is none."""

CLAUDE = "claude"
"""The agent whose transcripts and windows ccmon knows best: Claude Code."""
TELEMETRY = "claude-telemetry"
"""What Claude Code told the service of sessions whose transcripts are not here."""
PROMPT = -1
"""Stands for a context that is as long as the response's prompt."""
BESIDE = 0
"""Stands for a response that had a context of its own, beside the session's."""
COMPACTED = 1
"""Stands for a context that was compacted to nobody knows what."""
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

    is_sidechain: bool
    won_at: int
    model: str
    input: int
    output: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int
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
    context: int = PROMPT
    """Tokens in the session's context after it, or what stands for them. Of the winning line."""
    machine: int = 0
    """The place of the machine whose line it is (`engine.domain.machines`). Of the origin."""

    @property
    def tokens(self) -> Tokens:
        """The counts by themselves."""
        return Tokens(
            self.input, self.output, self.cache_read, self.cache_write_5m, self.cache_write_1h
        )

    @property
    def total(self) -> int:
        """All tokens of all kinds."""
        return (
            self.input + self.output + self.cache_read + self.cache_write_5m + self.cache_write_1h
        )


def merge(one: Sighting, other: Sighting) -> Sighting:
    """Return what two sightings of the same key say together (SPEC §3).

    The rule is a maximum over the winning side and a minimum over the origin side, both
    under a total order, so the result depends neither on order nor on repetition.
    """
    winner = one if _wins(one, other) else other
    origin = one if _is_earlier(one, other) else other
    if winner is origin:
        return winner
    return Sighting(
        winner.is_sidechain,
        winner.won_at,
        winner.model,
        winner.input,
        winner.output,
        winner.cache_read,
        winner.cache_write_5m,
        winner.cache_write_1h,
        winner.is_fast,
        winner.is_us,
        winner.is_batch,
        winner.searches,
        winner.recorded,
        winner.agent,
        origin.time,
        origin.is_forked,
        origin.session,
        origin.project,
        winner.provider,
        winner.reasoning,
        winner.context,
        origin.machine,
    )


def _wins(one: Sighting, other: Sighting) -> bool:
    """Say whether the first line's figures hold: most output, not side-chain, most tokens, latest.

    A side-chain's line may hold the end of an answer whose own line was left unfinished.
    """
    if one.output != other.output:
        return one.output > other.output
    if one.is_sidechain != other.is_sidechain:
        return other.is_sidechain
    if one.total != other.total:
        return one.total > other.total
    if one.won_at != other.won_at:
        return one.won_at > other.won_at
    return _further_rank(one) >= _further_rank(other)


def _further_rank(sighting: Sighting) -> tuple[object, ...]:
    """Make the order of winning total: lines equal in all of this are equal anyway."""
    return (
        -1 if sighting.recorded is None else sighting.recorded,
        sighting.input,
        sighting.cache_read,
        sighting.cache_write_1h,
        sighting.searches,
        sighting.model,
        sighting.is_fast,
        sighting.is_us,
        sighting.is_batch,
        sighting.agent,
        sighting.provider,
        sighting.reasoning,
        sighting.context,
    )


def _is_earlier(one: Sighting, other: Sighting) -> bool:
    """Say whether the first line's time and place hold: the smaller do."""
    if one.time != other.time:
        return one.time < other.time
    return (one.is_forked, one.session, one.project, one.machine) <= (
        other.is_forked,
        other.session,
        other.project,
        other.machine,
    )


def response_id(key: str) -> int:
    """Return the 63-bit number under which the ledger keeps the response of a key."""
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
