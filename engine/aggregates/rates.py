"""Recent responses: burn rate, trace over the block, and who is burning (SPEC §8)."""

# No annotation is put off here: as text, each would be compiled anew at every start.

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from engine.aggregates.sleeps import Sleeps
from engine.domain.responses import COMPACTED
from engine.domain.running_blocks import BurnRate, Trace
from engine.domain.times import BLOCK_LENGTH, HOUR, MINUTE
from engine.ledger.rows import Recent

WINDOW = 10 * MINUTE
"""The recent window of the burn rate."""
STEP = 2 * MINUTE
"""Length of a step of the trace."""
_MINUTES = STEP // MINUTE
BUSY = 2 * MINUTE
"""Who wrote within it is at work."""
WAITED_FOR = 10 * MINUTE
"""As long a sub-agent's tool may run; nothing is written meanwhile."""
SESSION_WINDOW = 5 * MINUTE
"""The window of a session's own rate."""

_WORDS = ((5_000, "intense"), (2_000, "busy"), (500, "steady"))
"""Plain tokens a minute from which a word holds; the thresholds 2,000 and 5,000 are those
that users know from ccusage's indicator."""


class Context(NamedTuple):
    """How long a session's context is: of the model that answered last."""

    model: int
    tokens: int | None
    """`None` since a compaction that left nobody knows what."""
    longest: int
    """The most that were in one of that model."""


class SessionRate(NamedTuple):
    """What a session uses: tokens a minute, and pico-dollars an hour."""

    tokens_per_minute: float = 0.0
    cost_per_hour: int = 0


