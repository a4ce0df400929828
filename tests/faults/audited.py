"""What audited processes did: whether anything below a root was touched, or a socket opened."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

AUDITING = """
import os, sys
from tests.faults.reader import noting
sys.addaudithook(noting(open(os.path.join(os.environ["AUDIT"], f"{os.getpid()}.log"), "w")))
"""
"""A `sitecustomize` by which every Python process, workers too, notes what it does in `AUDIT`."""

_CHANGING = (
    "os.chmod",
    "os.chown",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.setxattr",
    "os.symlink",
    "os.truncate",
    "os.utime",
    "shutil.",
    "sqlite3.connect",
    "tempfile.",
)


def state_of(root: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return what tells whether anything below a root was touched."""
    state = {}
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() else b""
        state[str(path)] = (
            status.st_mtime_ns,
            status.st_mode,
            blake2b(content).digest(),
        )
    return state


def events_of(log: Path) -> Iterator[list[Any]]:
    for text in log.read_text(encoding="utf-8").splitlines():
        yield json.loads(text)


def assert_harmless(log: Path, root: Path, *, has_read: bool = True) -> None:
    """Fail if an audited process wrote below a root or opened a socket.

    An event loop wakes itself through a pair of sockets of its own, which lead nowhere.
    """
    opened = 0
    for event, *arguments in events_of(log):
        is_own = event == "socket.__new__" and arguments[1] == socket.AF_UNIX
        assert is_own or not event.startswith("socket."), (event, arguments)
        is_below = any(str(each).startswith(str(root)) for each in arguments)
        if event == "open" and is_below:
            mode, flags = arguments[1], arguments[2]
            assert mode in ("r", "rb", None), arguments
            assert flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC) == 0, arguments
            opened += 1
        assert not (is_below and event.startswith(_CHANGING)), (event, arguments)
    assert opened or not has_read, "the audit saw no transcript being read"
