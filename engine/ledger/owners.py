"""Keeps whose each root was since when, and finds the newest responses of roots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.responses import CLAUDE
from engine.domain.slots import slot_of

if TYPE_CHECKING:
    from engine.ledger.connection import Connection

_NEWEST_SLOTS = 50


def note_owner(
    ledger: Connection, root: str, owner: str, plan: str, now: int, since: int | None = None
) -> None:
    """Note whose a root (its real path) is, where that has changed: since now, unless since when.

    No note comes before an earlier one; those of a clock that was ahead are taken back.
    """
    with ledger.lock:
        last = _last(ledger, root)
    if last is not None and last[:2] == (owner, plan) and last[2] <= now:
        return
    with ledger.transaction():
        ledger.connection.execute("DELETE FROM owners WHERE root = ? AND since > ?", (root, now))
        last = _last(ledger, root)
        if last is None or last[0] != owner:
            begun = now if since is None else since
            after = begun if last is None else max(begun, last[2] + 1)
            ledger.connection.execute(
                "INSERT INTO owners (root, since, owner, plan) VALUES (?,?,?,?)",
                (root, after, owner, plan),
            )
        elif last[1] != plan:
            ledger.connection.execute(
                "UPDATE owners SET plan = ? WHERE root = ? AND since = ?", (plan, root, last[2])
            )


def _last(ledger: Connection, root: str) -> tuple[str, str, int] | None:
    """Return owner, plan and since when of the last note of a root."""
    row = ledger.connection.execute(
        "SELECT owner, plan, since FROM owners WHERE root = ? ORDER BY since DESC LIMIT 1", (root,)
    ).fetchone()
    return row if row is None else (row[0], row[1], row[2])


def owner_notes(ledger: Connection) -> list[tuple[str, int, str, str]]:
    """Return root, since, owner and plan of all notes, earliest first."""
    with ledger.lock:
        return ledger.connection.execute(
            "SELECT root, since, owner, plan FROM owners ORDER BY since"
        ).fetchall()


def newest_responses(
    ledger: Connection,
    root: str,
    since: int,
    model: str = "",
    *,
    agent: str = CLAUDE,
    is_whole: bool = False,
) -> list[int]:
    """Return when the newest responses of an agent's root came, after a time, newest first.

    Of models with a text in their names, whatever its case; one time for each slot and model.
    The newest slots alone, unless `is_whole`.
    """
    most = -1 if is_whole else _NEWEST_SLOTS
    with ledger.lock:
        rows = ledger.connection.execute(
            "SELECT slot_totals.last FROM roots JOIN scopes ON scopes.roots = CAST(roots.root AS"
            " TEXT) JOIN slot_totals USING (scope) JOIN models USING (model)"
            " WHERE roots.path = ? AND roots.agent = ? AND slot >= ? AND responses > 0"
            " AND slot_totals.last > ? AND instr(lower(models.name), ?)"
            " ORDER BY slot DESC LIMIT ?",
            (root, agent, slot_of(max(since, 0)), since, model.lower(), most),
        ).fetchall()
    return sorted((row[0] for row in rows), reverse=True)
