"""Settings that a face or the user wants kept across runs, until they are written."""

from __future__ import annotations

import sqlite3
from threading import Lock

from engine.ledger.book import Ledger


class KeptSettings:
    """Takes settings from any thread; the one that reads writes them into the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = Lock()
        self._unwritten: dict[str, str] = {}

    def keep(self, name: str, value: str) -> None:
        """Keep a setting for the next run."""
        with self._lock:
            self._unwritten[name] = value

    def write(self) -> None:
        """Write what is not written yet; what cannot be written is tried again."""
        with self._lock:
            values, self._unwritten = self._unwritten, {}
        if not values:
            return
        try:
            self._ledger.keep_settings(values)
        except sqlite3.Error:
            with self._lock:
                self._unwritten = {**values, **self._unwritten}
