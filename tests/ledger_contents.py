"""What a ledger holds, by names in place of numbers, so that two ledgers can be compared."""

from __future__ import annotations

import sqlite3
from typing import Any

_SUMS = (
    "sum(responses), sum(unpriced), sum(input), sum(output), sum(cache_read),"
    " sum(cache_write_5m), sum(cache_write_1h), sum(cost), sum(calculated), sum(recorded),"
    " sum(reasoning), min(first), max(last)"
)
_NAMED = (
    " JOIN scopes USING (scope) JOIN models USING (model) LEFT JOIN sessions USING (session)"
    " LEFT JOIN projects USING (project)"
)
_STATEMENTS = {
    "responses": (
        "SELECT scopes.agent, scopes.roots, id, time, is_forked, sessions.name, projects.name,"
        " is_sidechain, won_at, models.name, models.provider, input, output, cache_read,"
        " cache_write_5m, cache_write_1h, flags, searches, recorded, calculated, agents.name,"
        f" reasoning FROM responses{_NAMED} JOIN agents ON agents.agent = responses.agent"
    ),
    "buckets": (
        "SELECT scopes.agent, scopes.roots, slot, sessions.name, projects.name, models.name,"
        f" {_SUMS} FROM buckets{_NAMED} WHERE responses > 0 GROUP BY 1, 2, 3, 4, 5, 6"
    ),
    "slot_totals": (
        f"SELECT scopes.agent, scopes.roots, slot, models.name, {_SUMS} FROM slot_totals"
        " JOIN scopes USING (scope) JOIN models USING (model) WHERE responses > 0"
        " GROUP BY 1, 2, 3, 4"
    ),
    "session_totals": (
        "SELECT scopes.agent, scopes.roots, sessions.name, projects.name, models.name,"
        f" {_SUMS} FROM session_totals{_NAMED} WHERE responses > 0 GROUP BY 1, 2, 3, 4, 5"
    ),
    "files": (
        "SELECT roots.path, files.path, size, mtime, position, fingerprint, lines, bad, state"
        " FROM files JOIN roots USING (root)"
    ),
    "problems": (
        "SELECT roots.path, files.path, problems.position, reason"
        " FROM problems JOIN files USING (file) JOIN roots USING (root)"
    ),
    "hits": "SELECT roots.path, id, time, session, window, resets_at, flags FROM hits"
    " JOIN roots USING (root)",
    "models": "SELECT name, agent, provider, machine, price, is_fast FROM models",
    "packed": "SELECT coalesce(sum(length(ids)) / 8, 0) FROM packs",
}
SUMS = ("buckets", "slot_totals", "session_totals")
"""What is asked for where no row has been needed yet."""
EVERYTHING = tuple(name for name in _STATEMENTS if name != "packed")


def contents(ledger: str, names: tuple[str, ...] = EVERYTHING) -> dict[str, list[Any]]:
    """Return the rows of some tables of the ledger at a path."""
    connection = sqlite3.connect(ledger)
    try:
        return {
            name: sorted(connection.execute(_STATEMENTS[name]).fetchall(), key=repr)
            for name in names
        }
    finally:
        connection.close()
