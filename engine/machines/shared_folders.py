"""What the files in shared folders say: of which machine each is, and whether it is whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress

from msgspec import Struct

from engine.domain.machines import OWN
from engine.domain.scans import Cursor, Found, Place, Root, Scan, mark_of
from engine.ledger.book import Ledger
from engine.ledger.shared_rows import keep_machines, own_id
from engine.machines.own import OwnMachine
from engine.machines.share_files import SUFFIX, BadShare, Header, agent_named
from engine.machines.share_folder import read_header, read_shared
from engine.machines.writing import writer_of

_SETTLING = 300_000
"""Milliseconds for which a file may be on its way before it is told that it is not whole."""


class _Known(Struct):
    """A file as it was when it was last looked into."""

    found: Found
    changed: int
    """When anything of it changed, its mode and name too, nanoseconds."""
    header: Header | None = None
    trouble: str = ""


class SharedFolders:
    """Knows the files of all shared folders in force.

    A file that is not whole, or that a newer ccmon wrote, is told, and read when it has changed.
    """

    def __init__(
        self, ledger: Ledger, own: Callable[[], OwnMachine | None], clock: Callable[[], int]
    ) -> None:
        self._ledger = ledger
        self._own = own
        self._clock = clock
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
        late = {path for path, each in self._known.items() if each.found.mtime < before}
        troubles = self.troubles.items()
        return {path: why for path, why in troubles if path in late or path in self._unlisted}

    @property
    def copies(self) -> list[str]:
        """Paths of files that bear another name than they were written under: conflicts."""
        return sorted(
            path
            for path, each in self._known.items()
            if each.header and os.path.basename(path) != each.header.file_name
        )

    @property
    def newest(self) -> dict[str, Header]:
        """What each machine's file says that was written last, by the machine's id."""
        newest: dict[str, Header] = {}
        for each in self._known.values():
            header = each.header
            if header and (
                header.machine not in newest or newest[header.machine].written < header.written
            ):
                newest[header.machine] = header
        return newest

    def files_of(self, root: Root) -> list[Found]:
        """Return the files of others that tell of a root's agent and can be read now."""
        own = self._own()
        if own is None:
            return []
        listed = self.listed(root.path)
        self._name_machines(own)
        return [
            each.found
            for each in listed
            if each.header is not None
            and not each.trouble
            and each.header.agent == root.agent
            and not self._is_own(own, each.header)
        ]

    def files(self) -> list[Found]:
        """Return all files known."""
        return [each.found for each in self._known.values()]

    def agent_of(self, path: str) -> str | None:
        """Return the agent that a file tells of, `None` where that is not known."""
        known = self._known.get(path)
        return known.header.agent if known and known.header else None

    def scan(self, found: Found) -> Scan | None:
        """Read a file; `None` where it is not whole after all."""
        known, own = self._known.get(found.path), self._own()
        if own is None or known is None or known.header is None:
            return None
        place = known.header.whose.place_from(own_id(self._ledger) or own.id)
        try:
            header, shared = read_shared(found.path, place)
            now, _ = _looked_at(found.path, found.relative)
        except BadShare as error:
            known.trouble = str(error)
            return None
        except OSError as error:
            known.trouble = error.strerror or "could not be read"
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

    def listed(self, folder: str) -> list[_Known]:
        """Return a folder's files, each with its header, or with what is wrong with it."""
        self._unlisted.pop(folder, None)
        try:
            names = sorted(os.listdir(folder))
        except OSError as error:
            self._unlisted[folder] = error.strerror or "could not be read"
            return []
        found: list[_Known] = []
        for name in names:
            if name.endswith(SUFFIX) and not name.startswith("."):
                with suppress(OSError):
                    found.append(self._look_into(*_looked_at(os.path.join(folder, name), name)))
        present = {each.found.path for each in found}
        for path in [path for path in self._known if os.path.dirname(path) == folder]:
            if path not in present:
                del self._known[path]
        return found

    def _look_into(self, found: Found, changed: int) -> _Known:
        """Return a file with its header, which is read again only where the file has changed."""
        known = self._known.get(found.path)
        if known is not None and (known.found, known.changed) == (found, changed):
            return known
        made = self._known[found.path] = _Known(found, changed)
        try:
            made.header = read_header(found.path)
        except BadShare as error:
            made.trouble = str(error)
        except OSError as error:
            made.trouble = error.strerror or "could not be read"
        return made

    def _is_own(self, own: OwnMachine, header: Header) -> bool:
        """Say whether this very ledger wrote a file: it knows all that the file says."""
        return header.machine == own.id and header.writer == writer_of(self._ledger)

    def _name_machines(self, own: OwnMachine) -> None:
        """Have the ledger know what the machines are called."""
        base = own_id(self._ledger) or own.id
        machines = {OWN: own.machine}
        for header in self.newest.values():
            if header.machine != base:
                machines[header.whose.place_from(base)] = header.whose
        if len(machines) > 1:
            keep_machines(self._ledger, machines)

    def _void(self, header: Header) -> set[int]:
        """Return what files that the same ledger wrote later say is no response."""
        whose = (header.machine, header.writer, header.agent)
        return {
            id_
            for each in self._known.values()
            if each.header is not None
            and (each.header.machine, each.header.writer, each.header.agent) == whose
            and each.header.written > header.written
            for id_ in each.header.withdrawn
        }


def agents_in(folder: str) -> list[str]:
    """Return the agents of which files in a folder tell, by their names; none where it is gone."""
    with suppress(OSError):
        return sorted({agent for name in os.listdir(folder) if (agent := agent_named(name))})
    return []


def _looked_at(path: str, relative: str) -> tuple[Found, int]:
    """Return a file as it is, and when anything of it changed; raises `OSError`."""
    status = os.stat(path)
    found = Found(path, relative, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
    return found, status.st_ctime_ns
