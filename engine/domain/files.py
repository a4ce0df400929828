"""Opens files that other programs write, and never waits for one that would keep us waiting."""

from __future__ import annotations

import os
from io import BufferedReader
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
