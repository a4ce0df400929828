"""Reads on in the stores of other agents than Claude Code."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from engine.agents.base import Tree
from engine.agents.registry import Registry, is_own
from engine.domain.scans import Found, Root, Scan, is_new
from engine.domain.settings import Settings
from engine.domain.snapshots import Progress
from engine.ingest.chunk_reader import FileAnswer, InStore, Task
from engine.ingest.loader import LONGEST_STATE, Batch, Loader, Waiting, are_worth_workers
from engine.ingest.store_files import (
    Stored,
    database_of,
    stat_store,
    stored_at,
    walk_store,
    walk_tree,
)
from engine.ingest.store_scans import read_store
from engine.ledger.book import Ledger

if TYPE_CHECKING:
    from engine.ingest.stores import CursorOf

_BATCH = 8 << 20
"""Bytes of stores that are booked together."""

_RETRY = 3.0
"""Seconds until a database that could not be read is tried again: a lock costs a wait."""


class _Shallow(Struct):
    """A tree of one directory alone, and when something last came into it or left it."""

    tree: Tree
    path: str
    changed: int


class OtherStores:
    """Knows the files of the other agents' roots in force, and what reading on needs to know."""

    def __init__(self, ledger: Ledger, settings: Settings, registry: Registry) -> None:
        self.refused: dict[str, str] = {}
        """Path and reason of what cannot be read now."""
        self._refused_by: dict[str, Root] = {}
        self._ledger = ledger
        self._settings = settings
        self._registry = registry
        self._roots: dict[Root, None] = {}
        self._files: dict[str, tuple[Root, Stored]] = {}
        self._unnamed: dict[str, None] = {}
        """Paths of the files that change without an event that names them."""
        self._states: dict[tuple[Root, str], bytes] = {}
        self._tried: dict[str, float] = {}
        """When each database that is refused was tried last, by the monotonic clock."""
        self._shallow: dict[Root, list[_Shallow]] = {}

    def forget(self) -> None:
        """Take from the ledger anew what reading on needs to know."""
        self._states.clear()

    def look(
        self, root: Root, is_as_read: Callable[[Found], bool], cursor_of: CursorOf
    ) -> list[Waiting]:
        """Walk a root; return the files that may hold something unread."""
        self._roots[root] = None
        agent = self._registry.agent(root.agent)
        shallow = [tree for tree in agent.trees(root.path) if not tree.is_deep]
        self._shallow[root] = [_shallow(root, tree) for tree in shallow]
        stored, refused = walk_store(root, agent)
        present = {each.found.path for each in stored}
        for path in [path for path, (of, _) in self._files.items() if of == root]:
            if path not in present:
                del self._files[path]
                self._unnamed.pop(path, None)
        self._refuse_anew(root, present, refused)
        self._know(root, stored)
        return [
            Waiting(root, each.found, cursor_of(root, each.found.relative), each.kind)
            for each in stored
            if not is_as_read(each.found)
        ]

    def _refuse_anew(self, root: Root, present: set[str], refused: dict[str, str]) -> None:
        """Note what a walk was refused, in place of what walks before it were."""
        for path in self._refused_to(root) - present:
            del self.refused[path]
        self._refuse(root, refused)

    def _refused_to(self, root: Root) -> set[str]:
        """Return what was refused of one root; two agents may keep theirs in one directory."""
        return {path for path in self.refused if self._refused_by.get(path) == root}

    def _refuse(self, root: Root, refused: dict[str, str]) -> None:
        self.refused.update(refused)
        self._refused_by.update(dict.fromkeys(refused, root))

    def files(self) -> list[Found]:
        """Return all files known."""
        return [stored.found for _, stored in self._files.values()]

    @property
    def has_unnamed(self) -> bool:
        """Whether there are files that change, or may come, without an event that names them."""
        return bool(self._unnamed) or any(self._shallow.values())

    def _know(self, root: Root, stored: Iterable[Stored]) -> None:
        shallow = {each.path for each in self._shallow[root]}
        for each in stored:
            path = each.found.path
            self._files[path] = (root, each)
            if each.kind == "database" or os.path.dirname(path) in shallow:
                self._unnamed[path] = None

    def owns(self, path: str) -> bool:
        """Say whether a path lies below a root that was looked at."""
        return any(path.startswith(root.path + os.sep) for root in self._roots)

    def news(
        self, paths: set[str], roots: list[Root], cursor_of: CursorOf
    ) -> tuple[dict[Root, list[Scan]], bool]:
        """Read on in files that events name, and in all that have changed of which none tells.

        A database's changes stand in a log beside it, of which not every system tells, and no
        event names what is in a directory that is not looked through whole.
        """
        for root in self._roots:
            self._look_at_shallow(root)
        named = [self._file_at(database_of(path)) for path in paths if self.owns(path)]
        unnamed = [self._files[path] for path in self._unnamed]
        files = {each[1].found.path: each for each in (*named, *unnamed) if each is not None}
        scans: dict[Root, list[Scan]] = {}
        for path, (root, stored) in files.items():
            found = stat_store(path, stored.found.relative, stored.kind)
            if root in roots and found is not None and self._is_to_be_tried(path):
                cursor = cursor_of(root, found.relative)
                made = list(self.scans(Waiting(root, found, cursor, stored.kind)))
                if made:
                    scans.setdefault(root, []).extend(made)
        return scans, True

    def _is_to_be_tried(self, path: str) -> bool:
        """Say whether a file is read that may have been refused just now."""
        tried = self._tried.get(path)
        return tried is None or time.monotonic() - tried >= _RETRY

    def _look_at_shallow(self, root: Root) -> None:
        """Find what has come into directories in which something came or went."""
        for shallow in self._shallow.get(root, ()):
            changed = _changed(shallow.path)
            if changed != shallow.changed:
                shallow.changed = changed
                stored, refused = walk_tree(root, shallow.tree)
                self._know(root, stored)
                present = {each.found.path for each in stored}
                own = self._refused_to(root)
                for path in {path for path in own if os.path.dirname(path) == shallow.path}:
                    if path not in present:
                        del self.refused[path]
                self._refuse(root, refused)

    def _file_at(self, path: str) -> tuple[Root, Stored] | None:
        """Return the store's file at a path, which may be new; `None` for another file."""
        if path not in self._files:
            for root in self._roots:
                if path.startswith(root.path + os.sep):
                    stored = stored_at(root, self._registry.agent(root.agent), path)
                    if stored is not None:
                        self._know(root, [stored])
        return self._files.get(path)

    def scans(self, waiting: Waiting) -> Iterator[Scan]:
        """Yield what is new in a file, if anything is and it can be read."""
        found, kind = waiting.found, waiting.kind
        if kind is None or not is_new(found, waiting.cursor):
            return
        agent = self._registry.agent(waiting.root.agent)
        try:
            scan = read_store(
                agent,
                waiting.root,
                Stored(found, kind),
                waiting.cursor,
                self._state(waiting.root, found),
                self._settings.clock(),
            )
        except FileNotFoundError:
            return
        except OSError as error:
            self._refuse(waiting.root, {found.path: error.strerror or "could not be read"})
            if kind == "database":
                self._tried[found.path] = time.monotonic()
            return
        self.refused.pop(found.path, None)
        self._tried.pop(found.path, None)
        self._states[waiting.root, found.relative] = scan.state
        yield scan

    def _state(self, root: Root, found: Found) -> bytes:
        """Return what reading a file gave before."""
        state = self._states.get((root, found.relative))
        return self._ledger.state(root, found.relative) if state is None else state

    def task(self, waiting: Waiting) -> Task | None:
        """Return what another process is to be asked for, `None` for what is read here."""
        root, found, kind = waiting.root, waiting.found, waiting.kind
        if kind is None or not is_new(found, waiting.cursor):
            return None
        state = self._state(root, found)
        if len(state) > LONGEST_STATE:
            return None
        return Task.of(found, waiting.cursor, InStore(root, kind, state, self._settings.clock()))

    def take(self, waiting: Waiting, answer: FileAnswer) -> None:
        """Note what another process said of a file."""
        path = waiting.found.path
        if answer.refused is not None:
            self._refuse(waiting.root, {path: answer.refused})
        else:
            self.refused.pop(path, None)
        if answer.scan is not None:
            self._states[waiting.root, waiting.found.relative] = answer.scan.state

    def batches(self, waiting: list[Waiting], is_stopped: Callable[[], bool]) -> Iterator[Batch]:
        """Yield what is new in some files, those written last first."""
        apart = [each for each in waiting if self._is_read_apart(each)]
        if not are_worth_workers(apart):
            yield from self._batches_here(waiting, is_stopped)
            return
        loader = Loader(self, lambda: self._ledger.prices)
        yield from loader.batches(apart, is_stopped)
        here = [each for each in waiting if not self._is_read_apart(each)]
        yield from self._batches_here(here, is_stopped)

    def _is_read_apart(self, waiting: Waiting) -> bool:
        """Say whether other processes can read a file: not what grows within, nor for packages.

        Of a database, or counts that only grow, it matters in which order they are asked.
        """
        agent = waiting.root.agent
        if waiting.kind not in ("lines", "document") or not is_own(agent):
            return False
        return not self._registry.agent(agent).is_cumulative

    def _batches_here(
        self, waiting: list[Waiting], is_stopped: Callable[[], bool]
    ) -> Iterator[Batch]:
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


def _shallow(root: Root, tree: Tree) -> _Shallow:
    path = os.path.join(root.path, *tree.below.split("/")) if tree.below else root.path
    return _Shallow(tree, path, _changed(path))


def _changed(directory: str) -> int:
    """Return when something last came into a directory or left it; 0 where it is not there."""
    try:
        return os.stat(directory).st_mtime_ns
    except OSError:
        return 0


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
