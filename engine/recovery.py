"""Goes on with another ledger where the present one fails."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from threading import Event, Thread, current_thread
from typing import TypeVar

from engine.ledger.store import Ledger

_MENDING = 60.0
"""Seconds a thread waits for the one that reads to go on with another ledger."""

_T = TypeVar("_T")


class Recovery:
    """Takes steps that need the ledger, and takes them again with another if it fails.

    Only the thread that reads changes the ledger: its own thread (`reader`), or whoever
    asks where there is none.
    """

    def __init__(
        self, ledger: Ledger, begin_again: Callable[[], None], stop: Event, wake: Event
    ) -> None:
        self.reader: Thread | None = None
        self._ledger = ledger
        self._begin_again = begin_again
        self._stop = stop
        self._wake = wake
        self._failure: tuple[sqlite3.Connection, sqlite3.Error] | None = None

    def insist(self, step: Callable[[], _T]) -> _T:
        """Take a step; raise its error only where no ledger is left, or when stopping."""
        while True:
            connection = self._ledger.connection
            try:
                return step()
            except sqlite3.Error as error:
                if self._stop.is_set():
                    raise
                if self.reader in (None, current_thread()):
                    self._ledger.recover(error)
                    self.insist(self._begin_again)
                else:
                    self._failure = (connection, error)
                    self._wake.set()
                    self._await_another(connection, error)

    def face_failure(self) -> None:
        """Raise, in the thread that reads, the error that another one met."""
        failure, self._failure = self._failure, None
        if failure is not None and failure[0] is self._ledger.connection:
            raise failure[1]

    def _await_another(self, failing: sqlite3.Connection, error: sqlite3.Error) -> None:
        end = time.monotonic() + _MENDING
        while self._ledger.connection is failing:
            if time.monotonic() > end:
                raise error
            self._stop.wait(0.02)
