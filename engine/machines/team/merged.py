"""The statements that bring staged responses to the tables, the same whatever came before.

All run in one transaction of a person whose row in `people` is locked, so nobody else changes
the rows that they read.
"""

from __future__ import annotations

from engine.machines.team.columns import (
    ORIGIN,
    RESPONSE,
    ROLLUPS,
    SUMS,
    WINNER,
    beginning,
    key_of,
    winning,
)

_COLUMNS = ", ".join(RESPONSE)
_TYPED = ", ".join(f"{name} {kind}" for name, kind in RESPONSE.items())
STAGED = "is_void, " + _COLUMNS
"""What is copied to `staged`: whether a response is none any more, then the response."""

_TEMPORARY = {
    "staged": f"is_void boolean NOT NULL, {_TYPED}",
    "before": _TYPED,
    "after": _TYPED,
    "staged_sessions": (
        "agent text, session text, workplace text, is_name boolean, rank bigint, time bigint"
    ),
}
TEMPORARY = tuple(
    f"CREATE TEMP TABLE IF NOT EXISTS {name} ({columns}) ON COMMIT DELETE ROWS"
    for name, columns in _TEMPORARY.items()
)
"""Made in every connection that pushes."""
LOCK = (
    "INSERT INTO ccmon.people DEFAULT VALUES ON CONFLICT DO NOTHING",
    "SELECT 1 FROM ccmon.people WHERE person = current_user FOR UPDATE",
)


def _merging() -> str:
    """Return the statement that merges staged responses with those known before."""
    winners = (f"CASE WHEN is_known AND NOT wins THEN b_{name} ELSE {name} END" for name in WINNER)
    origins = (
        f"CASE WHEN is_known AND NOT begins THEN b_{name} ELSE {name} END" for name in ORIGIN
    )
    known = ", ".join(f"b.{name} AS b_{name}" for name in (*ORIGIN, *WINNER))
    return (
        f"INSERT INTO after (agent, id, {', '.join(ORIGIN)}, {', '.join(WINNER)})"
        f" SELECT agent, id, {', '.join(origins)}, {', '.join(winners)} FROM"
        f" (SELECT s.*, {known}, b.id IS NOT NULL AS is_known,"
        f"  {winning('s')} >= {winning('b')} AS wins,"
        f"  {beginning('s')} <= {beginning('b')} AS begins"
        "  FROM staged s LEFT JOIN before b USING (agent, id) WHERE NOT is_void OFFSET 0) told"
    )


_OTHERS = ", ".join(name for name in RESPONSE if name not in ("agent", "id"))
MERGE = (
    f"INSERT INTO before SELECT {', '.join(f'r.{name}' for name in RESPONSE)} FROM staged s"
    " JOIN ccmon.responses r ON r.person = current_user AND r.agent = s.agent AND r.id = s.id",
    "ANALYZE before (agent, id)",
    _merging(),
)
"""Fills `before` with what was known and `after` with what is known with it."""
SAME_AS_BEFORE = (
    "WITH same AS (DELETE FROM before b USING after a WHERE (a.agent, a.id) = (b.agent, b.id)"
    f" AND ({', '.join(f'a.{name}' for name in RESPONSE)})"
    f" IS NOT DISTINCT FROM ({', '.join(f'b.{name}' for name in RESPONSE)})"
    " RETURNING b.agent, b.id) DELETE FROM after a USING same"
    " WHERE (a.agent, a.id) = (same.agent, same.id)"
)
"""Takes what does not change out of both."""
WRITE = (
    "DELETE FROM ccmon.responses r USING staged s WHERE s.is_void AND r.person = current_user"
    " AND r.agent = s.agent AND r.id = s.id",
    f"INSERT INTO ccmon.responses ({_COLUMNS}) SELECT {_COLUMNS} FROM after"
    f" ON CONFLICT (person, agent, id) DO UPDATE SET ({_OTHERS}) ="
    f" ({', '.join(f'excluded.{name}' for name in RESPONSE if name not in ('agent', 'id'))})",
)


def _summing(table: str) -> str:
    """Return the statement that brings the difference to a rollup."""
    keys = ROLLUPS[table]
    told = ", ".join(f"{key_of(key)} AS {key}" for key in keys)
    plus = ", ".join(f"{of} AS sum_{name}" for name, of in SUMS.items())
    minus = ", ".join(f"-({of})" for of in SUMS.values())
    sums = ", ".join(f"sum(sum_{name})" for name in SUMS)
    added = ", ".join(f"{name} = t.{name} + excluded.{name}" for name in SUMS)
    places = ", ".join(str(place + 1) for place in range(len(keys)))
    return (
        f"INSERT INTO ccmon.{table} AS t ({', '.join(keys)}, {', '.join(SUMS)}, first, last)"
        f" SELECT {', '.join(keys)}, {sums}, min(time), max(time) FROM"
        f" (SELECT {told}, {plus}, time FROM after UNION ALL"
        f"  SELECT {', '.join(key_of(key) for key in keys)}, {minus}, time FROM before) each"
        f" GROUP BY {places} ORDER BY {places}"
        f" ON CONFLICT (person, {', '.join(keys)}) DO UPDATE SET {added},"
        " first = least(t.first, excluded.first), last = greatest(t.last, excluded.last)"
    )


def _spanning(table: str) -> tuple[str, ...]:
    """Return what finds first and last anew where responses left, and drops what is empty."""
    keys = ROLLUPS[table]
    listed = ", ".join(keys)
    left = f"SELECT DISTINCT {', '.join(f'{key_of(key)} AS {key}' for key in keys)} FROM before"
    of_response = ", ".join(f"{key_of(key)} AS {key}" for key in keys)
    within = "person = current_user AND session IN (SELECT session FROM before)"
    first, last = "min(time)", "max(time)"
    source = f"(SELECT {of_response}, time FROM ccmon.responses WHERE {within}) r"
    if table == "hours":
        first, last = "min(first)", "max(last)"
        source = (
            "(SELECT slot / 8 AS hour, agent, provider, model, machine, first, last"
            " FROM ccmon.buckets WHERE person = current_user"
            " AND slot / 8 IN (SELECT time / 3600000 FROM before)) r"
        )
    return (
        f"DELETE FROM ccmon.{table} WHERE person = current_user AND responses = 0"
        f" AND ({listed}) IN ({left})",
        f"UPDATE ccmon.{table} t SET first = f, last = l FROM"
        f" (SELECT {listed}, {first} AS f, {last} AS l FROM {source} JOIN ({left}) gone"
        f"  USING ({listed}) GROUP BY {listed}) x"
        f" WHERE t.person = current_user AND ({', '.join(f't.{key}' for key in keys)})"
        f" = ({', '.join(f'x.{key}' for key in keys)})",
    )


SUM = tuple(_summing(table) for table in ROLLUPS)
SPAN = tuple(statement for table in ROLLUPS for statement in _spanning(table))
SESSIONS = (
    "INSERT INTO ccmon.sessions AS t (agent, session, workplace, is_name, rank, time)"
    " SELECT DISTINCT ON (agent, session) agent, session, workplace, is_name, rank, time"
    ' FROM staged_sessions ORDER BY agent, session, rank, time, workplace COLLATE "C"'
    " ON CONFLICT (person, agent, session) DO UPDATE SET workplace = excluded.workplace,"
    " is_name = excluded.is_name, rank = excluded.rank, time = excluded.time"
    ' WHERE (excluded.rank, excluded.time, excluded.workplace COLLATE "C")'
    ' < (t.rank, t.time, t.workplace COLLATE "C")'
)
"""Where a session works: the line of the least rank, then the earliest, tells it."""
