"""Goes on with another ledger where the present one fails."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from threading import Event, Thread, current_thread
from typing import TYPE_CHECKING, TypeVar

from engine.ledger.store import Ledger

if TYPE_CHECKING:
    from engine.live.read_model import ReadModel

_MENDING = 60.0
"""Seconds a thread waits for the one that reads to go on with another ledger."""

_PATIENCE = 5
"""Times that the thread that reads waits again for its turn to write."""

_T = TypeVar("_T")


class Recovery:
    """Takes steps that need the ledger, and takes them again with another if it fails.

    Only the thread that reads changes the ledger: its own thread (`reader`), or whoever
    asks where there is none.
    """

    def __init__(
        self,
        ledger: Ledger,
        begin_again: Callable[[], None],
        read_again: Callable[[], None],
        outlook: Callable[[], ReadModel | None],
        stop: Event,
        wake: Event,
    ) -> None:
        self.reader: Thread | None = None
        self._ledger = ledger
        self._begin_again = begin_again
        self._read_again = read_again
        self._outlook = outlook
        self._stop = stop
        self._wake = wake
        self._failure: tuple[sqlite3.Connection, sqlite3.Error] | None = None

    def insist(self, step: Callable[[], _T]) -> _T:
        """Take a step; raise its error only where no ledger is left, or when stopping."""
        patience = _PATIENCE
        while True:
            outlook = self._outlook()
            try:
                return step()
            except sqlite3.Error as error:
                if self._stop.is_set():
                    raise
                if self.reader not in (None, current_thread()):
                    self._await_another(outlook, error)
                elif self.reader is not None and patience and "locked" in str(error):
                    patience -= 1
                    self._read_again()
                else:
                    self._ledger.recover(error)
                    self.insist(self._begin_again)

    def face_failure(self) -> None:
        """Raise, in the thread that reads, the error that another one met."""
        failure, self._failure = self._failure, None
        if failure is not None and failure[0] is self._ledger.connection:
            raise failure[1]

    def _await_another(self, outlook: ReadModel | None, error: sqlite3.Error) -> None:
        """Wait for another outlook; tell the thread that reads if it is not under way."""
        if outlook is not None and outlook.connection is self._ledger.connection:
            self._failure = (outlook.connection, error)
            self._wake.set()
        end = time.monotonic() + _MENDING
        while self._outlook() is outlook:
            if time.monotonic() > end or self._stop.is_set():
                raise error
            self._stop.wait(0.02)
