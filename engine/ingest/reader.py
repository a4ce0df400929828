"""Reads the roots in force: which files are new, and what is new in them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from engine.agents.claude.places import SUFFIX
from engine.agents.registry import Registry
from engine.domain.reports import Notice, PlaceLookedAt
from engine.domain.scans import Cursor, Found, Mark, Root, is_new, mark_of
from engine.domain.settings import Settings
from engine.domain.times import open_zone
from engine.ingest import discover
from engine.ledger.book import Ledger

if TYPE_CHECKING:
    from engine.domain.scans import Scan
    from engine.ingest.loader import Batch, Loader, Waiting
    from engine.ingest.store_reader import OtherStores


class Reading:
    """Knows how far every file of the roots in force was read."""

    def __init__(self, ledger: Ledger, settings: Settings, registry: Registry) -> None:
        self.places: tuple[PlaceLookedAt, ...] = ()
        self._ledger = ledger
        self._settings = settings
        self._registry = registry
        self._others: OtherStores | None = None
        self._loader: Loader | None = None
        self._marks: dict[Root, dict[str, Mark]] = {}
        self._moved: dict[Root, dict[str, Cursor]] = {}
        """Cursors that moved on since the marks were taken from the ledger."""
        self._walks: dict[Root, list[Found]] = {}
        """What was found below each root and is not in `_paths` yet."""
        self._paths: dict[str, tuple[Root, str]] = {}
        """Root and path below `projects` of each file by the path that events name."""
        self._refused_directories: dict[str, str] = {}
        self._uncountable: dict[str, str] = {}

    def forget(self) -> None:
        """Take the cursors from the ledger anew, and read from there."""
        self._marks.clear()
        self._moved.clear()
        if self._others is not None:
            self._others.forget()

    def refused(self) -> dict[str, str]:
        """Return paths that could not be read, with reasons."""
        files = self._loader.refused if self._loader is not None else {}
        others = self._others.refused if self._others is not None else {}
        return {**self._refused_directories, **files, **others, **self._uncountable}

    def notice(self) -> Notice | None:
        """Return what to tell the user of paths that could not be read, if there are any."""
        refused = self.refused()
        if not refused:
            return None
        path, reason = next(iter(refused.items()))
        others = f" and {len(refused) - 1} more" if len(refused) > 1 else ""
        text = (
            f"{path}{others} could not be read ({reason}): the rest is counted; see ccmon doctor."
        )
        return Notice("warning", text)

    def refuse(self, path: str, reason: str) -> None:
        """Remember that a transcript cannot be counted."""
        self._uncountable[path] = reason

    def look(self, roots: list[Root]) -> list[Waiting]:
        """Walk all roots; return the files that may hold something unread."""
        counts: dict[str, int] = {}
        waiting: list[Waiting] = []
        unread: list[tuple[Root, Found]] = []
        self._refused_directories = {}
        if self._loader is not None:
            self._loader.refused.clear()
        for root in roots:
            if not root.is_claude:
                known = self._marks_of(root).get
                waiting += self._other_stores().look(root, known, self._cursor)
                continue
            if not os.path.isdir(root.projects):
                continue
            walk = discover.walk(root)
            counts[root.path] = len(walk.files)
            self._refused_directories.update(walk.refused)
            self._walks[root] = walk.files
            known = self._marks_of(root).get
            unread += [
                (root, found) for found in walk.files if known(found.relative) != mark_of(found)
            ]
        self.places = discover.look_at(self._settings, counts)
        return waiting + self._waiting(unread) if unread else waiting

    def files(self) -> list[Found]:
        """Return all files that the last look found."""
        own = [found for files in self._walks.values() for found in files]
        return own if self._others is None else own + self._others.files()

    def _waiting(self, unread: list[tuple[Root, Found]]) -> list[Waiting]:
        from engine.ingest.loader import Waiting

        return [Waiting(root, found, self._cursor(root, found.relative)) for root, found in unread]

    def batches(self, waiting: list[Waiting], is_stopped: Callable[[], bool]) -> Iterator[Batch]:
        """Yield what is new in these files, the ones written last first."""
        others = [each for each in waiting if each.kind is not None]
        transcripts = [each for each in waiting if each.kind is None]
        found = self._reader().batches(transcripts, is_stopped)
        if others:
            found = _between(found, self._other_stores().batches(others, is_stopped))
        for batch in found:
            yield batch
            for root, scans in batch.scans.items():
                self._note(root, scans)

    @property
    def has_unnamed(self) -> bool:
        """Whether there are files that change, or may come, without an event that names them."""
        return self._others is not None and self._others.has_unnamed

    def scans_of(self, roots: list[Root], paths: set[str]) -> tuple[dict[Root, list[Scan]], bool]:
        """Read on in the files that events name; `False` where a name says too little.

        The cursors move on at once: if booking fails, `forget` takes them back.
        """
        self._place_walks()
        scans: dict[Root, list[Scan]] = {}
        is_sure = True
        for path in paths:
            if self._others is not None and self._others.owns(path):
                continue
            place = self._paths.get(path) or _place_in(roots, path)
            if place is None:
                is_sure = False
                continue
            if not path.endswith(SUFFIX) and not os.path.isdir(path):
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
        if self._others is not None:
            for root, made in self._others.news(paths, roots, self._cursor).items():
                scans.setdefault(root, []).extend(made)
        for root, made in scans.items():
            self._note(root, made)
        return {root: made for root, made in scans.items() if made}, is_sure

    def scans_of_session(self, roots: list[Root], transcript: str) -> dict[Root, list[Scan]]:
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
            if is_new(found, cursors.get(found.relative))
            for scan in self._reader().scans(found, cursors.get(found.relative))
        ]
        return {root: scans} if scans else {}

    def _read_on(self, root: Root, found: Found) -> Iterator[Scan]:
        yield from self._reader().scans(found, self._cursor(root, found.relative))

    def _reader(self) -> Loader:
        """Return what reads files; where nothing is new it is never needed."""
        if self._loader is None:
            from engine.ingest.loader import Loader
            from engine.ingest.tail import Tail

            environment = self._settings.environment
            self._loader = Loader(Tail(lambda: open_zone(None, environment)[1]))
        return self._loader

    def _other_stores(self) -> OtherStores:
        """Return what reads other agents' stores; where there are none it is never needed."""
        if self._others is None:
            from engine.ingest.store_reader import OtherStores

            self._others = OtherStores(self._ledger, self._settings, self._registry)
        return self._others

    def _place_walks(self) -> None:
        """Note where the files are that were found since the last time."""
        for root, files in self._walks.items():
            self._paths.update((found.path, (root, found.relative)) for found in files)
        self._walks.clear()

    def _marks_of(self, root: Root) -> dict[str, Mark]:
        if root not in self._marks:
            self._marks[root] = self._ledger.marks(root)
        return self._marks[root]

    def _cursor(self, root: Root, relative: str) -> Cursor | None:
        """Return how far a file was read, `None` for one that never was."""
        if relative not in self._marks_of(root):
            return None
        moved = self._moved.get(root, {}).get(relative)
        return moved or self._ledger.cursor(root, relative)

    def _note(self, root: Root, scans: list[Scan]) -> None:
        marks, moved = self._marks_of(root), self._moved.setdefault(root, {})
        for scan in scans:
            marks[scan.place.path] = mark_of(scan.cursor)
            moved[scan.place.path] = scan.cursor


def _place_in(roots: list[Root], path: str) -> tuple[Root, str] | None:
    """Return Claude Code's root that a path lies below, and the rest of the path."""
    for root in roots:
        if not root.is_claude:
            continue
        prefix = root.projects + os.sep
        if path.startswith(prefix):
            return root, path[len(prefix) :].replace(os.sep, "/")
    return None


def _between(first: Iterator[Batch], others: Iterator[Batch]) -> Iterator[Batch]:
    """Yield the first of one, then all of the others, then the rest of the one.

    So the newest transcripts come before everything, and no store waits for old ones.
    """
    for each in first:
        yield each
        break
    yield from others
    yield from first
