"""What only macOS is asked."""

from __future__ import annotations

import os
from importlib import import_module

_LONGEST_PATH = 1_024


def case_on_disk(path: str) -> str:
    """Return a path as the file system writes it; as it is where nothing is there."""
    fcntl = import_module("fcntl")
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return path
    try:
        found: bytes = fcntl.fcntl(handle, fcntl.F_GETPATH, bytes(_LONGEST_PATH))
    except OSError:
        return path
    finally:
        os.close(handle)
    return os.fsdecode(found.partition(b"\0")[0]) or path
