"""An open connection to a ledger: turns to write, revisions, settings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import RLock

from engine.domain.notices import Notice
from engine.ledger import ledger_file
from engine.ledger.aside import identity_of, log_size
from engine.ledger.names import Names
from engine.ledger.versions import check_version

LARGEST_LOG = 64 << 20
"""Bytes of the log beside the file beyond which nothing is written before it is emptied."""
_SETTLED_CACHE = 2_000
"""Kilobytes of the file kept in memory while next to nothing is read."""


class Connection:
    """A ledger's connection; its lock guards it, so that any thread may use it."""

    def __init__(self, path: str, connection: sqlite3.Connection | None = None) -> None:
        """Open or make the ledger at a path, unless a connection to it is given."""
        self.path = path
        self.lock = RLock()
        self._patience = round(ledger_file.BUSY_SECONDS * 1000)
        self.notices: tuple[Notice, ...] = ()
        if connection is None:
            connection, self.notices = ledger_file.open_ledger(path)
        self.connection = connection
        self.names = Names(connection, self.lock)
        self.opened_as = identity_of(path)
        """What tells the file that was opened from another at its path."""

    @property
    def is_in_memory(self) -> bool:
        """Whether nothing of this ledger will last."""
        return self.path == ledger_file.MEMORY or any(
            notice.severity == "error" for notice in self.notices
        )

    def close(self) -> None:
        """Close the connection; may be called twice."""
        with self.lock:
            ledger_file.close_in_turn(self.connection, self.path)

    def wait_at_most(self, seconds: float) -> None:
        """Wait so long, and no longer, for a turn to write."""
        with self.lock:
            self._patience = round(seconds * 1000)
            self.connection.execute(f"PRAGMA busy_timeout={self._patience}")

    def settle(self) -> None:
        """Give back the memory that reading much has taken; from now on little is read at once."""
        with self.lock:
            self.connection.execute(f"PRAGMA cache_size={-_SETTLED_CACHE}")
            self.connection.execute("PRAGMA shrink_memory")

    @contextmanager
    def transaction(self) -> Iterator[int]:
        """Write under the lock, all or nothing; yield the revision the rows bear.

        Raises `NewerLedger` once a newer ccmon has changed the tables: what this one would
        write may not mean the same there.
        """
        with self.lock:
            self._empty_large_log()
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                check_version(self.connection)
                yield self.connection.execute(
                    "UPDATE clock SET revision = revision + 1 RETURNING revision"
                ).fetchone()[0]
                self.connection.execute("COMMIT")
            except BaseException:
                self.names.forget()
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    def _empty_large_log(self) -> None:
        """Bring what the log holds into the file where it has grown, which nobody who reads allows.

        Raises `sqlite3.OperationalError`, as for a turn that does not come, where somebody reads
        on and on: the log would only grow.
        """
        if log_size(self.path) < LARGEST_LOG:
            return
        is_busy, *_ = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_busy:
            error = sqlite3.OperationalError("its log cannot be emptied: database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error

    @contextmanager
    def unnumbered_transaction(self) -> Iterator[None]:
        """Write what no figure depends on: at once or not at all, and without a revision.

        Raises `sqlite3.OperationalError` where another process is writing.
        """
        with self.lock:
            try:
                self.connection.execute("PRAGMA busy_timeout=0")
                self.connection.execute("BEGIN IMMEDIATE")
                check_version(self.connection)
                yield
                self.connection.execute("COMMIT")
            finally:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                self.connection.execute(f"PRAGMA busy_timeout={self._patience}")

    def revision(self) -> int:
        """Return the number of the last transaction, of any process."""
        with self.lock:
            number: int = self.connection.execute("SELECT revision FROM clock").fetchone()[0]
            return number

    def data_version(self) -> int:
        """Return a number that changes when another process has written."""
        with self.lock:
            number: int = self.connection.execute("PRAGMA data_version").fetchone()[0]
            return number

    def setting(self, name: str) -> str | None:
        """Return a kept setting."""
        with self.lock:
            row = self.connection.execute(
                "SELECT value FROM settings WHERE name = ?", (name,)
            ).fetchone()
            return row[0] if row else None

    def keep_settings(self, values: Mapping[str, str]) -> None:
        """Keep settings across runs."""
        with self.transaction():
            for name, value in values.items():
                self.put_setting(name, value)

    def put_setting(self, name: str, value: str) -> None:
        """Keep a setting within the transaction that is open."""
        self.connection.execute("INSERT OR REPLACE INTO settings VALUES (?,?)", (name, value))

    def go_on(self, connection: sqlite3.Connection, notices: tuple[Notice, ...]) -> None:
        """Go on with another connection, and say why."""
        self.connection = connection
        self.connection.execute(f"PRAGMA busy_timeout={self._patience}")
        self.notices = (*self.notices, *notices)
        self.names = Names(connection, self.lock)
        self.opened_as = identity_of(self.path)

    def is_deleted(self) -> bool:
        """Whether another file, or none, is where the ledger's was when it was opened."""
        return identity_of(self.path) != self.opened_as
