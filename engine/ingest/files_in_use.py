"""Looks at the files that changed a short while ago, without waiting for events."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from stat import S_ISREG

_IN_USE = 3_600.0
"""Seconds since its last change for which a file is in use."""
_MOST = 64
_LEAST_BETWEEN = 3.0
"""Seconds between looks at all of them."""

_State = tuple[int, int, int] | None


class FilesInUse:
    """Knows how the files were that changed last; looking at all takes less than 0.1 ms."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Know of no file yet; `clock` counts seconds."""
        self._clock = clock
        self._states: dict[str, tuple[float, _State]] = {}
        """When each file changed last, and how it then was; the newest last."""
        self._looked_at = float("-inf")

    def note(self, path: str) -> None:
        """Note that a file has changed."""
        state = _state(path)
        self._states.pop(path, None)
        self._states[path] = (self._clock(), state)
        while len(self._states) > _MOST:
            del self._states[next(iter(self._states))]

    def changed(self) -> set[str]:
        """Return those that changed since they were noted; not more often than is worth it."""
        now = self._clock()
        if now - self._looked_at < _LEAST_BETWEEN:
            return set()
        self._looked_at = now
        changed: set[str] = set()
        for path, (since, state) in list(self._states.items()):
            if _state(path) != state:
                changed.add(path)
                self.note(path)
            elif now - since > _IN_USE:
                del self._states[path]
        return changed


def _state(path: str) -> _State:
    """Return what changes with a file, `None` where there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    if not S_ISREG(status.st_mode):
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
