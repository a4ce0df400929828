"""Writes a picture whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from engine.domain.files import write_whole
from engine.domain.mistakes import SettingsError, reason_of

_FOR_ALL = 0o666


def write_picture(name: str, data: bytes) -> Path:
    """Write a file, in place of one of the name; return its path.

    Raises `SettingsError` where it cannot be written; what was there before stays then.
    """
    path = Path(name).expanduser()
    try:
        write_whole(path, data, _FOR_ALL & ~_mask(), makes_directory=False)
    except OSError as error:
        raise SettingsError(
            f"{name} cannot be written ({reason_of(error)}): name a file in a directory"
            " that you may write to."
        ) from error
    return path


def _mask() -> int:
    """Return which permissions new files do not have here."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
