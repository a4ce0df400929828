"""Files that appear whole or not at all, readable by their owner only."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.domain.files import replace
from engine.domain.mistakes import SettingsError, reason_of


@contextmanager
def draft_of(path: Path) -> Iterator[Path]:
    """Give a file to write, which takes the place of `path` in one step at the end.

    Raises `SettingsError` where it cannot be written; what was there before stays then.
    """
    draft = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        yield Path(draft)
        with open(draft, "rb+") as file:
            os.fsync(file.fileno())
        replace(draft, path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        with suppress(OSError):
            os.unlink(draft)


def cannot_write(path: Path, error: OSError) -> SettingsError:
    """Return what says that a file cannot be written, and what to do."""
    return SettingsError(
        f"{path} cannot be written ({reason_of(error)}): name a place that you may write"
        " to, on a disk with room. What was there before is unchanged."
    )
