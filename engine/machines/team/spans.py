"""The statements that find anew when a sum's first and last response came, where these left it.

Rows that are empty stay, so that who follows sees that they are. Each rollup is mended after the
one that has its parts.
"""

from __future__ import annotations

from engine.domain.slots import QUARTER
from engine.machines.team.columns import ROLLUPS, key_of

_PLACING = ("time", "session", "directory", "machine", "model", "is_fast", "provider")
"""What says to which sums a response belongs."""
_STEPS = {"hours": ("buckets", "slot", 8), "days": ("hours", "hour", 24)}
"""Rollups of steps of time: the one that has their parts, its step, and how many one step has."""
_SESSIONS = {"session_totals": "buckets", "session_spans": "session_totals"}
"""Rollups of sessions, and the one that has their parts."""


def _same(table: str, other: str) -> str:
    return " AND ".join(f"{table}.{key} = {other}.{key}" for key in ROLLUPS[table])


def _gone(table: str) -> str:
    """Return the rows of a rollup whose first or last response left, as SQL."""
    own = ", ".join(f"{key_of(key)} AS {key}" for key in ROLLUPS[table])
    return (
        f"(SELECT DISTINCT {', '.join(f'{table}.{key}' for key in ROLLUPS[table])} FROM"
        f" (SELECT {own}, time FROM before) b JOIN ccmon.{table}"
        f" ON {table}.person = current_user AND {_same(table, 'b')}"
        f" WHERE responses > 0 AND time IN (first, last)) gone"
    )


def _mending(table: str, spans: str) -> str:
    """Return what takes first and last from `spans`, which has a rollup's keys, `f` and `l`."""
    return (
        f"UPDATE ccmon.{table} SET first = f, last = l FROM {spans}"
        f" WHERE {table}.person = current_user AND {_same(table, 'gone')} AND f IS NOT NULL"
    )


def _of_slots() -> str:
    """Return what mends the smallest rollup: its responses are looked up by their time."""
    found = " AND ".join(f"{key_of(key)} = gone.{key}" for key in ROLLUPS["buckets"])
    begin = f"gone.slot / 2 * {QUARTER}"
    return _mending(
        "buckets",
        f"{_gone('buckets')} CROSS JOIN LATERAL (SELECT min(time) AS f, max(time) AS l"
        f" FROM ccmon.responses WHERE person = current_user AND time >= {begin}"
        f" AND time < {begin} + {QUARTER} AND {found}) spans",
    )


def _of_sessions(table: str) -> str:
    """Return what mends a rollup of sessions: the parts are looked up by session."""
    keys = [key for key in ROLLUPS[table] if key in ROLLUPS[_SESSIONS[table]]]
    found = " AND ".join(f"part.{key} = gone.{key}" for key in keys)
    return _mending(
        table,
        f"{_gone(table)} CROSS JOIN LATERAL (SELECT min(first) AS f, max(last) AS l"
        f" FROM ccmon.{_SESSIONS[table]} part WHERE person = current_user AND responses > 0"
        f" AND {found}) spans",
    )


def _of_steps(table: str) -> str:
    """Return what mends a rollup of steps of time: the parts are looked up by their steps."""
    finer, step, count = _STEPS[table]
    at, *keys = ROLLUPS[table]
    found = " AND ".join(f"part.{key} = gone.{key}" for key in keys)
    begin = f"gone.{at} * {count}"
    return _mending(
        table,
        f"{_gone(table)} CROSS JOIN LATERAL (SELECT min(first) AS f, max(last) AS l"
        f" FROM ccmon.{finer} part WHERE person = current_user AND responses > 0"
        f" AND {step} >= {begin} AND {step} < {begin} + {count} AND {found}) spans",
    )


LEAVE = (
    "DELETE FROM before b USING after a WHERE (a.agent, a.id) = (b.agent, b.id)"
    f" AND ({', '.join(f'a.{name}' for name in _PLACING)})"
    f" = ({', '.join(f'b.{name}' for name in _PLACING)})"
)
"""Leaves in `before` what left its sums, or the database."""
SPAN = (
    _of_slots(),
    *(_of_steps(table) for table in _STEPS),
    *(_of_sessions(table) for table in _SESSIONS),
)
"""Mends first and last of what is left in `before`."""
