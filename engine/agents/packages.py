"""Agents that other packages bring: the entry points of the group `ccmon.agents`.

An entry point names a `Listed`, whose `module` says where the `Agent` is:

    [project.entry-points."ccmon.agents"]
    toy = "toy_agent:LISTED"
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from engine.domain.entry_points import loaded_points

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
    """Yield the agents that installed packages list; one that fails to load says so."""
    for name, listed, problem in loaded_points(GROUP):
        if isinstance(listed, Listed):
            yield listed
        else:
            yield Listed(name, name, (), problem=problem or "its package names no `Listed`")
