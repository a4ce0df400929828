"""The statements that bring a difference of responses to the three sums.

The ids of the responses stand in `temp.booked`; their sums by bucket, with a sign, go to
`temp.differences` and from there to each table of sums.
"""

from __future__ import annotations

from engine.domain.slots import QUARTER
from engine.ledger.schema import SUMS

SLOT = f"(time / {QUARTER} * 2 + (time % {QUARTER} <> 0))"
CONTEXT_BITS = 3
"""The flags of a response above these bits are its context and 1: 0 where that is its prompt."""
CONTEXT = (
    f"CASE flags >> {CONTEXT_BITS} WHEN 0 THEN input + cache_read + cache_write_5m +"
    f" cache_write_1h ELSE (flags >> {CONTEXT_BITS}) - 1 END"
)
"""Tokens in the context after a response; 0 says nothing of it, 1 that it was compacted."""
COUNTS = (
    "(input + output + cache_read + cache_write_5m + cache_write_1h > 0"
    " OR coalesce(recorded, 0) > 0)"
)
"""Whether a response has tokens or a recorded cost; without both it is none (SPEC §2)."""

_ADDENDS = {
    "responses": "count(*)",
    "unpriced": "sum(recorded IS NULL AND calculated IS NULL)",
    "input": "sum(input)",
    "output": "sum(output)",
    "cache_read": "sum(cache_read)",
    "cache_write_5m": "sum(cache_write_5m)",
    "cache_write_1h": "sum(cache_write_1h)",
    "cost": "sum(coalesce(recorded, calculated, 0))",
    "calculated": "sum(coalesce(calculated, 0))",
    "recorded": "sum(coalesce(recorded, 0))",
    "reasoning": "sum(reasoning)",
}
_KEYS = {
    "buckets": {"slot": SLOT, "session": "session", "project": "project", "model": "model"},
    "slot_totals": {"slot": SLOT, "model": "model"},
    "session_totals": {"session": "session", "project": "project", "model": "model"},
}
DIFFERENCES = (
    "CREATE TEMP TABLE IF NOT EXISTS differences"
    " (slot INTEGER, session INTEGER, project INTEGER, model INTEGER,"
    f" {', '.join(SUMS)}, first INTEGER, last INTEGER)"
)

DIFFERENCE_COLUMNS = 4 + len(SUMS) + 2


def _differing(sign: int) -> str:
    """Return the statement that sums the rows listed in `booked`, to add or to take away."""
    keys = _KEYS["buckets"]
    sums = ", ".join(f"{'-' if sign < 0 else ''}{_ADDENDS[name]}" for name in SUMS)
    return (
        f"INSERT INTO temp.differences SELECT {', '.join(keys.values())}, {sums}, min(time),"
        f" max(time) FROM temp.booked CROSS JOIN responses USING (id) WHERE scope = :scope"
        f" AND {COUNTS} GROUP BY 1, 2, 3, 4"
    )


def _applying(table: str, sign: int) -> str:
    """Return the statement that brings the differences to one table of sums."""
    keys = ", ".join(_KEYS[table])
    sums = ", ".join(f"sum({name})" for name in SUMS)
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in SUMS)
    spans = (
        ", first = min(coalesce(first, excluded.first), excluded.first)"
        ", last = max(coalesce(last, excluded.last), excluded.last)"
        if sign > 0
        else ""
    )
    return (
        f"INSERT INTO {table} (scope, {keys}, {', '.join(SUMS)}, first, last, changed)"
        f" SELECT :scope, {keys}, {sums}, min(first), max(last), :revision"
        f" FROM temp.differences WHERE true GROUP BY {keys}"
        f" ON CONFLICT DO UPDATE SET {added}{spans}, changed = excluded.changed"
    )


def _summing(sign: int) -> tuple[str, ...]:
    return (
        "DELETE FROM temp.differences",
        _differing(sign),
        *(_applying(table, sign) for table in _KEYS),
    )


APPLY = tuple(_applying(table, 1) for table in _KEYS)
"""Adds to the sums what stands in `differences`."""
ADD = _summing(1)
TAKE_AWAY = _summing(-1)

_BUCKET_SPAN = (
    "SELECT {f}(time) FROM responses r WHERE r.scope = buckets.scope"
    f" AND r.time >= buckets.slot / 2 * {QUARTER} + buckets.slot % 2"
    f" AND r.time < (buckets.slot + 1) / 2 * {QUARTER} + (buckets.slot % 2 = 0)"
    " AND r.session = buckets.session AND r.project = buckets.project"
    f" AND r.model = buckets.model AND {COUNTS}"
)
_SLOT_SPAN = (
    "SELECT {f}(b.{c}) FROM buckets b WHERE b.scope = slot_totals.scope"
    " AND b.slot = slot_totals.slot AND b.model = slot_totals.model AND b.responses > 0"
)
_SESSION_SPAN = (
    "SELECT {f}(b.{c}) FROM buckets b INDEXED BY buckets_by_session"
    " WHERE b.scope = session_totals.scope"
    " AND b.session = session_totals.session AND b.project = session_totals.project"
    " AND b.model = session_totals.model AND b.responses > 0"
)


def _spanning(table: str, span: str) -> str:
    """Return the statement that finds first and last anew where a response moved away."""
    keys = ", ".join(_KEYS[table])
    first = span.format(f="min", c="first")
    last = span.format(f="max", c="last")
    return (
        f"UPDATE {table} SET first = ({first}), last = ({last})"
        f" WHERE scope = :scope AND ({keys}) IN (SELECT {keys} FROM temp.moved)"
    )


SPAN_ANEW = (
    _spanning("buckets", _BUCKET_SPAN),
    _spanning("slot_totals", _SLOT_SPAN),
    _spanning("session_totals", _SESSION_SPAN),
)

TEMPORARY_TABLES = (
    "CREATE TEMP TABLE IF NOT EXISTS booked (id INTEGER PRIMARY KEY)",
    DIFFERENCES,
    "CREATE TEMP TABLE IF NOT EXISTS moved"
    " (slot INTEGER, session INTEGER, project INTEGER, model INTEGER)",
)
"""Made in every connection: ids to sum, their sums, and buckets that responses left."""
