"""Files that are written all or nothing."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from engine.domain.files import replace

if TYPE_CHECKING:
    from pathlib import Path

_DRAFT = ".prices-"
_DRAFT_DEAD = 3_600.0
"""Seconds after which nobody can still be writing a draft."""


def write_whole(data: bytes, target: Path) -> None:
    """Write a file beside its place and move it there; raises `OSError`."""
    import tempfile

    directory = os.path.dirname(os.path.abspath(target))
    os.makedirs(directory, exist_ok=True)
    _remove_dead_drafts(directory)
    handle, draft = tempfile.mkstemp(dir=directory, prefix=_DRAFT)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        replace(draft, target)
    except BaseException:
        os.unlink(draft)
        raise


def _remove_dead_drafts(directory: str) -> None:
    """Remove what writers left that were killed."""
    with suppress(OSError), os.scandir(directory) as entries:
        for entry in entries:
            is_draft = entry.name.startswith(_DRAFT)
            if is_draft and time.time() - entry.stat().st_mtime > _DRAFT_DEAD:
                os.unlink(entry.path)
