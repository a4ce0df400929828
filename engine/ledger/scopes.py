"""Scopes of a ledger: one of each agent whose roots are in force, and what was used in each."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from engine.domain.responses import CLAUDE
from engine.domain.scans import Root
from engine.ledger.book import Ledger


def open_scopes(ledger: Ledger, roots: Iterable[Root]) -> dict[str, int]:
    """Return the scope of each agent's roots, by agent; Claude Code's where there is no root."""
    paths: dict[str, list[str]] = {}
    for root in roots:
        paths.setdefault(root.agent, []).append(root.path)
    return {
        agent: ledger.open_scope(found, agent) for agent, found in (paths or {CLAUDE: []}).items()
    }


class Used(Struct, frozen=True):
    """What was used in one scope since ever; money is pico-dollars, times are UTC ms."""

    responses: int = 0
    tokens: int = 0
    cost: int = 0
    recorded_cost: int = 0
    calculated_cost: int = 0
    first: int | None = None
    last: int | None = None
    unpriced: tuple[str, ...] = ()
    """Models without a price that were used."""


def used_in(ledger: Ledger, scope: int) -> Used:
    """Return what was used in a scope."""
    with ledger.lock:
        sums = ledger.connection.execute(
            "SELECT sum(responses), sum(input + output + cache_read + cache_write_5m"
            " + cache_write_1h), sum(cost), sum(recorded), sum(calculated), min(first), max(last)"
            " FROM session_totals WHERE scope = ? AND responses > 0",
            (scope,),
        ).fetchone()
        models = ledger.connection.execute(
            "SELECT DISTINCT name FROM session_totals JOIN models USING (model)"
            " WHERE scope = ? AND unpriced > 0 ORDER BY name",
            (scope,),
        ).fetchall()
    counts = [count or 0 for count in sums[:5]]
    names = tuple(name for (name,) in models)
    return Used(counts[0], counts[1], counts[2], counts[3], counts[4], sums[5], sums[6], names)


def unpriced_models(ledger: Ledger) -> tuple[str, ...]:
    """Return all models ever seen that have no price."""
    with ledger.lock:
        rows = ledger.connection.execute("SELECT name FROM models WHERE price = '' ORDER BY name")
        return tuple(name for (name,) in rows.fetchall())
