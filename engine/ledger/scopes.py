"""Scopes of a ledger: one of each agent whose roots are in force, and what was used in each."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from engine.domain.responses import CLAUDE
from engine.domain.scans import Root
from engine.ledger.book import Ledger
from engine.ledger.packed_rows import bring_all
from engine.ledger.sums import CONTEXT_BITS, COUNTS


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
    promptless: tuple[int, int] = (0, 0)
    """Responses of which the output alone is known, and its tokens."""


def used_in(ledger: Ledger, scope: int) -> Used:
    """Return what was used in a scope."""
    bring_all(ledger, (scope,))
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
        promptless = ledger.connection.execute(
            "SELECT count(*), coalesce(sum(output), 0) FROM responses WHERE scope = ?"
            " AND output > 0 AND input + cache_read + cache_write_5m + cache_write_1h = 0",
            (scope,),
        ).fetchone()
    responses, tokens, cost, recorded, calculated = (count or 0 for count in sums[:5])
    names = tuple(name for (name,) in models)
    return Used(responses, tokens, cost, recorded, calculated, sums[5], sums[6], names, promptless)


def empty_responses(ledger: Ledger, scope: int) -> list[tuple[str, int]]:
    """Return models whose responses came without tokens and cost, and how many did."""
    bring_all(ledger, (scope,))
    with ledger.lock:
        return ledger.connection.execute(
            "SELECT name, count(*) FROM responses JOIN models USING (model) WHERE scope = ?"
            f" AND NOT {COUNTS} AND flags >> {CONTEXT_BITS} = 0 GROUP BY name ORDER BY name",
            (scope,),
        ).fetchall()


def cost_of_session(ledger: Ledger, scope: int, session: str) -> int | None:
    """Return what a session of a scope cost, pico-dollars; `None` where that is not known."""
    with ledger.lock:
        cost, unpriced = ledger.connection.execute(
            "SELECT sum(cost), sum(unpriced) FROM session_totals JOIN sessions USING (session)"
            " WHERE scope = ? AND name = ? AND responses > 0",
            (scope, session),
        ).fetchone()
    return cost if not unpriced else None


def unpriced_models(ledger: Ledger) -> tuple[str, ...]:
    """Return all models ever seen that have a name and no price."""
    with ledger.lock:
        rows = ledger.connection.execute(
            "SELECT name FROM models WHERE price = '' AND name <> '' ORDER BY name"
        )
        return tuple(name for (name,) in rows.fetchall())
