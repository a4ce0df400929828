"""Finds roots and the transcripts below them; each real file once, links followed."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from operator import attrgetter
from pathlib import Path
from stat import S_ISREG

from msgspec import Struct

from engine.agents.claude.places import SUFFIX, as_root, candidate_roots, cowork_projects
from engine.domain.files import numbers_of, reachable
from engine.domain.mistakes import SettingsError
from engine.domain.scans import COWORK, Found, PlaceLookedAt, Root
from engine.domain.settings import Settings
from engine.domain.system import PLATFORM

REPOSITORY = ".git"
"""No store's file lies in a directory of this name, and thousands of others may: extensions
of editors keep the versions of a project beside a task."""

_NAME = attrgetter("name")
_LEADS_NOWHERE = (errno.ENOENT, errno.ELOOP)
"""A link to a file that is gone, or to itself."""
_JUNCTION = 0xA000_0003
"""IO_REPARSE_TAG_MOUNT_POINT: what Windows' other kind of link to a directory is."""


class Walk(Struct, frozen=True):
    """What lies below one root: transcripts, and directories that could not be read."""

    files: list[Found]
    refused: list[tuple[str, str]]
    """Path and reason."""
    directories: list[str] = []
    """All that were listed."""
    is_plain: bool = False
    """Whether there is no link in it, and nothing that could not be asked what it is."""
    passed_over: int = 0
    """Transcripts that are not listed, since nobody needs to look at them again."""

    @property
    def count(self) -> int:
        """How many transcripts there are."""
        return len(self.files) + self.passed_over


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
            if path.name == COWORK:
                continue
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


def walk(root: Root, is_passed_over: Callable[[Found], bool] | None = None) -> Walk:
    """Find every transcript below a root; what cannot be read is named, never fatal.

    Those that are passed over are only counted, as far as no link leads to them.
    """
    if not root.is_cowork:
        return _walk(root.projects, "", is_passed_over)
    below = cowork_projects(root.path)
    walks = [_walk(path, _below(root, path), is_passed_over) for path in below]
    return Walk(
        [found for each in walks for found in each.files],
        [refused for each in walks for refused in each.refused],
        passed_over=sum(each.passed_over for each in walks),
    )


def _below(root: Root, path: str) -> str:
    """Return a path below a root, with `/`."""
    below = path[len(root.path) + 1 :].replace(os.sep, "/")
    return below.encode("utf-8", "replace").decode("utf-8")


def files_of_session(path: str, relative: str) -> list[Found]:
    """Return a session's transcript, where it is, and those of its sub-agents."""
    found = stat(path, relative)
    below = path.removesuffix(SUFFIX)
    files = _walk(below, relative.removesuffix(SUFFIX)).files if os.path.isdir(below) else []
    return files if found is None else [found, *files]


def _walk(top: str, below: str, is_passed_over: Callable[[Found], bool] | None = None) -> Walk:
    files = _Files(is_passed_over)
    refused: list[tuple[str, str]] = []
    seen = _Seen()
    directories: list[str] = []
    is_plain = True
    waiting: list[tuple[str, str]] = [(top, below)]
    linked: list[tuple[str, str]] = []
    is_behind_link = False
    while waiting or linked:
        is_linked = not waiting
        is_behind_link = is_behind_link or is_linked
        directory, relative = linked.pop(0) if is_linked else waiting.pop()
        try:
            if not seen.add(directory, is_linked=is_linked):
                continue
            with os.scandir(reachable(directory, PLATFORM)) as entries:
                listed = sorted(entries, key=_NAME)
        except OSError as error:
            refused.append((directory, error.strerror or "could not be read"))
            continue
        directories.append(directory)
        for entry in listed:
            path = _path_of(directory, entry)
            try:
                is_link = _is_link(entry)
                is_plain = is_plain and not is_link
                if entry.is_dir():
                    (linked if is_link else waiting).append((path, _shown(relative, entry.name)))
                elif entry.name.endswith(SUFFIX):
                    files.add(
                        entry,
                        path,
                        _shown(relative, entry.name),
                        is_direct=not (is_behind_link or is_link),
                    )
            except OSError as error:
                is_plain = False
                if entry.name.endswith(SUFFIX) and error.errno not in _LEADS_NOWHERE:
                    refused.append((path, error.strerror or "could not be read"))
    return Walk(files.listed(), refused, directories, is_plain, files.passed_over)


