"""Where tests keep files that many small writes go to."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 1 << 30
"""Bytes that must be free there: a container's usual 64 MB are too few."""


def quick_place() -> Path | None:
    """Return the directory in memory where there is one with room, `None` for the usual one."""
    if not (_MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)):
        return None
    return _MEMORY if shutil.disk_usage(_MEMORY).free >= _ROOM else None
