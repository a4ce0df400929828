"""Agents that other packages bring: the entry points of the group `ccmon.agents`.

An entry point names a `Listed`, whose `module` says where the `Agent` is:

    [project.entry-points."ccmon.agents"]
    toy = "toy_agent:LISTED"
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from msgspec import Struct

GROUP = "ccmon.agents"


class Listed(Struct, frozen=True):
    """An agent as the registry lists it: enough to look whether it is there."""

    name: str
    title: str
    places: tuple[str, ...]
    """Directories that may be a root, with `~`, `{config}`, `{data}`, `{local}`, `{support}`,
    `{ccmon}` or `$VARIABLE` in front."""
    module: str = ""
    """Where its `Agent` is, as `module:name`; `engine.agents.<name>:AGENT` by default."""
    variable: str = ""
    """An environment variable (a comma-separated list of roots) that replaces the places."""
    within: str = ""
    """What comes after a directory that the variable names."""
    marks: tuple[str, ...] = ()
    """A root has one of these in it; empty where the directory alone is mark enough. `*/`
    stands for any one directory."""
    index: str = ""
    """A file that names more places, with the same beginnings."""
    more: str = ""
    """What reads it, as `module:function`: given its bytes it returns directories. It is
    imported only where the file is there."""
    problem: str = ""
    """Why it cannot be read: of a package that fails, and of a store that tells nothing."""


def packaged() -> Iterator[Listed]:
    """Yield the agents that installed packages list; one that fails to load says so.

    The metadata library is slow to start, so it is asked only where a package names the group.
    """
    if not any(_names_group(directory) for directory in sys.path):
        return
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP):
        try:
            listed = point.load()
        except (ImportError, AttributeError) as error:
            yield Listed(
                point.name, point.name, (), problem=f"its package cannot be loaded ({error})"
            )
            continue
        if isinstance(listed, Listed):
            yield listed
        else:
            yield Listed(point.name, point.name, (), problem="its package names no `Listed`")


def _names_group(directory: str) -> bool:
    """Say whether a package that is installed in a directory may have an agent."""
    try:
        with os.scandir(directory) as entries:
            installed = [entry.path for entry in entries if entry.name.endswith(_INFO)]
    except OSError:
        return False
    return any(_mentions(os.path.join(path, "entry_points.txt")) for path in installed)


def _mentions(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return GROUP.encode() in file.read()
    except OSError:
        return False


_INFO = (".dist-info", ".egg-info")
