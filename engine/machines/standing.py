"""How sharing stands: what is shared where, which machines there are, what is not taken in."""

from __future__ import annotations

import os
from collections.abc import Mapping

from msgspec import Struct

from engine.domain.machines import OWN, Machine
from engine.ledger.book import Ledger
from engine.ledger.shared_rows import machine_totals, own_id
from engine.machines.own import OwnMachine
from engine.machines.pulling import Pulled
from engine.machines.sharing import Sharing
from engine.machines.writing import ShareWriter


class FolderStanding(Struct, frozen=True):
    """A shared folder: what this machine has written there."""

    path: str
    is_there: bool
    is_redacted: bool
    written_at: int
    """UTC milliseconds, 0 for never."""
    files: int
    size: int
    """Bytes."""


class MachineStanding(Struct, frozen=True):
    """A machine and what is known of its use."""

    machine: Machine
    is_own: bool
    responses: int
    last_response: int | None
    written_at: int
    """When it last wrote, by its own clock, 0 where that is not known."""


class SharingNow(Struct, frozen=True):
    """Everything that `ccmon share` tells."""

    own: OwnMachine
    folders: tuple[FolderStanding, ...]
    hosts: tuple[Pulled, ...]
    machines: tuple[MachineStanding, ...]
    """This one first, then by name."""
    troubles: tuple[tuple[str, str], ...]
    """Path and reason of what is not taken in now."""
    copies: tuple[str, ...]
    """Files under names that a syncing program made up: what they hold is counted."""


def standing_of(sharing: Sharing, ledger: Ledger, scopes: Mapping[str, int]) -> SharingNow:
    """Return how sharing stands; `scopes` are those of all that is counted."""
    own = sharing.known()
    for share in own.shares:
        sharing.files.listed(sharing.folder_of(share))
    return SharingNow(
        own=own,
        folders=tuple(
            _folder(ShareWriter(ledger, own, share), share.place, share.is_redacted)
            for share in own.folders
        ),
        hosts=tuple(sharing.puller.standing(each.place) for each in own.shares if each.is_ssh),
        machines=_machines(sharing, ledger, own, scopes),
        troubles=tuple(sorted(sharing.files.troubles.items())),
        copies=tuple(sharing.files.copies),
    )


def _folder(writer: ShareWriter, place: str, is_redacted: bool) -> FolderStanding:
    files = writer.files
    return FolderStanding(
        place,
        os.path.isdir(place),
        is_redacted,
        writer.written_at,
        len(files),
        sum(size for size, _ in files.values()),
    )


def _machines(
    sharing: Sharing, ledger: Ledger, own: OwnMachine, scopes: Mapping[str, int]
) -> tuple[MachineStanding, ...]:
    known = {**ledger.names.machines(), OWN: own.machine}
    totals = machine_totals(ledger, tuple(scopes.values()))
    newest = sharing.files.newest
    base = own_id(ledger) or own.id
    for header in newest.values():
        known.setdefault(header.whose.place_from(base), header.whose)
    found = [
        MachineStanding(
            each,
            place == OWN,
            *totals.get(place, (0, None)),
            newest[each.id].written if each.id in newest else 0,
        )
        for place, each in known.items()
    ]
    return tuple(sorted(found, key=lambda each: (not each.is_own, each.machine.name)))
