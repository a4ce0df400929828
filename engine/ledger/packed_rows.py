"""Brings to rows what a ledger has in packs (`engine.ledger.packs`), for who needs rows.

Whoever reads the table of responses asks for that first; nearly always there is nothing to bring.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.ledger.versions import is_busy

if TYPE_CHECKING:
    from engine.ledger.priced_connection import PricedConnection

_FOREVER = 1 << 62


def has_packs(
    ledger: PricedConnection, scopes: Sequence[int], start: int = -1, end: int = _FOREVER
) -> bool:
    """Say whether packs of some scopes may have responses from a time up to another."""
    with ledger.lock:
        return any(
            ledger.connection.execute(
                "SELECT 1 FROM packs WHERE scope = ? AND is_held = 0 AND last >= ? AND first < ?"
                " LIMIT 1",
                (scope, start, end),
            ).fetchone()
            for scope in scopes
        )


def bring_between(
    ledger: PricedConnection, scopes: Sequence[int], start: int, end: int = _FOREVER
) -> None:
    """Have all responses of some scopes from a time up to another as rows.

    Where another process writes all the while, who reads gets what there is: a load goes on.
    """
    if not has_packs(ledger, scopes, start, end):
        return
    try:
        with _writing(ledger):
            ledger.writers.packs.bring_between(scopes, start, end)
    except sqlite3.OperationalError as error:
        if not is_busy(error):
            raise


def bring_all(ledger: PricedConnection, scopes: Sequence[int]) -> None:
    """Have all responses of some scopes as rows."""
    for _ in bringing(ledger, scopes):
        pass


def scopes_with_packs(ledger: PricedConnection) -> list[int]:
    """Return the scopes that have packs."""
    with ledger.lock:
        rows = ledger.connection.execute("SELECT DISTINCT scope FROM packs WHERE is_held = 0")
        return [scope for (scope,) in rows.fetchall()]


def bringing(ledger: PricedConnection, scopes: Sequence[int]) -> Iterator[None]:
    """Have all responses of some scopes as rows, in steps: others may write between them."""
    for scope in scopes:
        if not has_packs(ledger, (scope,)):
            continue
        with ledger.lock:
            packs = ledger.writers.packs.whole(scope)
        after: int | None = -1
        while after is not None:
            with _writing(ledger):
                after = ledger.writers.packs.bring_next(scope, packs, after)
            yield


def merge_held(ledger: PricedConnection) -> None:
    """Merge what was held back of loads with the responses that it is of, and end the load."""
    with ledger.lock:
        rows = ledger.connection.execute("SELECT DISTINCT scope FROM packs WHERE is_held = 1")
        scopes = [scope for (scope,) in rows.fetchall()]
    for scope in scopes:
        while _merge_next(ledger, scope):
            pass
    ledger.end_load()


def _merge_next(ledger: PricedConnection, scope: int) -> bool:
    """Merge the next held packs of a scope; return whether there were any.

    A response whose figures no sum can hold stays as it was.
    """
    from engine.ledger.differences import FiguresTooLarge

    book = ledger.writers.bookkeeper.book
    with ledger.lock:
        packs, told = ledger.writers.load.held(scope)
    if not packs:
        return False
    parts = [told]
    while parts:
        part = parts.pop()
        try:
            with ledger.transaction() as revision:
                book(scope, part, revision)
                if part is told:
                    ledger.writers.packs.drop(packs)
                    return True
        except FiguresTooLarge:
            parts += [{id_: each} for id_, each in part.items()] if len(part) > 1 else []
    with ledger.transaction():
        ledger.writers.packs.drop(packs)
    return True


@contextmanager
def _writing(ledger: PricedConnection) -> Iterator[None]:
    """Write in the transaction that is open, else in one of its own."""
    with ledger.lock:
        if ledger.connection.in_transaction:
            yield
        else:
            with ledger.transaction():
                yield
