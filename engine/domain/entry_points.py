"""What other packages bring: their entry points of a group."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

_INFO = (".dist-info", ".egg-info")


def loaded_points(group: str) -> Iterator[tuple[str, Any, str]]:
    """Yield the name of each entry point of a group, what it names, and why that fails to load.

    The metadata library is slow to start, so it is asked only where a package names the group.
    """
    if not any(_names_group(directory, group) for directory in sys.path):
        return
    from importlib.metadata import entry_points

    for point in entry_points(group=group):
        try:
            yield point.name, point.load(), ""
        except (ImportError, AttributeError) as error:
            yield point.name, None, f"its package cannot be loaded ({error})"


def _names_group(directory: str, group: str) -> bool:
    """Say whether a package that is installed in a directory may name a group."""
    try:
        with os.scandir(directory) as entries:
            installed = [entry.path for entry in entries if entry.name.endswith(_INFO)]
    except OSError:
        return False
    return any(_mentions(os.path.join(path, "entry_points.txt"), group) for path in installed)


def _mentions(path: str, group: str) -> bool:
    try:
        with open(path, "rb") as file:
            return group.encode() in file.read()
    except OSError:
        return False
