"""Goes on with another ledger where the present one fails."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from threading import Event, Thread, current_thread
from typing import TYPE_CHECKING, TypeVar

from engine.ledger.versions import is_busy

if TYPE_CHECKING:
    from typing import Protocol

    class Connected(Protocol):
        """Something that reads a ledger by a connection, for as long as that is the ledger's."""

        @property
        def connection(self) -> sqlite3.Connection:
            """The connection it reads by."""

    class Recoverable(Connected, Protocol):
        """What lets a ledger go on with another connection."""

        def recover(self, error: sqlite3.Error) -> None:
            """Go on with another connection; raise the error where none is left."""


_MENDING = 60.0
"""Seconds a thread waits for the one that reads to go on with another ledger."""

TURN = 2.0
"""Seconds that the thread that reads waits for its turn to write before it says so."""
_PATIENCE = 15
"""Times that a turn is waited for."""
_BETWEEN = 0.05
"""Seconds in which other threads may have the ledger before a turn is waited for again."""

_T = TypeVar("_T")


class Recovery:
    """Takes steps that need the ledger, and takes them again with another if it fails.

    Only the thread that reads changes the ledger: its own thread (`reader`), or whoever
    asks where there is none. `shown` gives what reads the ledger for all others.
    """

    def __init__(
        self,
        ledger: Recoverable,
        begin_again: Callable[[], None],
        read_again: Callable[[], None],
        shown: Callable[[], Connected | None],
        stop: Event,
        wake: Event,
        say_waiting: Callable[[bool], None],
    ) -> None:
        """`say_waiting` is told when the thread that reads has waited for a turn, and when not."""
        self.reader: Thread | None = None
        self._ledger = ledger
        self._begin_again = begin_again
        self._read_again = read_again
        self._shown = shown
        self._stop = stop
        self._wake = wake
        self._say_waiting = say_waiting
        self._failure: tuple[sqlite3.Connection, sqlite3.Error] | None = None

    def insist(self, step: Callable[[], _T]) -> _T:
        """Take a step; raise its error only where no ledger is left, or when stopping."""
        patience = _PATIENCE
        while True:
            shown = self._shown()
            try:
                done = step()
            except sqlite3.Error as error:
                if self._stop.is_set():
                    raise
                if self.reader is not None and patience and is_busy(error):
                    patience -= 1
                    self._wait_again()
                elif self.reader not in (None, current_thread()):
                    self._await_another(shown, error)
                else:
                    self._ledger.recover(error)
                    self.insist(self._begin_again)
            else:
                if patience < _PATIENCE and self.reader is current_thread():
                    self._say_waiting(False)
                return done

    def _wait_again(self) -> None:
        """Let others have the ledger; in the thread that reads, say so and have it read again."""
        if self.reader is current_thread():
            self._say_waiting(True)
            self._read_again()
        self._stop.wait(_BETWEEN)

    def face_failure(self) -> None:
        """Raise, in the thread that reads, the error that another one met."""
        failure, self._failure = self._failure, None
        if failure is not None and failure[0] is self._ledger.connection:
            raise failure[1]

    def _await_another(self, failed: Connected | None, error: sqlite3.Error) -> None:
        """Wait until another is shown; tell the thread that reads if it is not under way."""
        if failed is not None and failed.connection is self._ledger.connection:
            self._failure = (failed.connection, error)
            self._wake.set()
        end = time.monotonic() + _MENDING
        while self._shown() is failed:
            if time.monotonic() > end or self._stop.is_set():
                raise error
            self._stop.wait(0.02)
