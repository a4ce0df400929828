"""Looks at the files that changed a short while ago, without waiting for events."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from stat import S_ISDIR

from engine.domain import pace
from engine.domain.pace import Every

IN_USE = 3_600
"""Seconds since its last change for which a file is in use."""
_MOST = 64

_State = tuple[int, int, int] | None


class FilesInUse:
    """Knows how the files were that changed last, and the directories they lie in.

    A new file changes its directory. Looking at all takes some 0.1 ms.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, interval: float = pace.FILES_IN_USE
    ) -> None:
        """Know of no file yet; `clock` counts seconds, `interval` those between looks."""
        self._clock = clock
        self._files: dict[str, tuple[float, _State]] = {}
        """When each file changed last, and how it then was; the newest last."""
        self._directories: dict[str, _State] = {}
        self._due = Every(interval)

    @property
    def is_empty(self) -> bool:
        """Whether no file is in use."""
        return not self._files

    def note(self, path: str) -> None:
        """Note that a file has changed."""
        self._files.pop(path, None)
        self._files[path] = (self._clock(), _state(path))
        self._note_directory(path)
        if len(self._files) > _MOST:
            del self._files[next(iter(self._files))]

    def note_all(self, paths: list[str]) -> None:
        """Note files that changed a while ago, the newest last; what is known of some stays."""
        for path in paths[-_MOST:]:
            if path not in self._files:
                self.note(path)

    def changed(self) -> set[str]:
        """Return files and directories that changed since; not more often than is worth it."""
        now = self._clock()
        if not self._due.is_due(now):
            return set()
        for path, (since, _) in list(self._files.items()):
            if now - since > IN_USE:
                del self._files[path]
        wanted = {os.path.dirname(path) for path in self._files}
        self._directories = {
            path: state for path, state in self._directories.items() if path in wanted
        }
        directories = {path for path, state in self._directories.items() if _state(path) != state}
        files = {path for path, (_, state) in self._files.items() if _state(path) != state}
        for path in directories:
            self._directories[path] = _state(path)
        for path in files:
            self.note(path)
        return files | directories

    def _note_directory(self, path: str) -> None:
        directory = os.path.dirname(path)
        self._directories[directory] = _state(directory)


def _state(path: str) -> _State:
    """Return what changes with a file or a directory, `None` where nothing is there."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, 0 if S_ISDIR(status.st_mode) else status.st_size, status.st_mtime_ns
