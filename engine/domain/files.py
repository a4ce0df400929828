"""Opens files that other programs write without waiting for any, and writes our own whole."""

from __future__ import annotations

import os
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from stat import S_ISREG
from typing import cast

_DRAFT = ".ccmon-draft-"
_DRAFT_DEAD = 3_600.0
"""Seconds after which nobody can still be writing a draft."""
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


def write_whole(
    path: Path, data: bytes, mode: int = 0o600, *, makes_directory: bool = True
) -> None:
    """Put a file in its place in one step, or leave what is there; raises `OSError`."""
    import tempfile

    if makes_directory:
        path.parent.mkdir(parents=True, exist_ok=True)
    _remove_dead_drafts(path.parent)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=_DRAFT)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(draft, mode)
        os.replace(draft, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)
        raise


def _remove_dead_drafts(directory: Path) -> None:
    """Remove what writers left that were killed."""
    import time

    with suppress(OSError), os.scandir(directory) as entries:
        for entry in entries:
            is_draft = entry.name.startswith(_DRAFT)
            if is_draft and time.time() - entry.stat().st_mtime > _DRAFT_DEAD:
                os.unlink(entry.path)


def read_or_nothing(path: Path) -> bytes:
    """Return what a file holds, nothing where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return b""
