"""Reads the text of a configuration file, and of nothing else that may lie at its place."""

from __future__ import annotations

import os
import stat

LARGEST = 4 << 20
"""Bytes; what is larger is not a configuration."""


class NotAFile(OSError):
    """What lies at a path is not a file, or too large a one, to be a configuration."""


def read_text(path: str) -> str:
    """Return a file's text; raises `OSError`, and `UnicodeDecodeError` for what is not UTF-8.

    A pipe or a device is not waited for.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(handle, encoding="utf-8-sig", newline="") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise NotAFile(0, "it is not a regular file")
        if status.st_size > LARGEST:
            raise NotAFile(0, f"it is larger than {LARGEST >> 20} MB")
        return file.read()
