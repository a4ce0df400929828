"""Notes how far files were read, what of them could not be, and what they say beside responses."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from msgspec.structs import astuple

from engine.domain.owners import store_owner

if TYPE_CHECKING:
    from engine.domain.scans import Root, Scan
    from engine.ledger.limit_readings import ReadingRow

_FILE = "SELECT file FROM files WHERE root = ? AND path = ?"
_KEEP = (
    "INSERT INTO files (root, path, device, inode, size, mtime, position, fingerprint,"
    " lines, bad, state) VALUES (?,?,?,?,?,?,?,?,?,?,?)"
    " ON CONFLICT (root, path) DO UPDATE SET"
    " device=excluded.device, inode=excluded.inode, size=excluded.size,"
    " mtime=excluded.mtime, position=excluded.position,"
    " fingerprint=excluded.fingerprint, lines=excluded.lines, bad=excluded.bad,"
    " state=excluded.state"
)


def note_files(connection: sqlite3.Connection, root: int, scans: list[Scan]) -> None:
    """Keep the cursors and what could not be read."""
    connection.executemany(
        _KEEP, [(root, scan.place.path, *astuple(scan.cursor), scan.state) for scan in scans]
    )
    if connection.execute("SELECT 1 FROM problems LIMIT 1").fetchone():
        connection.executemany(
            f"DELETE FROM problems WHERE file = ({_FILE})",
            [(root, scan.place.path) for scan in scans if scan.is_anew],
        )
    connection.executemany(
        f"INSERT OR REPLACE INTO problems VALUES (({_FILE}), ?, ?)",
        [
            (root, scan.place.path, problem.offset, problem.reason)
            for scan in scans
            for problem in scan.problems
        ],
    )


def rows_of_uses(scan: Scan, root: Root) -> list[ReadingRow]:
    """Return what an agent's server said of limit windows, each named with the agent."""
    return [
        (
            f"{use.window}:{root.agent}",
            store_owner(root.agent, root.path, use.plan),
            "agent",
            "",
            use.resets_at,
            use.time,
            use.percent / 100,
            "answer",
        )
        for use in scan.uses
    ]
