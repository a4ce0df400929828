"""Reads on in Claude Code's transcripts, which only ever grow at their ends."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from engine.agents.claude.places import SUFFIX, may_hold_cowork
from engine.domain.files import real_path
from engine.domain.scans import Found, Root, Scan, is_new
from engine.domain.settings import Settings
from engine.domain.times import open_zone
from engine.ingest import discover
from engine.ingest.files_in_use import IN_USE
from engine.ledger.book import Ledger

if TYPE_CHECKING:
    from engine.ingest.loader import Batch, Waiting
    from engine.ingest.pieces import Pieces
    from engine.ingest.stores import CursorOf

_WORTH_LISTING = 500
"""Transcripts; fewer are listed as quickly as they are looked at one by one."""


class Transcripts:
    """Knows the transcripts of Claude Code's roots in force.

    What reads them is made when something is new: where nothing is, it is never needed.
    """

    has_unnamed = False

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self.counts: dict[str, int] = {}
        """How many files the last look found, by the path of each root that is there."""
        self._ledger = ledger
        self._settings = settings
        self._lists_all = False
        self._made: Pieces | None = None
        self._roots: dict[Root, None] = {}
        self._walks: dict[Root, discover.Walk] = {}
        """What was found below each root since files were asked for last."""
        self._paths: dict[str, tuple[Root, str]] = {}
        """Root and path below `projects` of files by the path that events name: of those of which
        the path itself does not tell, as behind links, and of those that events have named."""
        self._directories: dict[Root, dict[str, str]] = {}
        """What a walk of each root was refused, with reasons."""

    @property
    def refused(self) -> dict[str, str]:
        """Path and reason of what cannot be read now."""
        files = self._made.refused if self._made is not None else {}
        walks = (item for walk in self._directories.values() for item in walk.items())
        return {**dict(walks), **files}

    def forget(self) -> None:
        """Nothing but cursors is needed to read on."""

    def begin(self, *, lists_all: bool) -> None:
        """Forget what the last look found; another one begins.

        Without `lists_all` transcripts that were read long ago are but counted: who follows
        looks again and again, and is to hold no list of all.
        """
        self._lists_all = lists_all
        self.counts = {}
        self._directories = {}
        if self._made is not None:
            self._made.refused.clear()

    def look(
        self, root: Root, is_as_read: Callable[[Found], bool], cursor_of: CursorOf
    ) -> list[Waiting]:
        """Walk a root; return the files that may hold something unread."""
        self._roots[root] = None
        if not os.path.isdir(root.projects):
            return []
        since = (self._settings.clock() - IN_USE * 1_000) * 1_000_000
        walk = discover.walk(
            root,
            None if self._lists_all else lambda each: each.mtime < since and is_as_read(each),
        )
        self.counts[root.path] = walk.count
        self._directories[root] = dict(walk.refused)
        self._walks[root] = walk
        unread = [found for found in walk.files if not is_as_read(found)]
        if not unread:
            return []
        from engine.ingest.loader import Waiting

        return [Waiting(root, found, cursor_of(root, found.relative)) for found in unread]

    def is_unchanged(self, root: Root) -> bool:
        """Say whether all below a root is as when everything was read, without listing it."""
        packed = self._ledger.listing(root)
        if packed is None:
            return False
        from engine.ingest.listings import unchanged

        count = unchanged(packed, self._settings.environment)
        if count is None:
            return False
        self._roots[root] = None
        self.counts[root.path] = count
        return True

    def keep_listing(self, root: Root, began: int) -> None:
        """Keep what the last look found below a root, where nothing of it is unread.

        The look began at a time (nanoseconds).
        """
        walk = self._walks.get(root)
        if walk is None or len(walk.files) < _WORTH_LISTING or root.is_cowork:
            return
        from engine.ingest.listings import pack_walk

        packed = pack_walk(walk, began)
        if packed is not None:
            self._ledger.keep_listing(root, packed)

    def files(self) -> list[Found]:
        """Return the files that were listed since they were asked for last; none is kept here."""
        files: list[Found] = []
        for root, walk in self._walks.items():
            files += walk.files
            for found in walk.files:
                place = (root, found.relative)
                if not walk.is_plain or _place_in(self._roots, found.path) != place:
                    self._paths[found.path] = place
        self._walks.clear()
        return files

    def batches(self, waiting: list[Waiting], is_stopped: Callable[[], bool]) -> Iterator[Batch]:
        """Yield what is new in some files, those written last first."""
        from engine.ingest.loader import Loader
        from engine.ingest.transcript_source import TranscriptSource

        source = TranscriptSource(self._pieces())
        return Loader(source, lambda: self._ledger.prices).batches(waiting, is_stopped)

    def owns(self, path: str) -> bool:
        """Say whether a path lies below a root that was looked at."""
        return _place_in(self._roots, path) is not None

    def news(
        self, paths: set[str], roots: list[Root], cursor_of: CursorOf
    ) -> tuple[dict[Root, list[Scan]], bool]:
        """Read on in the files that events name; `False` where a name says too little."""
        scans: dict[Root, list[Scan]] = {}
        is_sure = True
        for path in paths:
            place = self._paths.get(path) or _place_in(roots, path)
            if place is None:
                is_sure = False
                continue
            if not path.endswith(SUFFIX) and not os.path.isdir(path):
                continue
            root, relative = place
            if root.is_cowork and not may_hold_cowork(relative):
                continue
            found = discover.stat(path, relative)
            if found is None:
                is_sure = is_sure and not os.path.isdir(path)
                continue
            if path not in self._paths:
                if os.path.realpath(path) != path:
                    is_sure = False
                    continue
                self._paths[path] = place
            made = self._pieces().scans(found, cursor_of(root, relative))
            scans.setdefault(root, []).extend(made)
        return scans, is_sure

    def scans_anew(self, root: Root, paths: list[str]) -> list[Scan]:
        """Read some transcripts, by their paths below `projects`, from their starts."""
        found = (discover.stat(os.path.join(root.projects, path), path) for path in paths)
        return [
            scan for each in found if each is not None for scan in self._pieces().scans(each, None)
        ]

    def scans_of_session(self, roots: list[Root], transcript: str) -> dict[Root, list[Scan]]:
        """Read on in one session's files: its transcript and those in its directory.

        Nothing where the path is below no root, or no transcript's.
        """
        if not transcript.endswith(".jsonl") or "\0" in transcript:
            return {}
        path = real_path(transcript)
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
            for scan in self._pieces().scans(found, cursors.get(found.relative))
        ]
        return {root: scans} if scans else {}

    def _pieces(self) -> Pieces:
        if self._made is None:
            from engine.ingest.pieces import Pieces
            from engine.ingest.tail import Tail

            environment = self._settings.environment
            self._made = Pieces(Tail(lambda: open_zone(None, environment)[1], environment))
        return self._made


def _place_in(roots: Iterable[Root], path: str) -> tuple[Root, str] | None:
    """Return Claude Code's root that a path lies below, and the rest of the path."""
    for root in roots:
        if not root.is_claude:
            continue
        prefix = root.projects + os.sep
        if path.startswith(prefix):
            return root, path[len(prefix) :].replace(os.sep, "/")
    return None
