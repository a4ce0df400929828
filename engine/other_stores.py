"""Reads on in the stores of other agents than Claude Code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from engine.agents.registry import Registry
from engine.intake.discover import Root
from engine.intake.load import Batch, Waiting
from engine.intake.stores import (
    Stored,
    database_of,
    read_store,
    stat_store,
    walk_store,
)
from engine.intake.tail import Cursor, Scan, is_new
from engine.ledger.store import Ledger
from engine.reports import Progress
from engine.settings import Settings

_BATCH = 8 << 20
"""Bytes of stores that are booked together."""

_T = TypeVar("_T")


class OtherStores:
    """Knows the files of the other agents' roots in force, and what reading on needs to know."""

    def __init__(self, ledger: Ledger, settings: Settings, registry: Registry) -> None:
        self.refused: dict[str, str] = {}
        """Path and reason of what cannot be read now."""
        self._ledger = ledger
        self._settings = settings
        self._registry = registry
        self._files: dict[str, tuple[Root, Stored]] = {}
        self._states: dict[tuple[Root, str], bytes] = {}

    def forget(self) -> None:
        """Take from the ledger anew what reading on needs to know."""
        self._states.clear()

    def look(self, root: Root, cursors: dict[str, Cursor]) -> list[Waiting]:
        """Walk a root; return the files that may hold something unread."""
        stored, refused = walk_store(root, self._registry.agent(root.agent))
        present = {each.found.path for each in stored}
        for path in [path for path, (of, _) in self._files.items() if of == root]:
            if path not in present:
                del self._files[path]
                self.refused.pop(path, None)
        self.refused.update(refused)
        self._files.update((each.found.path, (root, each)) for each in stored)
        waiting = [
            Waiting(root, each.found, cursors.get(each.found.relative), each.kind)
            for each in stored
        ]
        return [each for each in waiting if is_new(each.found, each.cursor)]

    def waiting_at(
        self, path: str, roots: list[Root], cursors_of: Callable[[Root], dict[str, Cursor]]
    ) -> Waiting | None:
        """Return what is to be read where a file event names a path, `None` for no store's file."""
        path = database_of(path)
        known = self._files.get(path)
        if known is None:
            return None
        root, stored = known
        found = stat_store(path, stored.found.relative, stored.kind)
        if root not in roots or found is None:
            return None
        return Waiting(root, found, cursors_of(root).get(found.relative), stored.kind)

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


def between(first: Iterator[_T], others: Iterator[_T]) -> Iterator[_T]:
    """Yield the first of one, then all of the others, then the rest of the one.

    So the newest transcripts come before everything, and no store waits for old ones.
    """
    for each in first:
        yield each
        break
    yield from others
    yield from first
