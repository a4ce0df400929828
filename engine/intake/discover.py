"""Finds roots and the transcripts below them; each real file once, links followed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISREG

from msgspec import Struct

from engine.agents.claude_places import SUFFIX, as_root, candidate_roots
from engine.reports import PlaceLookedAt
from engine.settings import Settings, SettingsError


class Root(Struct, frozen=True):
    """A config directory whose `projects` is read."""

    path: str
    """The real path of the config directory."""

    @classmethod
    def at(cls, path: Path) -> Root:
        """Return the root at a path, links resolved; raises `SettingsError` for no text."""
        real = os.path.realpath(path)
        if real.encode("utf-8", "replace").decode("utf-8") != real:
            shown = real.encode("utf-8", "replace").decode("utf-8")
            raise SettingsError(
                f"The path {shown} is not written in UTF-8: give a link to it that is."
            )
        return cls(real)

    @property
    def projects(self) -> str:
        """The directory that holds the transcripts."""
        return os.path.join(self.path, "projects")


class Found(Struct, frozen=True, gc=False):
    """A transcript as the file system shows it now."""

    path: str
    relative: str
    """Below the root's `projects`, with `/`; what is no UTF-8 in names is replaced."""
    device: int
    inode: int
    size: int
    mtime: int
    """Nanoseconds since 1970."""


class Walk(Struct, frozen=True):
    """What lies below one root: transcripts, and directories that could not be read."""

    files: list[Found]
    refused: list[tuple[str, str]]
    """Path and reason."""


def candidates(settings: Settings) -> tuple[list[Path], bool]:
    """Return the config directories in question, and whether the user named them."""
    if settings.roots is not None:
        return [as_root(str(root), settings.home) for root in settings.roots], True
    return candidate_roots(settings.environment, settings.home)


def find_roots(settings: Settings) -> list[Root]:
    """Return the candidates that have a `projects` directory, each real path once."""
    roots: list[Root] = []
    for path in candidates(settings)[0]:
        root = Root.at(path)
        if os.path.isdir(root.projects) and root not in roots:
            roots.append(root)
    return roots


def require_roots(settings: Settings) -> list[Root]:
    """Return the roots; raise `SettingsError` naming every place where the user named them."""
    roots = find_roots(settings)
    paths, is_named = candidates(settings)
    if not roots and is_named:
        named = "--config-dir" if settings.roots is not None else "CLAUDE_CONFIG_DIR"
        places = ", ".join(str(path) for path in paths) or "nothing"
        raise SettingsError(
            f"{named} names no directory with transcripts: looked for a 'projects' directory"
            f" in {places}."
        )
    return roots


def look_at(settings: Settings, counts: dict[str, int]) -> tuple[PlaceLookedAt, ...]:
    """Say of every place looked at what was found; `counts` are files by root path."""
    places: list[PlaceLookedAt] = []
    for path in candidates(settings)[0]:
        root = Root.at(path)
        if not os.path.isdir(path):
            found = "no such directory"
        elif not os.path.isdir(root.projects):
            found = "no 'projects' directory in it"
        elif not os.access(root.projects, os.R_OK | os.X_OK):
            found = "permission denied"
        else:
            count = counts.get(root.path, 0)
            found = f"{count:,} transcript{'' if count == 1 else 's'}"
        is_root = os.path.isdir(root.projects)
        places.append(PlaceLookedAt(str(path), found, is_root))
    return tuple(places)


def walk(root: Root) -> Walk:
    """Find every transcript below a root; what cannot be read is named, never fatal."""
    return _walk(root.projects, "")


def files_of_session(path: str, relative: str) -> list[Found]:
    """Return a session's transcript, where it is, and those of its sub-agents."""
    found = stat(path, relative)
    below = path.removesuffix(SUFFIX)
    files = _walk(below, relative.removesuffix(SUFFIX)).files if os.path.isdir(below) else []
    return files if found is None else [found, *files]


def _walk(top: str, below: str) -> Walk:
    files: dict[tuple[int, int], Found] = {}
    refused: list[tuple[str, str]] = []
    seen: set[tuple[int, int]] = set()
    waiting: list[tuple[str, str]] = [(top, below)]
    linked: list[tuple[str, str]] = []
    while waiting or linked:
        directory, relative = waiting.pop() if waiting else linked.pop(0)
        try:
            status = os.stat(directory)
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            for path, name, is_directory, is_link in _entries(directory, relative):
                if is_directory:
                    (linked if is_link else waiting).append((path, name))
                else:
                    _add(files, path, name, is_link)
        except OSError as error:
            refused.append((directory, error.strerror or "could not be read"))
    return Walk(list(files.values()), refused)


def _entries(directory: str, relative: str) -> Iterator[tuple[str, str, bool, bool]]:
    """Yield path, name below `projects`, is a directory, is a link; in a stable order."""
    with os.scandir(directory) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    for entry in listed:
        shown = entry.name.encode("utf-8", "replace").decode("utf-8")
        name = f"{relative}/{shown}" if relative else shown
        try:
            is_link = entry.is_symlink()
            if entry.is_dir():
                yield entry.path, name, True, is_link
            elif entry.name.endswith(SUFFIX):
                yield entry.path, name, False, is_link
        except OSError:
            continue


def _add(files: dict[tuple[int, int], Found], path: str, name: str, is_link: bool) -> None:
    """Keep one path of each real file: a real one before a link, then the first by name."""
    found = stat(path, name)
    if found is None:
        return
    known = files.get((found.device, found.inode))
    if known is None or (not is_link and os.path.islink(known.path)):
        files[found.device, found.inode] = found


def stat(path: str, relative: str) -> Found | None:
    """Return a transcript as it is now, `None` where it is gone or no regular file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    if not S_ISREG(status.st_mode):
        return None
    return Found(
        path, relative, status.st_dev, _signed(status.st_ino), status.st_size, status.st_mtime_ns
    )


def _signed(number: int) -> int:
    """Fit an unsigned 64-bit number (an inode of some file systems) into SQLite's integer."""
    return number - (1 << 64) if number >= 1 << 63 else number
