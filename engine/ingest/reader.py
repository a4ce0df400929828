"""Reads the roots in force: which files are new, and what is new in them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from engine.agents.registry import Registry
from engine.domain.notices import Notice
from engine.domain.scans import Cursor, Found, PlaceLookedAt, Root, mark_of
from engine.domain.settings import Settings
from engine.ingest import discover
from engine.ingest.known_files import KnownFiles
from engine.ingest.transcripts import Transcripts
from engine.ledger.book import Ledger

if TYPE_CHECKING:
    from engine.domain.scans import Scan
    from engine.ingest.loader import Batch, Waiting
    from engine.ingest.store_reader import OtherStores
    from engine.ingest.stores import CursorOf, Stores


class Reader:
    """Knows how far every file of the roots in force was read, whosever they are."""

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        registry: Registry,
        shared: Callable[[], Stores | None] = lambda: None,
    ) -> None:
        """`shared` gives what reads shared roots, where anything is shared."""
        self.places: tuple[PlaceLookedAt, ...] = ()
        self._ledger = ledger
        self._settings = settings
        self._registry = registry
        self._shared = shared
        self._transcripts = Transcripts(ledger, settings)
        self._others: OtherStores | None = None
        self._moved: dict[Root, dict[str, Cursor]] = {}
        """How far files were read here since the last look; all others stand in the ledger."""
        self._uncountable: dict[str, str] = {}

    @property
    def _stores(self) -> list[Stores]:
        """What reads each store; of a path below two roots, the first one is whose it is."""
        found = (self._shared(), self._others, self._transcripts)
        return [stores for stores in found if stores is not None]

    def forget(self) -> None:
        """Take the cursors from the ledger anew, and read from there."""
        self._moved.clear()
        for stores in self._stores:
            stores.forget()

    def refused(self) -> dict[str, str]:
        """Return paths that could not be read, with reasons."""
        found: dict[str, str] = {}
        for stores in reversed(self._stores):
            found.update(stores.refused)
        return {**found, **self._uncountable}

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

    def look(self, roots: list[Root], *, is_once: bool = False) -> list[Waiting]:
        """Walk all roots; return the files that may hold something unread.

        Who looks once, and follows no file, lists nothing that is as it was kept.
        """
        self._transcripts.begin(lists_all=is_once)
        self._forget_booked()
        waiting: list[Waiting] = []
        for root in roots:
            if is_once and root.is_claude and self._transcripts.is_unchanged(root):
                continue
            began, known = time.time_ns(), self._known_files(root)
            cursor_of = self._cursor_among(known)
            found = self._stores_of(root).look(root, known.is_as_read, cursor_of)
            if is_once and root.is_claude and not found:
                self._transcripts.keep_listing(root, began)
            waiting += found
        self.places = discover.look_at(self._settings, self._transcripts.counts)
        return waiting

    def files(self) -> list[Found]:
        """Return all files that the last look found."""
        return [found for stores in reversed(self._stores) for found in stores.files()]

    def batches(self, waiting: list[Waiting], is_stopped: Callable[[], bool]) -> Iterator[Batch]:
        """Yield what is new in these files, the ones written last first."""
        of_stores: dict[int, tuple[Stores, list[Waiting]]] = {}
        for each in waiting:
            stores = self._stores_of(each.root)
            of_stores.setdefault(id(stores), (stores, []))[1].append(each)
        _, transcripts = of_stores.pop(id(self._transcripts), (None, []))
        found = self._transcripts.batches(transcripts, is_stopped)
        for stores, files in of_stores.values():
            found = _between(found, stores.batches(files, is_stopped))
        for batch in found:
            yield batch
            for root, scans in batch.scans.items():
                self._note(root, scans)

    @property
    def has_unnamed(self) -> bool:
        """Whether there are files that change, or may come, without an event that names them."""
        return any(stores.has_unnamed for stores in self._stores)

    def scans_of(self, roots: list[Root], paths: set[str]) -> tuple[dict[Root, list[Scan]], bool]:
        """Read on in the files that events name; `False` where a name says too little.

        The cursors move on at once: if booking fails, `forget` takes them back.
        """
        scans: dict[Root, list[Scan]] = {}
        left, is_sure = paths, True
        for stores in self._stores:
            own = {path for path in left if stores.owns(path)}
            left = left - own
            made, is_told = stores.news(own, roots, self._cursor)
            is_sure = is_sure and is_told
            for root, of_root in made.items():
                scans.setdefault(root, []).extend(of_root)
        for root, of_root in scans.items():
            self._note(root, of_root)
        return {root: made for root, made in scans.items() if made}, is_sure and not left

    def scans_anew(self, root: Root, scans: list[Scan]) -> list[Scan]:
        """Read some transcripts once more from their starts, and pack nothing."""
        return self._transcripts.scans_anew(root, [scan.place.path for scan in scans])

    def scans_of_session(self, roots: list[Root], transcript: str) -> dict[Root, list[Scan]]:
        """Read on in one session's files of Claude Code, by the path of its transcript."""
        return self._transcripts.scans_of_session(roots, transcript)

    def _stores_of(self, root: Root) -> Stores:
        shared = self._shared() if root.is_shared else None
        return shared or (self._transcripts if root.is_claude else self._other_stores())

    def _other_stores(self) -> OtherStores:
        """Return what reads other agents' stores; where there are none it is never needed."""
        if self._others is None:
            from engine.ingest.store_reader import OtherStores

            self._others = OtherStores(self._ledger, self._settings, self._registry)
        return self._others

    def _forget_booked(self) -> None:
        """Forget how far files were read: by the next look all is booked but what cannot be."""
        self._moved = {
            root: {
                path: cursor
                for path, cursor in moved.items()
                if f"{root.base}/{path}" in self._uncountable
            }
            for root, moved in self._moved.items()
        }

    def _known_files(self, root: Root) -> KnownFiles:
        """Return how a root's files were read; a look needs all, and nothing else does."""
        moved = ((path, mark_of(each)) for path, each in self._moved.get(root, {}).items())
        return KnownFiles(chain(self._ledger.marks(root), moved))

    def _cursor_among(self, known: KnownFiles) -> CursorOf:
        """Return what tells cursors without asking the ledger for files that it does not know."""
        return lambda root, relative: self._cursor(root, relative) if relative in known else None

    def _cursor(self, root: Root, relative: str) -> Cursor | None:
        """Return how far a file was read, `None` for one that never was."""
        moved = self._moved.get(root, {}).get(relative)
        return moved or self._ledger.cursor(root, relative)

    def _note(self, root: Root, scans: list[Scan]) -> None:
        moved = self._moved.setdefault(root, {})
        for scan in scans:
            moved[scan.place.path] = scan.cursor


def _between(first: Iterator[Batch], others: Iterator[Batch]) -> Iterator[Batch]:
    """Yield the first of one, then all of the others, then the rest of the one.

    So the newest transcripts come before everything, and no store waits for old ones.
    """
    for each in first:
        yield each
        break
    yield from others
    yield from first