class Recents:
    """Responses since a moment, in time order, with sums by step."""

    def __init__(self, sleeps: Sleeps | None = None) -> None:
        self._sleeps = sleeps or Sleeps()
        self._responses: dict[int, Recent] = {}
        self._order: list[tuple[int, int]] = []
        self._uses: list[tuple[int, int, int]] = []
        """Time, tokens and cost of each response of the order."""
        self._minutes: dict[int, list[int]] = {}
        self._compactions: dict[int, Recent] = {}
        self._contexts: dict[int, Context] | None = None

    def clear(self) -> None:
        """Forget all, before the window moves."""
        self._responses.clear()
        self._order.clear()
        self._uses.clear()
        self._minutes.clear()
        self._compactions.clear()
        self._contexts = None

    def update(self, changed: Mapping[int, Recent]) -> None:
        """Take new and replaced responses, by id."""
        self._contexts = None
        for id_, recent in changed.items():
            old = self._responses.pop(id_, None)
            if old is not None:
                place = bisect_left(self._order, (old.time, id_))
                del self._order[place], self._uses[place]
                self._count(old, -1)
            if recent.is_counted:
                self._responses[id_] = recent
                place = bisect_left(self._order, (recent.time, id_))
                self._order.insert(place, (recent.time, id_))
                self._uses.insert(place, (recent.time, recent.tokens, recent.cost))
                self._count(recent, 1)
            elif recent.context:
                self._compactions[id_] = recent

    def _count(self, recent: Recent, sign: int) -> None:
        minute = self._minutes.setdefault(recent.time // MINUTE, [0, 0])
        minute[0] += sign * recent.tokens
        minute[1] += sign * recent.cost

    def _within(self, window: int, now: int) -> Iterator[Recent]:
        """Yield the responses of a window up to now, in time order.

        Clocks differ a little: a response of the coming minute counts, a later one waits.
        """
        place = bisect_left(self._order, (now - window + 1, -1))
        for time, id_ in self._order[place:]:
            if time > now + MINUTE:
                break
            yield self._responses[id_]

    def burn_rate(self, now: int, window: int = WINDOW, first: int | None = None) -> BurnRate:
        """Return the rate over a recent window.

        Time before the first response known (an hour before the block at most) is not
        counted, but at least one minute is, so two quick responses do not explode; idle
        time counts as idle, a sleep of the machine as no time at all. `first` is when the first
        one came where only those of the window are here.
        """
        since = self._sleeps.since(now, window)
        tokens = plain = cost = 0
        for recent in self._within(now - since, now):
            tokens += recent.tokens
            plain += recent.plain_tokens
            cost += recent.cost
        begun = first
        if begun is None:
            begun = self._order[0][0] if self._order else now - window
        elapsed = min(window, max(MINUTE, now - begun - self._sleeps.asleep(begun, now)))
        plain_rate = plain * MINUTE / elapsed
        return BurnRate(
            window=window,
            tokens_per_minute=tokens * MINUTE / elapsed,
            plain_tokens_per_minute=plain_rate,
            cost_per_hour=cost * HOUR // elapsed,
            word=_word(tokens, plain_rate),
        )

    def trace(self, start: int, first: int, now: int) -> Trace:
        """Return tokens and cost of each step from a block's start, a whole minute, up to now.

        `first` is the block's first response: one exactly at the start may belong to the
        block before.
        """
        end = start + BLOCK_LENGTH
        begun = min(max(now - start, 0) // STEP + 1, (end - start) // STEP)
        steps = [self._step(start // MINUTE + number * _MINUTES) for number in range(begun)]
        if first > start:
            earlier = list(self._at(start))
            steps[0] = (
                steps[0][0] - sum(recent.tokens for recent in earlier),
                steps[0][1] - sum(recent.cost for recent in earlier),
            )
        running: list[tuple[int, int]] = []
        tokens = cost = 0
        for step in steps:
            tokens += step[0]
            cost += step[1]
            running.append((tokens, cost))
        return Trace(
            start=start,
            step=STEP,
            steps=(end - start) // STEP,
            tokens=tuple(step[0] for step in steps),
            cost=tuple(step[1] for step in steps),
            running_tokens=tuple(each[0] for each in running),
            running_cost=tuple(each[1] for each in running),
        )

    def _step(self, minute: int) -> tuple[int, int]:
        tokens = cost = 0
        for each in range(minute, minute + _MINUTES):
            sums = self._minutes.get(each)
            if sums is not None:
                tokens += sums[0]
                cost += sums[1]
        return tokens, cost

    def uses(self, start: int, now: int) -> list[tuple[int, int, int]]:
        """Return time, tokens and cost of the responses from a time up to now, in time order."""
        first, end = (bisect_left(self._order, (time, -1)) for time in (start, now + MINUTE + 1))
        return self._uses[first:end]

    def contexts(self) -> Mapping[int, Context]:
        """Return the context of each session's main chain, where anything says how long it is."""
        if self._contexts is None:
            self._contexts = self._found_contexts()
        return self._contexts

    def _found_contexts(self) -> dict[int, Context]:
        found: dict[int, Context] = {}
        longest: dict[tuple[int, int], int] = {}
        every = [self._responses[id_] for _, id_ in self._order]
        if self._compactions:
            every = sorted([*every, *self._compactions.values()], key=lambda each: each.time)
        for each in every:
            if each.agent or not each.context:
                continue
            known = found.get(each.session)
            model = each.model if each.is_counted or known is None else known.model
            most = max(each.context, longest.get((each.session, model), 0))
            longest[each.session, model] = most
            tokens = None if each.context == COMPACTED else each.context
            found[each.session] = Context(model, tokens, most)
        return found

    def _at(self, moment: int) -> Iterator[Recent]:
        for time, id_ in self._order[bisect_left(self._order, (moment, -1)) :]:
            if time > moment:
                break
            yield self._responses[id_]

    def session_rates(self, now: int) -> dict[int, SessionRate]:
        """Return the rate of each session over the last five minutes."""
        used: dict[int, tuple[int, int]] = {}
        for recent in self._within(now - self._sleeps.since(now, SESSION_WINDOW), now):
            tokens, cost = used.get(recent.session, (0, 0))
            used[recent.session] = tokens + recent.tokens, cost + recent.cost
        return {
            session: SessionRate(tokens * MINUTE / SESSION_WINDOW, cost * HOUR // SESSION_WINDOW)
            for session, (tokens, cost) in used.items()
        }

    def running_agents(self, now: int) -> dict[int, int]:
        """Return how many sub-agents of each session are at work.

        They wrote just now, or a while ago and their session has waited for them since: a tool
        that runs long writes nothing, and the main chain goes on only when they are done.
        """
        last: dict[tuple[int, int], int] = {}
        for each in self._within(WAITED_FOR, now):
            last[each.session, each.agent] = each.time
        return dict(
            Counter(
                session
                for (session, agent), time in last.items()
                if agent and (now - time < BUSY or time > last.get((session, 0), 0))
            )
        )


def _word(tokens: int, plain_rate: float) -> str:
    if tokens == 0:
        return "idle"
    return next((word for rate, word in _WORDS if plain_rate >= rate), "calm")
