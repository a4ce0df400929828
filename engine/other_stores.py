"""Reads on in the stores of other agents than Claude Code."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from engine.agents.registry import Registry
from engine.intake.cursor import Cursor, Mark, is_new, mark_of
from engine.intake.discover import Root
from engine.intake.load import Batch, Waiting
from engine.intake.stores import (
    Stored,
    database_of,
    read_store,
    stat_store,
    stored_at,
    walk_store,
)
from engine.intake.tail import Scan
from engine.ledger.store import Ledger
from engine.reports import Progress
from engine.settings import Settings

_BATCH = 8 << 20
"""Bytes of stores that are booked together."""

CursorOf = Callable[[Root, str], Cursor | None]


class OtherStores:
    """Knows the files of the other agents' roots in force, and what reading on needs to know."""

    def __init__(self, ledger: Ledger, settings: Settings, registry: Registry) -> None:
        self.refused: dict[str, str] = {}
        """Path and reason of what cannot be read now."""
        self._ledger = ledger
        self._settings = settings
        self._registry = registry
        self._roots: dict[Root, None] = {}
        self._files: dict[str, tuple[Root, Stored]] = {}
        self._states: dict[tuple[Root, str], bytes] = {}

    def forget(self) -> None:
        """Take from the ledger anew what reading on needs to know."""
        self._states.clear()

    def look(
        self, root: Root, known: Callable[[str], Mark | None], cursor_of: CursorOf
    ) -> list[Waiting]:
        """Walk a root; return the files that may hold something unread."""
        self._roots[root] = None
        stored, refused = walk_store(root, self._registry.agent(root.agent))
        present = {each.found.path for each in stored}
        for path in [path for path, (of, _) in self._files.items() if of == root]:
            if path not in present:
                del self._files[path]
                self.refused.pop(path, None)
        self.refused.update(refused)
        self._files.update((each.found.path, (root, each)) for each in stored)
        return [
            Waiting(root, each.found, cursor_of(root, each.found.relative), each.kind)
            for each in stored
            if known(each.found.relative) != mark_of(each.found)
        ]

    @property
    def has_databases(self) -> bool:
        """Whether any file is a database."""
        return any(stored.kind == "database" for _, stored in self._files.values())

    def owns(self, path: str) -> bool:
        """Say whether a path lies below a root that was looked at."""
        return any(path.startswith(root.path + os.sep) for root in self._roots)

    def news(
        self, paths: Iterable[str], roots: list[Root], cursor_of: CursorOf
    ) -> dict[Root, list[Scan]]:
        """Read on in files that events name, and in all databases that have changed.

        A database's changes stand in a log beside it, of which not every system tells.
        """
        named = [self._file_at(database_of(path)) for path in paths if self.owns(path)]
        databases = [each for each in self._files.values() if each[1].kind == "database"]
        files = {each[1].found.path: each for each in (*named, *databases) if each is not None}
        scans: dict[Root, list[Scan]] = {}
        for path, (root, stored) in files.items():
            found = stat_store(path, stored.found.relative, stored.kind)
            if root in roots and found is not None:
                cursor = cursor_of(root, found.relative)
                made = list(self.scans(Waiting(root, found, cursor, stored.kind)))
                if made:
                    scans.setdefault(root, []).extend(made)
        return scans

    def _file_at(self, path: str) -> tuple[Root, Stored] | None:
        """Return the store's file at a path, which may be new; `None` for another file."""
        if path not in self._files:
            for root in self._roots:
                if path.startswith(root.path + os.sep):
                    stored = stored_at(root, self._registry.agent(root.agent), path)
                    if stored is not None:
                        self._files[path] = (root, stored)
        return self._files.get(path)

    def scans(self, waiting: Waiting) -> Iterator[Scan]:
        """Yield what is new in a file, if anything is and it can be read."""
        found, kind = waiting.found, waiting.kind
        if kind is None or not is_new(found, waiting.cursor):
            return
        agent = self._registry.agent(waiting.root.agent)
        key = (waiting.root, found.relative)
        state = self._states.get(key)
        if state is None:
            state = self._ledger.state(*key)
        try:
            scan = read_store(
                agent,
                waiting.root,
                Stored(found, kind),
                waiting.cursor,
                state,
                self._settings.clock(),
            )
        except FileNotFoundError:
            return
        except OSError as error:
            self.refused[found.path] = error.strerror or "could not be read"
            return
        self.refused.pop(found.path, None)
        self._states[key] = scan.state
        yield scan

    def batches(self, waiting: list[Waiting], is_stopped: Callable[[], bool]) -> Iterator[Batch]:
        """Yield what is new in some files, those written last first."""
        scans: dict[Root, list[Scan]] = {}
        pending = files = read = 0
        total = sum(each.unread for each in waiting)
        for each in sorted(waiting, key=lambda each: -each.found.mtime):
            for scan in self.scans(each):
                scans.setdefault(each.root, []).append(scan)
            files, read, pending = files + 1, read + each.unread, pending + each.unread
            if pending >= _BATCH:
                yield Batch(scans, _progress(files, len(waiting), read, total))
                scans, pending = {}, 0
            if is_stopped():
                return
        if scans:
            yield Batch(scans, _progress(files, len(waiting), read, total))


def _progress(files: int, files_total: int, read: int, total: int) -> Progress:
    return Progress(
        files_done=files,
        files_total=files_total,
        bytes_done=read,
        bytes_total=total,
        responses=0,
        seconds_left=None,
        share=read / total if total else 1.0,
    )
