"""Reads what other machines shared, from the files in a folder; one of the readers' stores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from engine.domain.machines import OWN, Machine
from engine.domain.scans import Cursor, Found, Mark, Place, Root, Scan, mark_of
from engine.domain.snapshots import Progress
from engine.ingest.loader import Batch, Waiting
from engine.ledger.book import Ledger
from engine.ledger.shared_rows import keep_machines, own_id
from engine.machines.own import OwnMachine
from engine.machines.share_files import SUFFIX, BadShare, Header, named
from engine.machines.share_folder import read_header, read_shared
from engine.machines.writing import writer_of

if TYPE_CHECKING:
    from engine.ingest.stores import CursorOf

_BATCH = 8 << 20
"""Bytes of files that are booked together."""
_SETTLING = 300_000
"""Milliseconds for which a file may be on its way before it is told that it is not whole."""


class _Known(Struct):
    """A file as it was when its first line was read."""

    found: Found
    header: Header | None
    trouble: str = ""


class SharedStore:
    """Knows the files of all shared folders in force.

    A file that is not whole, or that a newer ccmon wrote, is told and read when it has changed.
    """

    has_unnamed = False

    def __init__(
        self, ledger: Ledger, own: Callable[[], OwnMachine | None], clock: Callable[[], int]
    ) -> None:
        self._ledger = ledger
        self._own = own
        self._clock = clock
        self._roots: dict[Root, None] = {}
        self._known: dict[str, _Known] = {}
        self._unlisted: dict[str, str] = {}
        """Folders that could not be listed, with the reason."""

    @property
    def troubles(self) -> dict[str, str]:
        """Path and reason of what cannot be taken in now, also of what may be on its way."""
        files = {path: each.trouble for path, each in self._known.items() if each.trouble}
        return {**self._unlisted, **files}

    @property
    def refused(self) -> dict[str, str]:
        """Path and reason of what cannot be taken in, for longer than it takes to come."""
        before = (self._clock() - _SETTLING) * 1_000_000
        files = {
            path: each.trouble
            for path, each in self._known.items()
            if each.trouble and each.found.mtime < before
        }
        return {**self._unlisted, **files}

    @property
    def copies(self) -> list[str]:
        """Paths of files that bear another name than they were written under: conflicts."""
        return sorted(
            path
            for path, each in self._known.items()
            if each.header and os.path.basename(path) != each.header.file_name
        )

    @property
    def machines(self) -> dict[str, Header]:
        """The header last written by each machine, by its id."""
        newest: dict[str, Header] = {}
        for each in self._known.values():
            header = each.header
            if header and (
                header.machine not in newest or newest[header.machine].written < header.written
            ):
                newest[header.machine] = header
        return newest

    def forget(self) -> None:
        """Nothing but cursors is needed to read on."""

    def look(
        self, root: Root, known: Callable[[str], Mark | None], cursor_of: CursorOf
    ) -> list[Waiting]:
        """List a folder; return the files of the root's agent that hold something unread."""
        self._roots[root] = None
        own = self._own()
        if own is None:
            return []
        found = self._listed(root.path)
        self._name_machines(own)
        return [
            Waiting(root, each.found, cursor_of(root, each.found.relative), "document")
            for each in found
            if not each.trouble
            and each.header is not None
            and each.header.agent == root.agent
            and not self._is_own(own, each.header)
            and known(each.found.relative) != mark_of(each.found)
        ]

    def files(self) -> list[Found]:
        """Return the files that are to be watched."""
        return [each.found for each in self._known.values()]

    def owns(self, path: str) -> bool:
        """Say whether a path lies below a folder that was looked at."""
        return any(path.startswith(root.path + os.sep) for root in self._roots)

    def news(
        self, paths: set[str], roots: list[Root], cursor_of: CursorOf
    ) -> tuple[dict[Root, list[Scan]], bool]:
        """Read what is new in the folders that events name."""
        scans: dict[Root, list[Scan]] = {}
        if not paths:
            return scans, True
        touched = {os.path.dirname(path) for path in paths}
        for root in [root for root in roots if root.is_shared and root.path in touched]:

            def known(relative: str, root: Root = root) -> Mark | None:
                cursor = cursor_of(root, relative)
                return mark_of(cursor) if cursor is not None else None

            for waiting in self.look(root, known, cursor_of):
                scan = self._scan(waiting)
                if scan is not None:
                    scans.setdefault(root, []).append(scan)
        agents = {(root.path, root.agent) for root in roots}
        is_sure = all(
            (os.path.dirname(path), each.header.agent) in agents
            for path, each in self._known.items()
            if each.header is not None and path in paths
        )
        return scans, is_sure

    def batches(self, waiting: list[Waiting], is_stopped: Callable[[], bool]) -> Iterator[Batch]:
        """Yield what is new in some files, those written last first."""
        scans: dict[Root, list[Scan]] = {}
        pending = files = read = 0
        total = sum(each.unread for each in waiting)
        for each in sorted(waiting, key=lambda each: -each.found.mtime):
            scan = self._scan(each)
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

    def _listed(self, folder: str) -> list[_Known]:
        """Return the folder's files, each with its header, or with what is wrong with it."""
        self._unlisted.pop(folder, None)
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            self._unlisted[folder] = error.strerror or "could not be read"
            return []
        found: list[_Known] = []
        for entry in entries:
            if entry.name.endswith(SUFFIX) and not entry.name.startswith("."):
                with suppress(OSError):
                    found.append(self._looked_at(_found(entry.path, entry.name)))
        present = {each.found.path for each in found}
        for path in [path for path in self._known if os.path.dirname(path) == folder]:
            if path not in present:
                del self._known[path]
        return found

    def _looked_at(self, found: Found) -> _Known:
        """Return a file's header, read again only where the file has changed."""
        known = self._known.get(found.path)
        if known is not None and mark_of(known.found) == mark_of(found):
            return known
        try:
            made = _Known(found, read_header(found.path))
        except BadShare as error:
            made = _Known(found, None, str(error))
        except OSError as error:
            made = _Known(found, None, error.strerror or "could not be read")
        self._known[found.path] = made
        return made

    def _is_own(self, own: OwnMachine, header: Header) -> bool:
        """Say whether this very ledger wrote a file: it knows all that it says."""
        return header.machine == own.id and header.writer == writer_of(self._ledger)

    def _name_machines(self, own: OwnMachine) -> None:
        base = own_id(self._ledger) or own.id
        machines = {OWN: own.machine}
        for header in self.machines.values():
            if header.machine != base:
                machines[header.whose.place_from(base)] = header.whose
        if len(machines) > 1:
            keep_machines(self._ledger, machines)

    def _scan(self, waiting: Waiting) -> Scan | None:
        """Read a file, unless it is not whole after all."""
        found = waiting.found
        known = self._known[found.path]
        own = self._own()
        if own is None or known.header is None:
            return None
        base = own_id(self._ledger) or own.id
        try:
            header, shared = read_shared(found.path, known.header.whose.place_from(base))
            now = _found(found.path, found.relative)
        except (BadShare, OSError) as error:
            known.trouble = str(error)
            return None
        if header != known.header or mark_of(now) != mark_of(found):
            return None
        for id_ in self._void(header):
            shared.responses.pop(id_, None)
        return Scan(
            Place(found.relative, "", ""),
            Cursor(*mark_of(found), found.size, 0, header.rows, 0),
            shared.responses,
            [],
            True,
            True,
            withdrawn=shared.withdrawn - shared.responses.keys(),
            workplaces=shared.workplaces,
        )

    def _void(self, header: Header) -> set[int]:
        """Return what files that the same ledger wrote later say is no response."""
        return {
            id_
            for each in self._known.values()
            if each.header is not None
            and (each.header.machine, each.header.writer, each.header.agent)
            == (header.machine, header.writer, header.agent)
            and each.header.written > header.written
            for id_ in each.header.withdrawn
        }


def agents_in(folder: str) -> list[str]:
    """Return the agents of which files in a folder tell, by their names; none where it is gone."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    found: dict[str, None] = {}
    for name in sorted(names):
        parts = name.split(".")
        if name.endswith(SUFFIX) and len(parts) >= 5 and named(".".join(parts[:3] + ["0" * 13, "ccmon"])):
            found[parts[2]] = None
    return list(found)


def _found(path: str, relative: str) -> Found:
    status = os.stat(path)
    return Found(
        path, relative, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
    )


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
