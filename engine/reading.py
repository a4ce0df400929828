"""Reads the roots in force: which files are new, and what is new in them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from engine.intake import discover
from engine.intake.cursor import Cursor, is_new
from engine.intake.discover import Found, Root
from engine.intake.load import Batch, Loader, Waiting
from engine.intake.tail import Scan, Tail
from engine.ledger.store import Ledger
from engine.reports import PlaceLookedAt
from engine.settings import Settings
from engine.times import open_zone


class Reading:
    """Knows how far every file of the roots in force was read."""

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self.places: tuple[PlaceLookedAt, ...] = ()
        self._ledger = ledger
        self._settings = settings
        self._loader = Loader(Tail(lambda: open_zone(None, settings.environment)[1]))
        self._cursors: dict[str, dict[str, Cursor]] = {}
        self._paths: dict[str, tuple[str, str]] = {}
        """Root and path below `projects` of each file by the path that events name."""
        self._refused_directories: dict[str, str] = {}
        self._uncountable: dict[str, str] = {}

    def forget(self) -> None:
        """Take the cursors from the ledger anew, and read from there."""
        self._cursors.clear()

    def refused(self) -> dict[str, str]:
        """Return paths that could not be read, with reasons."""
        return {**self._refused_directories, **self._loader.refused, **self._uncountable}

    def refuse(self, path: str, reason: str) -> None:
        """Remember that a transcript cannot be counted."""
        self._uncountable[path] = reason

    def look(self, roots: list[Root]) -> list[Waiting]:
        """Walk all roots; return the files that may hold something unread."""
        counts: dict[str, int] = {}
        waiting: list[Waiting] = []
        self._refused_directories = {}
        self._loader.refused.clear()
        for root in roots:
            if not os.path.isdir(root.projects):
                continue
            walk = discover.walk(root)
            counts[root.path] = len(walk.files)
            self._refused_directories.update(walk.refused)
            self._paths.update((found.path, (root.path, found.relative)) for found in walk.files)
            cursors = self._cursors_of(root.path)
            for found in walk.files:
                cursor = cursors.get(found.relative)
                if is_new(found, cursor):
                    waiting.append(Waiting(root.path, found, cursor))
        self.places = discover.look_at(self._settings, counts)
        return waiting

    def batches(self, waiting: list[Waiting], is_stopped: Callable[[], bool]) -> Iterator[Batch]:
        """Yield what is new in these files, the ones written last first."""
        for batch in self._loader.batches(waiting, is_stopped):
            yield batch
            for root, scans in batch.scans.items():
                self._note(root, scans)

    def scans_of(self, roots: list[Root], paths: set[str]) -> tuple[dict[str, list[Scan]], bool]:
        """Read on in the files that events name; `False` where a name says too little.

        The cursors move on at once: if booking fails, `forget` takes them back.
        """
        scans: dict[str, list[Scan]] = {}
        is_sure = True
        for path in paths:
            place = self._paths.get(path) or _place_in(roots, path)
            if place is None:
                is_sure = False
                continue
            root, relative = place
            found = discover.stat(path, relative)
            if found is None:
                is_sure = is_sure and not os.path.isdir(path)
                continue
            if path not in self._paths:
                if os.path.realpath(path) != path:
                    is_sure = False
                    continue
                self._paths[path] = place
            scans.setdefault(root, []).extend(self._read_on(root, found))
        for root, made in scans.items():
            self._note(root, made)
        return {root: made for root, made in scans.items() if made}, is_sure

    def scans_of_session(self, roots: list[Root], transcript: str) -> dict[str, list[Scan]]:
        """Read on in one session's files: its transcript and those in its directory.

        Nothing where the path is below no root, or no transcript's.
        """
        if not transcript.endswith(".jsonl") or "\0" in transcript:
            return {}
        path = os.path.realpath(transcript)
        place = _place_in(roots, path)
        if place is None:
            return {}
        root, relative = place
        stem = relative.removesuffix(".jsonl")
        cursors = self._ledger.cursors(root, below=stem)
        scans = [
            scan
            for found in discover.files_of_session(path, relative)
            for scan in self._loader.scans(found, cursors.get(found.relative))
        ]
        return {root: scans} if scans else {}

    def _read_on(self, root: str, found: Found) -> Iterator[Scan]:
        yield from self._loader.scans(found, self._cursors_of(root).get(found.relative))

    def _cursors_of(self, root: str) -> dict[str, Cursor]:
        if root not in self._cursors:
            self._cursors[root] = self._ledger.cursors(root)
        return self._cursors[root]

    def _note(self, root: str, scans: list[Scan]) -> None:
        cursors = self._cursors_of(root)
        for scan in scans:
            cursors[scan.place.path] = scan.cursor


def _place_in(roots: list[Root], path: str) -> tuple[str, str] | None:
    """Return the root that a path lies below, and the rest of the path."""
    for root in roots:
        prefix = root.projects + os.sep
        if path.startswith(prefix):
            return root.path, path[len(prefix) :].replace(os.sep, "/")
    return None
