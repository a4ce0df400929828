"""When the machine slept: such time is in no rate (SPEC §9)."""

from __future__ import annotations

from collections import deque

from engine.domain.times import MINUTE, SECOND

_LEAST = MINUTE
"""A shorter one is none: whoever follows looks every few seconds, or is busy reading."""
_MOST = 20


class Sleeps:
    """Notes each time that the clock went on by more than whoever looks at it was awake.

    That the clock was put forward looks alike, and is not a time of work either. One thread notes,
    any may ask.
    """

    def __init__(self) -> None:
        self._sleeps: deque[tuple[int, int]] = deque(maxlen=_MOST)
        self._last: tuple[int, float] | None = None

    def note(self, now: int, awake: float) -> bool:
        """Note that it is `now` by the clock; return whether the machine has just slept.

        `awake` is a monotonic clock's seconds. It stands still in a sleep on most systems; where
        it goes on, no more than a minute between two looks was spent awake.
        """
        last, self._last = self._last, (now, awake)
        if last is None:
            return False
        slept = now - last[0] - min(round((awake - last[1]) * SECOND), MINUTE)
        if slept < _LEAST:
            return False
        self._sleeps.append((now - slept, now))
        return True

    def since(self, now: int, length: int) -> int:
        """Return the moment since which so much time was spent awake, up to now."""
        begin = now - length
        for start, end in reversed(tuple(self._sleeps)):
            if end <= begin or start >= now:
                continue
            begin -= min(end, now) - start
        return begin

    def asleep(self, start: int, end: int) -> int:
        """Return how long the machine slept between two moments."""
        return sum(max(0, min(over, end) - max(begun, start)) for begun, over in self._sleeps)