class _Files:
    """The transcripts of a walk, one path of each real file: a real one before a link, then the
    first by name."""

    def __init__(self, is_passed_over: Callable[[Found], bool] | None) -> None:
        self._files: dict[tuple[int, int], Found] = {}
        self._is_passed_over = is_passed_over or (lambda _: False)
        self._passed_over: dict[int, set[int]] = {}
        """Inodes by device."""

    @property
    def passed_over(self) -> int:
        """How many are not listed."""
        return sum(map(len, self._passed_over.values()))

    def listed(self) -> list[Found]:
        """Return all others."""
        return list(self._files.values())

    def add(self, entry: os.DirEntry[str], path: str, name: str, *, is_direct: bool) -> None:
        """Take a file that was come to without a link (`is_direct`), or by one.

        On Windows a directory's entry neither knows which file it is nor how large that is by now.
        """
        is_vague = PLATFORM == "win32"
        status = os.stat(reachable(path, PLATFORM)) if is_vague else entry.stat()
        found = _found(path, name, status)
        if found is None or found.inode in self._passed_over.get(found.device, ()):
            return
        key = found.device, found.inode
        known = self._files.get(key)
        # What events may name otherwise than by its path below the root is listed in any case.
        if known is None and is_direct and name.isascii() and self._is_passed_over(found):
            self._passed_over.setdefault(found.device, set()).add(found.inode)
        elif known is None or (not entry.is_symlink() and os.path.islink(known.path)):
            self._files[key] = found


def _path_of(directory: str, entry: os.DirEntry[str]) -> str:
    """Return an entry's path as its directory is written, without what makes it reachable."""
    return entry.path if PLATFORM != "win32" else os.path.join(directory, entry.name)


def _is_link(entry: os.DirEntry[str]) -> bool:
    if PLATFORM != "win32" or entry.is_symlink():
        return entry.is_symlink()
    tag: int = getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0)
    return tag == _JUNCTION


class _Seen:
    """Directories a walk has been in; which they are is asked only where a link leads to one."""

    def __init__(self) -> None:
        self._paths: list[str] = []
        self._directories: set[tuple[int, int]] | None = None

    def add(self, directory: str, *, is_linked: bool) -> bool:
        """Note a directory; say whether it is new. Raises `OSError` where that cannot be told."""
        if self._directories is None:
            if not is_linked:
                self._paths.append(directory)
                return True
            self._directories = set()
            for path in self._paths:
                with suppress(OSError):
                    self._directories.add(_identity(path))
        identity = _identity(directory)
        if identity in self._directories:
            return False
        self._directories.add(identity)
        return True


def _identity(directory: str) -> tuple[int, int]:
    return numbers_of(os.stat(reachable(directory, PLATFORM)))


def _shown(relative: str, name: str) -> str:
    """Return a name's path below `projects`, as text that UTF-8 can hold."""
    if not name.isascii():
        name = name.encode("utf-8", "replace").decode("utf-8")
    return f"{relative}/{name}" if relative else name


def stat(path: str, relative: str) -> Found | None:
    """Return a transcript as it is now, `None` where it is gone or no regular file."""
    try:
        return _found(path, relative, os.stat(reachable(path, PLATFORM)))
    except OSError:
        return None


def _found(path: str, relative: str, status: os.stat_result) -> Found | None:
    if not S_ISREG(status.st_mode):
        return None
    device, inode = numbers_of(status)
    return Found(path, relative, device, inode, status.st_size, status.st_mtime_ns)
