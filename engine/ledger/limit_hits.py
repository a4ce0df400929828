"""Keeps the limits that were hit, by root: each once, however often its line is read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.domain.hits import Hit

if TYPE_CHECKING:
    from engine.ledger.connection import Connection

_KEEP = (
    "INSERT INTO hits (root, id, time, session, window, resets_at, flags) VALUES (?,?,?,?,?,?,?)"
    " ON CONFLICT (root, id) DO UPDATE SET time = excluded.time, session = excluded.session,"
    " window = excluded.window, resets_at = excluded.resets_at, flags = excluded.flags"
    " WHERE (excluded.time, excluded.session) < (hits.time, hits.session)"
)
"""Copies of a line bear its id: the earliest holds, as for responses."""
_EXTRA_USAGE = 1
_SIDECHAIN = 2


def keep_hits(connection: sqlite3.Connection, root: int, hits: Iterable[Hit]) -> None:
    """Keep hits of a root, within the caller's transaction."""
    rows = [
        (
            root,
            hit.id,
            hit.time,
            hit.session,
            hit.window,
            hit.resets_at,
            hit.is_extra_usage * _EXTRA_USAGE | hit.is_sidechain * _SIDECHAIN,
        )
        for hit in hits
    ]
    if rows:
        connection.executemany(_KEEP, rows)


def rooted_hits_since(ledger: Connection, roots: Iterable[str], time: int) -> list[tuple[Hit, str]]:
    """Return the hits in some roots (their paths) at a time or later, each with its root's path.

    One whose line was copied counts where its earliest copy is.
    """
    paths = list(roots)
    chosen = (
        "FROM hits JOIN roots USING (root)"
        f" WHERE roots.path IN ({','.join('?' * len(paths))}) AND hits.time"
    )
    with ledger.lock:
        rows = ledger.connection.execute(
            f"SELECT id, hits.time, session, window, resets_at, flags, roots.path {chosen} >= ?"
            f" AND id NOT IN (SELECT id {chosen} < ?) ORDER BY hits.time, session, id",
            (*paths, time, *paths, time),
        ).fetchall()
    found: dict[int, tuple[Hit, str]] = {}
    for row in rows:
        found.setdefault(row[0], (_hit(*row[:6]), row[6]))
    return list(found.values())


def _hit(id_: int, time: int, session: str, window: str, resets_at: int | None, flags: int) -> Hit:
    is_extra_usage, is_sidechain = bool(flags & _EXTRA_USAGE), bool(flags & _SIDECHAIN)
    return Hit(id_, time, session, window, resets_at, is_extra_usage, is_sidechain)
