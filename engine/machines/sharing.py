"""What this machine shares with others, in force: where from, how often, and how it stands."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping
from functools import cached_property

from msgspec.structs import replace

from engine.domain.mistakes import SettingsError
from engine.domain.pace import Every
from engine.domain.paths import machine_path
from engine.domain.scans import Root
from engine.domain.settings import Settings
from engine.ledger.book import Ledger
from engine.ledger.shared_rows import own_id
from engine.machines.own import (
    OwnMachine,
    Share,
    is_in_force,
    keep_own,
    load_own,
    make_own,
    pulled_directory,
    with_share,
)
from engine.machines.pulling import Puller, ReadTranscript
from engine.machines.shared_folders import SharedFolders, agents_in
from engine.machines.writing import ShareWriter

_LOOKED = 20.0
"""Seconds between looks at whether there is something to write."""
WRITTEN = 60_000
"""Milliseconds between two times that a folder is written to."""


class Sharing:
    """Everything that is shared, for one ledger; used by the thread that reads."""

    def __init__(self, settings: Settings, ledger: Ledger, read: ReadTranscript) -> None:
        """`read` tells what a transcript says, for machines where no ccmon is."""
        self._settings = settings
        self._ledger = ledger
        self._own: tuple[int, OwnMachine | None] = (-1, None)
        self._due = Every(_LOOKED)
        self._problem = ""
        self._written: tuple[int, OwnMachine] | None = None
        """The ledger's revision that was written to all folders, and what was shared then."""
        self.puller = Puller(settings, read)

    @cached_property
    def files(self) -> SharedFolders:
        """What knows the files of others."""
        return SharedFolders(self._ledger, self.own, self._settings.clock)

    def own(self) -> OwnMachine | None:
        """Return this machine with what it shares, `None` where it shares nothing."""
        path = machine_path(self._settings)
        try:
            changed = os.stat(path).st_mtime_ns if path else 0
        except OSError:
            changed = 0
        if changed != self._own[0]:
            self._problem = ""
            try:
                own = load_own(self._settings)
            except SettingsError as error:
                own, self._problem = None, str(error)
            in_force = own is not None and own.shares and is_in_force(self._settings, own)
            self._own = (changed, own if in_force else None)
        return self._own[1]

    def begin(self, share: Share) -> OwnMachine:
        """Share at one more place from now on; raises `SettingsError` where nothing is kept."""
        own = with_share(self.known(), share)
        keep_own(self._settings, own)
        return own

    def call(self, name: str | None, person: str | None) -> OwnMachine:
        """Name this machine, or the person who works on it."""
        own = self.known()
        own = replace(
            own,
            name=own.name if name is None else name,
            person=own.person if person is None else person,
        )
        keep_own(self._settings, own)
        return own

    def stop(self, place: str) -> bool:
        """Share at a place no more, and take back what was written there.

        Returns `False` where nothing was shared there; raises `OSError` and `SettingsError`.
        """
        own = self.known()
        share = next((each for each in own.shares if each.place == place), None)
        if share is None:
            return False
        if share.is_ssh:
            shutil.rmtree(self.folder_of(share), ignore_errors=True)
        else:
            ShareWriter(self._ledger, own, share).forget()
        left = tuple(each for each in own.shares if each is not share)
        keep_own(self._settings, replace(own, shares=left))
        return True

    def known(self) -> OwnMachine:
        """Return this machine, with the id that its ledger knows it by, or one made now."""
        return make_own(self._settings, own_id(self._ledger))

    def roots(self) -> list[Root]:
        """Return each place with each agent that files there tell of, or ever told of."""
        own = self.own()
        if own is None:
            return []
        known = self._ledger.known_roots()
        found: dict[Root, None] = {}
        for share in own.shares:
            folder = self.folder_of(share)
            agents = [*agents_in(folder), *(each for each, path in known if path == folder)]
            found.update((Root(folder, agent, is_shared=True), None) for agent in sorted(agents))
        return list(found)

    def folder_of(self, share: Share) -> str:
        """Return where the files of a place are."""
        if share.is_ssh:
            return str(pulled_directory(self._settings, share.place))
        return os.path.realpath(share.place)

    def is_due(self) -> bool:
        """Say whether it is time to write and to pull."""
        is_any = self.own() is not None or bool(self._problem)
        return is_any and self._due.is_due(time.monotonic())

    def write(self, scopes: Mapping[str, int], *, is_now: bool = False) -> str | None:
        """Write what is new into each folder; return what to tell where one cannot be written."""
        own = self.own()
        if own is None:
            return self._problem or None
        if not is_now and (self._ledger.revision(), own) == self._written:
            return None
        now, lack, is_all = self._settings.clock(), None, True
        for share in own.folders:
            writer = ShareWriter(self._ledger, own, share)
            if not is_now and 0 <= now - writer.written_at < WRITTEN:
                is_all = False
                continue
            try:
                writer.write(scopes, now)
            except OSError as error:
                is_all = False
                lack = (
                    f"{share.place} cannot be written ({error.strerror}): other machines do not"
                    " see what is used here until it can."
                )
        self._written = (self._ledger.revision(), own) if is_all else None
        return lack

    def start_pulling(self) -> None:
        """Pull from hosts in a thread, when it is time to."""
        own = self.own()
        if own is not None:
            self.puller.start_when_due(own)

    def pull(self) -> None:
        """Pull from all hosts now; what fails is told by how each stands."""
        own = self.own()
        if own is not None and not self._settings.is_offline:
            for share in own.shares:
                if share.is_ssh:
                    self.puller.pull(share.place)

    def has_pulled(self) -> bool:
        """Say whether something new has come from a host since the last call."""
        return self.puller.take_news()
