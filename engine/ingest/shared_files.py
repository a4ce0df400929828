"""Reads on in what other machines shared: files that somebody who knows their format reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from engine.domain.scans import Found, Root, Scan, is_new
from engine.domain.snapshots import Progress
from engine.ingest.loader import Batch, Waiting

if TYPE_CHECKING:
    from engine.ingest.stores import CursorOf

_BATCH = 8 << 20
"""Bytes of files that are booked together."""


class ShareSource(Protocol):
    """Who knows the shared folders and what their files say."""

    @property
    def refused(self) -> Mapping[str, str]:
        """Path and reason of what cannot be taken in."""

    def files_of(self, root: Root) -> list[Found]:
        """Return the files of others that tell of a root's agent and can be read now."""

    def files(self) -> list[Found]:
        """Return all files known."""

    def agent_of(self, path: str) -> str | None:
        """Return the agent that a file tells of, `None` where that is not known."""

    def scan(self, found: Found) -> Scan | None:
        """Read a file; `None` where it is not whole."""


class SharedFiles:
    """The files of all shared folders in force. Each is written once and read whole."""

    has_unnamed = False

    def __init__(self, source: ShareSource) -> None:
        self._source = source
        self._roots: dict[Root, None] = {}

    @property
    def refused(self) -> Mapping[str, str]:
        """Path and reason of what cannot be taken in."""
        return self._source.refused

    def forget(self) -> None:
        """Nothing but cursors is needed to read on."""

    def look(
        self, root: Root, is_as_read: Callable[[Found], bool], cursor_of: CursorOf
    ) -> list[Waiting]:
        """List a folder; return the files of the root's agent that hold something unread."""
        self._roots[root] = None
        return [
            Waiting(root, found, cursor_of(root, found.relative), "document")
            for found in self._source.files_of(root)
            if not is_as_read(found)
        ]

    def files(self) -> list[Found]:
        """Return the files that are to be watched."""
        return self._source.files()

    def owns(self, path: str) -> bool:
        """Say whether a path lies below a folder that was looked at."""
        return any(path.startswith(root.path + os.sep) for root in self._roots)

    def news(
        self, paths: set[str], roots: list[Root], cursor_of: CursorOf
    ) -> tuple[dict[Root, list[Scan]], bool]:
        """Read what is new in the folders that events name; `False` for an agent that is new."""
        scans: dict[Root, list[Scan]] = {}
        touched = {os.path.dirname(path) for path in paths}
        for root in [root for root in roots if root.is_shared and root.path in touched]:
            for each in self.look(root, _as_read(root, cursor_of), cursor_of):
                scan = self._source.scan(each.found)
                if scan is not None:
                    scans.setdefault(root, []).append(scan)
        known = {(root.path, root.agent) for root in roots}
        told = ((os.path.dirname(path), self._source.agent_of(path)) for path in paths)
        return scans, all(agent is None or (folder, agent) in known for folder, agent in told)

    def batches(self, waiting: list[Waiting], is_stopped: Callable[[], bool]) -> Iterator[Batch]:
        """Yield what is new in some files, those written last first."""
        scans: dict[Root, list[Scan]] = {}
        pending = files = read = 0
        total = sum(each.unread for each in waiting)
        for each in sorted(waiting, key=lambda each: -each.found.mtime):
            scan = self._source.scan(each.found)
            if scan is not None:
                scans.setdefault(each.root, []).append(scan)
            files, read, pending = files + 1, read + each.unread, pending + each.unread
            if pending >= _BATCH:
                yield Batch(scans, _progress(files, len(waiting), read, total))
                scans, pending = {}, 0
            if is_stopped():
                return
        if scans:
            yield Batch(scans, _progress(files, len(waiting), read, total))


def _as_read(root: Root, cursor_of: CursorOf) -> Callable[[Found], bool]:
    return lambda found: not is_new(found, cursor_of(root, found.relative))


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
