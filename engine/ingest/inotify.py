"""Linux's file events (inotify) without a wakeup while nothing happens."""

from __future__ import annotations

import errno
import os
import select
import struct
from collections.abc import Iterator

from msgspec import Struct

MODIFY, ATTRIBUTES = 0x2, 0x4
MOVED_FROM, MOVED_TO, CREATE, DELETE = 0x40, 0x80, 0x100, 0x200
DELETE_SELF, MOVE_SELF = 0x400, 0x800
OVERFLOW, IGNORED = 0x4000, 0x8000
IS_DIRECTORY = 0x4000_0000
_ONLY_DIRECTORY, _NOT_UNLINKED, _ADD = 0x0100_0000, 0x0400_0000, 0x2000_0000
IN_DIRECTORY = (
    MODIFY | ATTRIBUTES | MOVED_FROM | MOVED_TO | CREATE | DELETE | DELETE_SELF | MOVE_SELF
    | _ONLY_DIRECTORY | _NOT_UNLINKED | _ADD
)  # fmt: skip
"""All that can change below a directory."""
APPEARING = MOVED_TO | CREATE | DELETE_SELF | MOVE_SELF | _ONLY_DIRECTORY | _ADD
"""What may bring a name into a directory, or take the directory away."""
OF_FILE = MODIFY | ATTRIBUTES | _ADD
"""What changes one file."""

_HEAD = struct.Struct("iIII")
_READ = 1 << 16
_LIMITS = {
    errno.ENOSPC: "more directories than fs.inotify.max_user_watches allows to watch",
    errno.EMFILE: "more watchers than fs.inotify.max_user_instances allows",
}


class Happening(Struct, frozen=True, gc=False):
    """One event: at which watch, of which kinds, to which name in the watched directory."""

    watch: int
    mask: int
    name: str


class Inotify:
    """One queue of events, and the pipe that ends waiting for them."""

    def __init__(self) -> None:
        """Raises `OSError` where no more queues are allowed, `NotImplementedError` without any."""
        try:
            import ctypes

            library = ctypes.CDLL(None, use_errno=True)
            self._add, self._remove = library.inotify_add_watch, library.inotify_rm_watch
            begin = library.inotify_init1
        except (ImportError, AttributeError, OSError, TypeError) as error:
            raise NotImplementedError("this system has no inotify") from error
        self._errno = ctypes.get_errno
        self._descriptor = begin(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._descriptor < 0:
            raise self._error()
        self._ended, self._end = os.pipe()

    def add(self, path: str, mask: int) -> int:
        """Watch a path, or more of it; return the number of its watch. Raises `OSError`."""
        number: int = self._add(self._descriptor, os.fsencode(path), mask)
        if number < 0:
            raise self._error()
        return number

    def remove(self, watch: int) -> None:
        """Watch no more; a watch that is gone is passed over."""
        self._remove(self._descriptor, watch)

    def wait(self, seconds: float | None = None) -> bool:
        """Sleep until something happens (or only for so long); return `False` at the end."""
        poll = select.poll()
        poll.register(self._ended, select.POLLIN)
        if seconds is None:
            poll.register(self._descriptor, select.POLLIN)
        ready = poll.poll(None if seconds is None else seconds * 1000)
        return all(descriptor != self._ended for descriptor, _ in ready)

    def read(self) -> Iterator[Happening]:
        """Yield all that happened and was not read yet."""
        while True:
            try:
                data = os.read(self._descriptor, _READ)
            except BlockingIOError:
                return
            place = 0
            while place < len(data):
                watch, mask, _, length = _HEAD.unpack_from(data, place)
                place += _HEAD.size
                name = data[place : place + length].rstrip(b"\0")
                place += length
                yield Happening(watch, mask, os.fsdecode(name))

    def end(self) -> None:
        """End waiting, from any thread."""
        os.write(self._end, b"\0")

    def close(self) -> None:
        """Give the queue back, once nobody waits."""
        for descriptor in (self._descriptor, self._ended, self._end):
            os.close(descriptor)

    def _error(self) -> OSError:
        number = self._errno()
        return OSError(number, _LIMITS.get(number) or os.strerror(number))
