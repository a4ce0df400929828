"""Opens files that other programs write without waiting for any, and writes our own whole."""

from __future__ import annotations

import os
from io import BufferedReader
from pathlib import Path
from stat import S_ISREG
from typing import cast

_NONBLOCK = getattr(os, "O_NONBLOCK", 0)


def open_regular(path: str | os.PathLike[str], buffering: int = -1) -> BufferedReader:
    """Open a regular file to be read as bytes, with a buffer; raises `OSError`.

    A pipe, or a file of the kernel that has nothing to say yet, such as `/proc/kmsg`, is an
    error at once.
    """
    opened = open(path, "rb", buffering=buffering, opener=_opened)  # noqa: SIM115
    file = cast(BufferedReader, opened)
    if not S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(0, "it is not a regular file", os.fspath(path))
    return file


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags | _NONBLOCK)


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
