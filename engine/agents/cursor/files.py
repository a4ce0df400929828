"""Writes a file whole or not at all, for its owner alone."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Put a file of mode 0600 in its place in one step; raises `OSError`."""
    import tempfile

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise


def read_or_nothing(path: Path) -> bytes:
    """Return what a file holds, nothing where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return b""
