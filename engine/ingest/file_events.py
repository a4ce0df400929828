"""Which paths change, by inotify: below whole trees, and single places beside them."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress

from engine.ingest import inotify
from engine.ingest.discover import REPOSITORY
from engine.ingest.inotify import Happening, Inotify

_REPOSITORY = f"/{REPOSITORY}"
_SETTLING = 0.015
"""Seconds in which what belongs together comes."""
_LEAST_BETWEEN = 0.05
_TOO_MANY = (errno.ENOSPC, errno.ENOMEM)
_COMES = inotify.CREATE | inotify.MOVED_TO
_LEAVES = inotify.DELETE_SELF | inotify.MOVE_SELF | inotify.IGNORED
_OTHERWISE = _COMES | _LEAVES | inotify.DELETE | inotify.MOVED_FROM
"""Kinds after which a place may lie in another directory."""


class FileEvents:
    """Events below trees, links followed as `engine.ingest.discover.walk` does, and at places.

    A *place* is a path that need not be there: a file (with those beside it that bear its
    name and a dash, as SQLite's do) or a directory with what lies directly in it.
    """

    def __init__(
        self, trees: Iterable[str], places: Iterable[str], suffixes: tuple[str, ...]
    ) -> None:
        """Watch nothing yet; `suffixes` are those of the files whose changes are told."""
        self._trees = tuple(trees)
        self._places = tuple(places)
        self._suffixes = suffixes
        self._inotify = Inotify()
        self._paths: dict[int, str] = {}
        """Directories and linked files of trees by watch."""
        self._awaited: dict[int, set[str]] = {}
        """Names at which something is a place, by watch; `""` for all names."""

    def end(self) -> None:
        """End `changes`, from any thread."""
        self._inotify.end()

    def close(self) -> None:
        """Give everything back, once `changes` has ended."""
        self._inotify.close()

    def changes(self) -> Iterator[set[str]]:
        """Yield files of trees that may have changed; nothing where only places have.

        A tree itself is yielded where all of it must be looked at: at first, and, to be watched
        anew, after a flood of events and when it is taken away. Raises `OSError` where there
        is too much to watch.
        """
        for tree in self._trees:
            for _ in self._enter(tree):
                pass
        self._watch_places()
        yield set(self._trees)
        told_at = float("-inf")
        while self._inotify.wait():
            pause = max(_SETTLING, told_at + _LEAST_BETWEEN - time.monotonic())
            if not self._inotify.wait(pause):
                return
            paths: set[str] = set()
            is_news = False
            for happening in list(self._inotify.read()):
                is_news = self._take(happening, paths) or is_news
            if is_news or paths:
                told_at = time.monotonic()
                yield paths

    def _take(self, happening: Happening, paths: set[str]) -> bool:
        """Add the files that an event concerns; return whether it concerns a place."""
        if happening.mask & inotify.OVERFLOW:
            paths.update(self._trees)
            return True
        directory = self._paths.get(happening.watch)
        if directory is not None:
            paths.update(self._in_tree(directory, happening))
        return self._at_place(happening)

    def _in_tree(self, directory: str, happening: Happening) -> Iterator[str]:
        mask, name = happening.mask, happening.name
        path = f"{directory}/{name}" if name else directory
        if mask & _LEAVES and not name:
            if mask & inotify.IGNORED:
                del self._paths[happening.watch]
            if directory in self._trees:
                yield directory
        elif mask & inotify.IS_DIRECTORY:
            if mask & inotify.MOVED_FROM:
                self._leave(path)
            elif mask & (_COMES | inotify.ATTRIBUTES):
                yield from self._enter(path)
        elif mask & _COMES and os.path.islink(path):
            yield from self._enter_link(path)
        elif path.endswith(self._suffixes):
            yield path

    def _enter(self, top: str) -> Iterator[str]:
        """Watch a directory and all below it; yield the files that are there already."""
        waiting, linked, seen = [top], list[str](), set[int]()
        if top.endswith(_REPOSITORY):
            return
        while waiting or linked:
            directory = waiting.pop() if waiting else linked.pop(0)
            watch = self._add(directory, inotify.IN_DIRECTORY)
            if watch is None or watch in seen or not self._is_name(watch, directory):
                continue
            seen.add(watch)
            with suppress(OSError), os.scandir(directory) as entries:
                for entry in entries:
                    if entry.is_symlink():
                        if entry.is_dir():
                            linked.append(entry.path)
                        else:
                            yield from self._enter_link(entry.path)
                    elif entry.is_dir():
                        if entry.name != REPOSITORY:
                            waiting.append(entry.path)
                    elif entry.name.endswith(self._suffixes):
                        yield entry.path

    def _enter_link(self, path: str) -> Iterator[str]:
        """Watch what a link leads to, which no event of the link's own directory tells of."""
        if os.path.isdir(path):
            yield from self._enter(path)
        elif path.endswith(self._suffixes):
            watch = self._add(path, inotify.OF_FILE)
            if watch is not None:
                self._is_name(watch, path)
            yield path

    def _is_name(self, watch: int, path: str) -> bool:
        """Name a watch by its path, unless it has another one that still holds."""
        known = self._paths.setdefault(watch, path)
        if known != path and not os.path.lexists(known):
            known = self._paths[watch] = path
        return known == path

    def _leave(self, top: str) -> None:
        """Forget a directory that was moved away, and all below it."""
        below = f"{top}/"
        for watch, path in list(self._paths.items()):
            if path == top or path.startswith(below):
                del self._paths[watch]
                self._inotify.remove(watch)

    def _at_place(self, happening: Happening) -> bool:
        names = self._awaited.get(happening.watch)
        if names is None:
            return False
        name = happening.name
        is_here = "" in names or name in names or name.rpartition("-")[0] in names
        if is_here or happening.mask & _LEAVES:
            if happening.mask & _OTHERWISE:
                self._watch_places()
            return True
        return False

    def _watch_places(self) -> None:
        """Watch where the places are, or would appear."""
        before, self._awaited = self._awaited, {}
        for place in self._places:
            self._await(place, "", inotify.IN_DIRECTORY)
            while True:
                directory, name = _nearest(place)
                is_near = f"{directory.rstrip('/')}/{name}" == place
                mask = inotify.IN_DIRECTORY if is_near else inotify.APPEARING
                self._await(directory, name, mask)
                if _nearest(place) == (directory, name):
                    break
        for watch in before.keys() - self._awaited.keys() - self._paths.keys():
            self._inotify.remove(watch)

    def _await(self, directory: str, name: str, mask: int) -> None:
        if os.path.isdir(directory):
            watch = self._add(directory, mask)
            if watch is not None:
                self._awaited.setdefault(watch, set()).add(name)

    def _add(self, path: str, mask: int) -> int | None:
        """Watch a path; `None` where it is gone or closed to us."""
        try:
            return self._inotify.add(path, mask)
        except OSError as error:
            if error.errno in _TOO_MANY:
                raise
            return None


def _nearest(place: str) -> tuple[str, str]:
    """Return the nearest directory above a place that is there, and the name to come in it."""
    directory, name = os.path.split(place)
    while not os.path.isdir(directory) and directory != os.path.dirname(directory):
        directory, name = os.path.split(directory)
    return directory, name
