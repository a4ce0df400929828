"""Copies of the ledger that a user makes and puts back.

Transcripts go after some weeks; from then on the ledger is all that tells what was used.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing

from msgspec import Struct

from engine.domain.files import address_of, replace
from engine.domain.mistakes import SettingsError
from engine.domain.packed_responses import ids_in
from engine.ledger.aside import move_aside
from engine.ledger.drafts import copy_into, draft_beside
from engine.ledger.prepared import prepare
from engine.ledger.turn import alone_at, leave_mark
from engine.ledger.versions import NewerLedger, check_version, is_damage


class Copied(Struct, frozen=True):
    """What a copy of the ledger holds."""

    path: str
    responses: int
    replaced: str = ""
    """Where the ledger that was in the place of a restored one is kept."""


def backup(ledger: str, target: str) -> Copied:
    """Copy the ledger as it is at this moment into a file, all or nothing.

    Others may go on writing. Only an earlier copy is written over. Raises `SettingsError`.
    """
    if not os.path.isfile(ledger):
        raise SettingsError(f"There is no ledger at {ledger} that could be copied.")
    if os.path.lexists(target):
        _require_ledger(target, "is not written over: give another name")
    try:
        with closing(_opened(ledger, "mode=rw")) as connection, draft_beside(target) as draft:
            check_version(connection)
            copy_into(connection, draft)
            count = _responses_at(draft)
            replace(draft, target)
    except (sqlite3.Error, OSError) as error:
        raise SettingsError(f"The ledger was not copied to {target} ({_said(error)}).") from error
    return Copied(os.path.abspath(target), count)


def restore(ledger: str, source: str) -> Copied:
    """Put a copy in the ledger's place; the one that was there is kept under another name.

    Screens that are open go on with it. Raises `SettingsError`, and changes nothing, for a
    file that is not a whole ledger of a version known here.
    """
    _require_ledger(source, "cannot be restored")
    try:
        os.makedirs(os.path.dirname(os.path.abspath(ledger)), mode=0o700, exist_ok=True)
        with draft_beside(ledger) as draft, alone_at(ledger) as is_alone:
            if not is_alone:
                raise SettingsError("Another ccmon is opening the ledger: try again in a moment.")
            _take_over(source, draft)
            count = _responses_at(draft)
            replaced = ""
            if os.path.exists(ledger):
                replaced = move_aside(ledger, "before-restore")
            replace(draft, ledger)
            leave_mark(ledger)
    except (sqlite3.Error, OSError) as error:
        raise SettingsError(f"{source} was not restored ({_said(error)}).") from error
    return Copied(os.path.abspath(ledger), count, replaced)


def _take_over(source: str, draft: str) -> None:
    """Copy a file, with what lies in the log beside it, and bring the copy up to date."""
    shutil.copyfile(source, draft)
    if os.path.exists(f"{source}-wal"):
        shutil.copyfile(f"{source}-wal", f"{draft}-wal")
    with closing(sqlite3.connect(draft)) as connection:
        found: str = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(f"it is damaged: {found}")
        prepare(connection)
        connection.execute("PRAGMA journal_mode=DELETE")


def _require_ledger(path: str, what_else: str) -> None:
    """Raise `SettingsError` for a file that is not a ledger of a version known here.

    It is looked at without a trace: its place may be one that nothing is written to.
    """
    if not os.path.isfile(path):
        raise SettingsError(f"{path} is not a file: it {what_else}.")
    how = "mode=ro" if os.path.exists(f"{path}-wal") else "immutable=1"
    try:
        with closing(_opened(path, how)) as connection:
            if not check_version(connection):
                raise sqlite3.DatabaseError
            connection.execute("SELECT revision FROM clock").fetchone()
    except NewerLedger as error:
        raise SettingsError(f"{path} {what_else} ({error}).") from error
    except sqlite3.Error as error:
        if is_damage(error) or not str(error) or isinstance(error, sqlite3.OperationalError):
            raise SettingsError(f"{path} is not a ledger of ccmon's: it {what_else}.") from error
        raise SettingsError(f"{path} {what_else} ({error}).") from error


def _opened(path: str, how: str) -> sqlite3.Connection:
    address = address_of(path, how)
    return sqlite3.connect(address, uri=True, isolation_level=None)


def _responses_at(path: str) -> int:
    """Return how many responses a ledger knows, each once."""
    with closing(sqlite3.connect(path)) as connection:
        packs = connection.execute("SELECT ids FROM packs WHERE is_held = 0").fetchall()
        if not packs:
            count: int = connection.execute("SELECT count(DISTINCT id) FROM responses").fetchone()[
                0
            ]
            return count
        known = {id_ for (id_,) in connection.execute("SELECT id FROM responses")}
        known.update(*(ids_in(ids) for (ids,) in packs))
        return len(known)


def _said(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
