"""Which project a working directory belongs to (SPEC §7a): by its text alone, no file is read.

A worktree belongs to its repository. Some tools keep worktrees in a container of their own,
whose paths do not tell where the repository is: those are one project per tool and name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from engine.domain.workplaces import directory_names, has_drive

NO_PROJECT = "no project"
"""What is shown where neither a working directory nor a directory's name is known."""

_WORKTREES = "worktrees"
_REPOSITORY_AT: Mapping[str, int] = {".codex": 3, ".t3": 2}
"""Where the repository's name stands after a container's directory: `.codex/worktrees/ID/REPO`,
`.t3/worktrees/REPO/NAME`."""

_HOME = (
    r"(?:/var)?/root|/(?:usr/|export/)?home/[^/]+|(?:/mnt)?(?:/[a-z])?/Users/[^/]+"
    r"|[A-Z]:\\(?:Users|Documents and Settings)\\[^\\]+"
)
"""Where home directories are: a transcript may be another user's, or another machine's."""


class Project(NamedTuple):
    """A project, and which of its worktrees a working directory is."""

    key: str
    """The repository's path, a directory's name below `projects`, or `api (codex worktrees)`."""
    is_path: bool
    worktree: str = ""
    """The worktree's name, of one inside another both: `calm-fox`, `calm-fox/red-owl`."""


def project_named(name: str) -> Project:
    """Return the project of sessions of which only their directory's name is known."""
    return Project(name, is_path=False)


def project_at(path: str, home: str = "") -> Project:
    """Return the project of a working directory; `home` is that of who asks."""
    parts, separator = _parts(path)
    cut = _cut(parts, separator, home)
    for place, part in enumerate(parts):
        at = place + _REPOSITORY_AT.get(part, len(parts))
        if at < len(parts) and parts[place + 1] == _WORKTREES:
            told = parts[place + 2 if part == ".codex" else place + 3 :]
            key = f"{parts[at]} ({part[1:]} {_WORKTREES})"
            return Project(key, is_path=False, worktree=told[0] if told else "")
    return Project(_joined(parts, separator), is_path=True, worktree="/".join(cut))


def _cut(parts: list[str], separator: str, home: str) -> list[str]:
    """Cut worktrees in `.claude` out of a path's parts, but right below a home; return their names.

    After a cut what stands before and behind it may be the way to another.
    """
    homes = "" if not home else _joined(*_parts(home))
    cut: list[str] = []
    place = 1
    while place + 2 < len(parts):
        if parts[place : place + 2] == [".claude", _WORKTREES]:
            before = _joined(parts[:place], separator)
            if before != homes and not re.fullmatch(_HOME, before, re.IGNORECASE):
                cut.append(parts[place + 2])
                del parts[place : place + 3]
                place = max(place - 1, 1)
                continue
        place += 1
    return cut


def _parts(path: str) -> tuple[list[str], str]:
    """Return the parts of a path and what parts them; a drive's letter is a capital one."""
    if (has_drive(path) and path[2:3] in ("", "/", "\\")) or path.startswith("\\\\"):
        body = path[:1].upper() + path[1:]
        head = "\\\\" if body.startswith("\\\\") else ""
        found = [part for part in re.split(r"[\\/]+", body) if part]
        return [head + found[0] if found else head, *found[1:]], "\\"
    found = [part for part in path.split("/") if part]
    return (["", *found] if path.startswith("/") else found or [path]), "/"


def _joined(parts: list[str], separator: str) -> str:
    """Return a path without a separator at its end, but for the root's."""
    return separator.join(parts) + (separator if len(parts) == 1 and _is_root(parts[0]) else "")


def _is_root(part: str) -> bool:
    return not part or (len(part) == 2 and has_drive(part))


def labels(projects: Mapping[int, Project]) -> dict[int, str]:
    """Return what projects are called: the last part of the path, after as many of those before
    it as tell it from all others.
    """
    parts = {number: _label_parts(project) for number, project in projects.items()}
    found: dict[int, str] = {}
    left, most = set(parts), 1
    while left:
        shown = {number: "/".join(parts[number][-most:]) for number in parts}
        for number, names in _by_name(shown, left).items():
            if names == 1 or most >= max(len(each) for each in parts.values()):
                found[number] = shown[number] if names == 1 else projects[number].key
        left -= set(found)
        most += 1
    return found


def _by_name(shown: Mapping[int, str], left: Iterable[int]) -> dict[int, int]:
    """Return how many of all projects would be called as each of some would."""
    counts: dict[str, int] = {}
    for name in shown.values():
        counts[name] = counts.get(name, 0) + 1
    return {number: counts[shown[number]] for number in left}


def _label_parts(project: Project) -> list[str]:
    if not project.is_path:
        return [project.key or NO_PROJECT]
    parts, separator = _parts(project.key)
    shown = [part for part in parts if part]
    if len(shown) > 1 or (shown and not _is_root(shown[0])):
        return shown if parts[0] else ["", *shown]
    return [project.key if separator == "/" else shown[0] + separator]


def names_of(project: Project) -> tuple[str, str]:
    """Return under which name of a directory below `projects` a project is known, and its path."""
    if not project.is_path:
        return project.key, ""
    return next(iter(directory_names(project.key))), project.key


def called(label: str, key: str, aliases: Mapping[str, str]) -> str:
    """Return what a project is called: as the user says, else its label.

    The user names it by its path, by the name of its directory below `projects`, or by its label.
    """
    named: Callable[[str], str | None] = aliases.get
    for name in (key, *directory_names(key)) if aliases else ():
        if shown := named(name):
            return shown
    return named(label) or label or key
