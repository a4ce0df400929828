"""The one place where the newest snapshot waits to be drawn."""

from __future__ import annotations

from threading import Lock

from engine.domain.snapshots import Snapshot


class Slot:
    """Holds the newest snapshot, from the thread that takes them to the one that draws.

    A screen that takes long, or whose terminal takes no output, finds one snapshot and one
    message of it, however many there were. Each source has a slot of its own: what one that
    was left still puts is never drawn. Both methods may be called from any thread.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: Snapshot | None = None

    def put(self, snapshot: Snapshot) -> bool:
        """Hold this one instead of what is held; return whether nothing was held.

        Then, and only then, the screen has to be told that something is here. A snapshot
        older than the one held is passed over.
        """
        with self._lock:
            held, is_empty = self._held, self._held is None
            if held is None or snapshot.revision >= held.revision:
                self._held = snapshot
            return is_empty

    def take(self) -> Snapshot | None:
        """Return what is held and hold nothing; `None` where nothing is."""
        with self._lock:
            held, self._held = self._held, None
            return held
