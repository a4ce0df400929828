"""Learns what the present sessions are called, in a thread that may take its time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from typing import TYPE_CHECKING

from engine.domain.pace import TITLES_READ

if TYPE_CHECKING:
    from engine.live.state import State


class TitleThread:
    """Keeps titles current once it is started; `stop` is the event that ends it."""

    def __init__(self, state: State, stop: Event) -> None:
        self._state = state
        self._stop = stop
        self._wanted = Event()

    def start(self, on_change: Callable[[], None]) -> None:
        """Learn titles whenever they are wanted; call `on_change` when any is new."""
        Thread(target=self._run, args=(on_change,), name="ccmon-titles", daemon=True).start()

    def wake(self) -> None:
        """Say that sessions may have changed, or that it is time to stop."""
        self._wanted.set()

    def _run(self, on_change: Callable[[], None]) -> None:
        while not self._stop.is_set():
            self._wanted.wait()
            self._wanted.clear()
            if self._stop.is_set() or self._state.is_reading:
                continue
            with suppress(sqlite3.Error):
                if self._state.shown.learn_present_titles():
                    self._state.note_change()
                    on_change()
            self._stop.wait(TITLES_READ)
