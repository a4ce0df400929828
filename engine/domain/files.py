"""Opens files that other programs write, and never waits for one that would keep us waiting."""

from __future__ import annotations

import os
from stat import S_ISREG
from typing import BinaryIO

_NONBLOCK = getattr(os, "O_NONBLOCK", 0)


def open_regular(path: str | os.PathLike[str], buffering: int = -1) -> BinaryIO:
    """Open a regular file to be read as bytes; raises `OSError`.

    A pipe, or a file of the kernel that has nothing to say yet, such as `/proc/kmsg`, is an
    error at once.
    """
    file = open(path, "rb", buffering=buffering, opener=_opened)  # noqa: SIM115
    if not S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(0, "it is not a regular file", os.fspath(path))
    return file


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags | _NONBLOCK)
