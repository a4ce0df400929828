"""The made-up user that `--demo`, `ccmon demo` and the screenshots share."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

from engine.demo import DemoUser, DemoWriter, write_history

SEED = 7


def made_up_user(directory: Path, now: int) -> DemoUser:
    """Write a year of a made-up user's transcripts into a directory; return the user."""
    user = DemoUser(seed=SEED, now_ms=now, responses=8_400, days=365, sessions=160)
    write_history(directory, user)
    return user


class DemoAtWork:
    """A made-up user who goes on working in a thread, until stopped."""

    def __init__(self, directory: Path, user: DemoUser) -> None:
        self._stop = Event()
        writer = DemoWriter(directory, user)
        self._thread = Thread(target=writer.run, args=(self._stop,), name="demo", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop working."""
        self._stop.set()
        self._thread.join(3.0)
