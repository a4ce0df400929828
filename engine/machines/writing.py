"""Writes what this machine used into a shared folder: what changed since the last time."""

from __future__ import annotations

import os
from collections.abc import Mapping
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from engine.domain.responses import CLAUDE, Sighting
from engine.domain.workplaces import Workplace
from engine.ledger.book import Ledger
from engine.ledger.shared_rows import changed_responses, changed_workplaces
from engine.machines.own import OwnMachine, Share
from engine.machines.share_files import Shared, packed
from engine.machines.share_folder import Files, ShareFolder

_WRITER = "share_writer"


class Written(Struct, frozen=True):
    """What of one agent stands in a folder, as the ledger knows it."""

    scope: int
    revision: int
    """The ledger's, up to which all is told."""
    files: Files
    called: tuple[str, str, bool]
    """What machine and person are called in them, and whether names are redacted."""


class _Note(Struct, frozen=True):
    agents: dict[str, Written] = {}
    at: int = 0


_decode = msgspec.json.Decoder(_Note).decode


class ShareWriter:
    """Brings one folder up to what the ledger knows of this machine's own use."""

    def __init__(self, ledger: Ledger, own: OwnMachine, share: Share) -> None:
        self._ledger = ledger
        self._own = own
        self._share = share
        self._setting = f"share {share.place}"
        self._called = (own.name, own.person, share.is_redacted)

    @property
    def written_at(self) -> int:
        """When something was last written, UTC milliseconds; 0 for never."""
        return self._note().at

    @property
    def files(self) -> Files:
        """The files that stand in the folder."""
        agents = self._note().agents.values()
        return {name: mark for written in agents for name, mark in written.files.items()}

    def write(self, scopes: Mapping[str, int], now: int) -> int:
        """Write what is new in each agent's scope; return how many responses that were.

        A file that is not as it was written is written anew with all others, from the ledger.
        Raises `OSError`.
        """
        if not os.path.isdir(self._share.place):
            raise FileNotFoundError(2, "there is no such directory", self._share.place)
        note = self._note()
        agents, told = dict(note.agents), 0
        for agent, scope in scopes.items():
            before = agents.get(agent)
            folder = self._folder(agent)
            seen = folder.seen(before.files) if before and self._holds(before, scope) else None
            before = replace(before, files=seen) if before and seen is not None else None
            written, rows = self._write(agent, scope, before, folder, now)
            if not written.files or (before and written.files == before.files):
                continue
            agents[agent], told = written, told + rows
            self._keep(_Note(agents, now))
            folder.clear(written.files)
        return told

    def forget(self) -> None:
        """Delete this ledger's files from the folder, and what is known of them."""
        for agent in self._note().agents:
            self._folder(agent).clear({})
        self._keep(_Note())

    def _holds(self, before: Written, scope: int) -> bool:
        """Say whether what was written is of what is shared now, and in the same way."""
        return (before.scope, before.called[2]) == (scope, self._called[2])

    def _write(
        self, agent: str, scope: int, before: Written | None, folder: ShareFolder, now: int
    ) -> tuple[Written, int]:
        """Write an agent's news; return what then stands there, and how many responses it had."""
        since = before.revision if before else 0
        files = before.files if before else {}
        revision, told = self._ledger.revision(), 0
        places = changed_workplaces(self._ledger, scope, since)
        if places or (before and before.called != self._called):
            files = folder.add(self._redacted(Shared({}, places)), files, now)
        for responses in changed_responses(self._ledger, scope, since):
            files = folder.add(self._redacted(_news(agent, responses)), files, now)
            told += len(responses)
        return Written(scope, revision, files, self._called), told

    def _redacted(self, shared: Shared) -> Shared:
        if not self._share.is_redacted:
            return shared
        return Shared(
            {id_: self._redacted_row(each) for id_, each in shared.responses.items()},
            {
                session: Workplace(each.rank, each.time, self._hashed(each.path))
                for session, each in shared.workplaces.items()
            },
            shared.withdrawn,
        )

    def _redacted_row(self, each: Sighting) -> Sighting:
        return replace(each, project=self._hashed(each.project))

    def _hashed(self, name: str) -> str:
        """Return what stands for a project's name: nobody else can tell what it is of."""
        if not name:
            return name
        salt = self._own.salt.encode()
        return f"redacted-{blake2b(name.encode(), digest_size=6, key=salt).hexdigest()}"

    def _folder(self, agent: str) -> ShareFolder:
        return ShareFolder(Path(self._share.place), self._own.machine, agent, self.writer)

    @property
    def writer(self) -> str:
        """What tells this ledger's files from those of another that this machine had."""
        return writer_of(self._ledger)

    def _note(self) -> _Note:
        said = self._ledger.setting(self._setting)
        try:
            return _decode(said) if said else _Note()
        except msgspec.MsgspecError:
            return _Note()

    def _keep(self, note: _Note) -> None:
        self._ledger.keep_settings({self._setting: msgspec.json.encode(note).decode()})


def _news(agent: str, responses: dict[int, Sighting]) -> Shared:
    """Return rows as they are told: of all agents but Claude Code an empty one was withdrawn."""
    if agent == CLAUDE:
        return Shared(responses, {})
    void = {id_ for id_, each in responses.items() if not (each.total or each.recorded)}
    kept = {id_: each for id_, each in responses.items() if id_ not in void}
    return Shared(kept, {}, void)


def writer_of(ledger: Ledger) -> str:
    """Return what names this ledger among those that a machine may have had: 8 digits.

    A copy of the ledger on a machine with another host's name is another one.
    """
    import socket

    known = ledger.setting(_WRITER)
    if known is None:
        known = os.urandom(8).hex()
        ledger.keep_settings({_WRITER: known})
    return blake2b(f"{known} {socket.gethostname()}".encode(), digest_size=4).hexdigest()


def send(
    ledger: Ledger, own: OwnMachine, scopes: Mapping[str, int], since: str, out: IO[bytes], now: int
) -> None:
    """Write what changed since a pull that ended as `since` says, as files one after another.

    The last line says how this one ended. Of another ledger everything is sent.
    """
    writer, _, revision = since.partition(":")
    named = writer_of(ledger)
    known = int(revision) if writer == named and revision.isdigit() else 0
    until = ledger.revision()
    known = known if known <= until else 0
    for agent, scope in scopes.items():
        places = changed_workplaces(ledger, scope, known)
        parts = [Shared({}, places)] if places else []
        for part in chain(
            parts, (_news(agent, each) for each in changed_responses(ledger, scope, known))
        ):
            out.write(packed(part, own.machine, agent, named, now)[1])
            now += 1
    out.write(msgspec.json.encode({"ccmon_share_end": f"{named}:{until}"}) + b"\n")
