"""When a server may be asked again: one memory for all processes, kept across restarts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from engine.domain.times import DAY, HOUR, MINUTE

LEAST_PAUSE = 5 * MINUTE
"""The shortest time between two questions, of all processes together."""
LONGEST_BACK_OFF = 6 * HOUR
LONGEST_OFFLINE = 30 * MINUTE
"""The longest back-off where no server was reached: none was troubled."""

LONGEST_ASKED_FOR = DAY
"""What a server asks for beyond this is not waited for."""
_LONGEST_SANE = 2 * DAY
"""What is to be waited for longer was kept while the clock was wrong."""
_MOST_FAILURES = 30


class Pauses(NamedTuple):
    """How long a server is left alone, in milliseconds."""

    least: int = LEAST_PAUSE
    """Between two questions in any case."""
    longest: int = LONGEST_BACK_OFF
    """After many failures in a row."""
    longest_unreached: int = LONGEST_OFFLINE
    """The same where nobody was reached."""


USUAL_PAUSES = Pauses()
Result = Literal["answered", "failed", "unreached", "unasked"]


def back_off(failures: int, pauses: Pauses, *, is_unreached: bool) -> int:
    """Return how long to wait after so many failures in a row: twice as long after each."""
    longest = pauses.longest_unreached if is_unreached else pauses.longest
    return min(pauses.least << failures, longest)


class Turn(Struct, frozen=True):
    """What was kept of the last question."""

    next_allowed_at: int = 0
    failures: int = 0
    """In a row, up to now."""
    outcome: str = ""
    """How the last question went; empty if none was finished."""
    status: int = 0
    """The HTTP status of the last answer, 0 without one."""
    asked_at: int = 0


class Turns:
    """Gives one process at a time the right to ask.

    `load` returns the text that `keep` kept last, of whatever process, else `None`. Between
    a `load` and its `keep` inside `exclusive()` no other process may do either: a transaction.
    """

    def __init__(
        self,
        load: Callable[[], str | None],
        keep: Callable[[str], None],
        exclusive: Callable[[], AbstractContextManager[object]] = nullcontext,
        pauses: Pauses = USUAL_PAUSES,
    ) -> None:
        self._load = load
        self._keep = keep
        self._exclusive = exclusive
        self._pauses = pauses

    def last(self) -> Turn:
        """Return what is kept; a text that is damaged or missing counts as none."""
        text = self._load()
        try:
            return Turn() if text is None else msgspec.json.decode(text, type=Turn)
        except (msgspec.DecodeError, ValueError, RecursionError):
            return Turn()

    def take(self, now: int) -> Turn | None:
        """Take the right to ask and return what the last question came to, `None` if it is not yet.

        A crash while asking costs no more than the pause that holds anyway.
        """
        with self._exclusive():
            last = self.last()
            if now < last.next_allowed_at <= now + _LONGEST_SANE:
                return None
            self._write(msgspec.structs.replace(last, next_allowed_at=now + self._pauses.least))
            return last

    def end(
        self,
        taken: Turn,
        result: Result,
        now: int,
        *,
        outcome: str = "",
        status: int = 0,
        asked_for: int | None = None,
    ) -> Turn:
        """Keep how a question went; `asked_for` is the server's own `Retry-After`, milliseconds."""
        failures = 0
        if result == "unasked":
            failures = taken.failures
        elif result != "answered":
            failures = min(max(taken.failures, 0) + 1, _MOST_FAILURES)
        pause = self._pauses.least
        if result in ("failed", "unreached"):
            pause = back_off(failures, self._pauses, is_unreached=result == "unreached")
        pause = max(pause, min(asked_for or 0, LONGEST_ASKED_FOR))
        turn = Turn(now + pause, failures, outcome, status, now)
        with self._exclusive():
            self._write(turn)
        return turn

    def _write(self, turn: Turn) -> None:
        self._keep(msgspec.json.encode(turn).decode())
