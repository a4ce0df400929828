"""The statements that bring staged responses to the tables, the same whatever came before.

All run in one transaction of a person whose row in `people` is locked, so nobody else changes
the rows that they read. `ccmon.ledger` is set to the one that pushes. A response says whose
sighting it is; where several ledgers have one, each keeps its own in `sightings`, so that what one
of them withdraws is what the others say.
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
_SIGHTED = f"{_TYPED}, sighted_by text NOT NULL"
_OWN = "current_setting('ccmon.ledger')"
SET_LEDGER = "SELECT set_config('ccmon.ledger', %s, false)"
"""Says which ledger a connection pushes."""
STAGED = "is_void, " + _COLUMNS
"""What is copied to `staged`: whether a response is none any more, then the response."""

_TEMPORARY = {
    "staged": f"is_void boolean NOT NULL, {_TYPED}",
    "before": _SIGHTED,
    "after": _SIGHTED,
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
        f"INSERT INTO after (agent, id, {', '.join(ORIGIN)}, {', '.join(WINNER)}, sighted_by)"
        f" SELECT agent, id, {', '.join(origins)}, {', '.join(winners)},"
        f" CASE WHEN coalesce(b_sighted_by, {_OWN}) = {_OWN} THEN {_OWN} ELSE '' END FROM"
        f" (SELECT s.*, {known}, b.sighted_by AS b_sighted_by, b.id IS NOT NULL AS is_known,"
        f"  {winning('s')} >= {winning('b')} AS wins,"
        f"  {beginning('s')} <= {beginning('b')} AS begins"
        "  FROM staged s LEFT JOIN before b USING (agent, id) WHERE NOT is_void OFFSET 0) told"
    )


_OTHERS = ", ".join(name for name in RESPONSE if name not in ("agent", "id"))
MERGE = (
    f"INSERT INTO before SELECT {', '.join(f'r.{name}' for name in RESPONSE)}, r.sighted_by"
    " FROM staged s"
    " JOIN ccmon.responses r ON r.person = current_user AND r.agent = s.agent AND r.id = s.id",
    "ANALYZE before (agent, id)",
    _merging(),
)
"""Fills `before` with what was known and `after` with what is known with it."""
IS_SHARED = (
    f"SELECT EXISTS (SELECT 1 FROM before WHERE sighted_by <> {_OWN}),"
    " EXISTS (SELECT 1 FROM staged WHERE is_void)"
)
"""Whether other ledgers have any of it, so that `SIGHT` is needed, and whether any is void."""
_SAME = "{0}.person = current_user AND {0}.agent = {1}.agent AND {0}.id = {1}.id"
_SEEN = ", ".join(f"{name} = excluded.{name}" for name in RESPONSE if name not in ("agent", "id"))
SIGHT = (
    f"INSERT INTO ccmon.sightings (ledger, {_COLUMNS})"
    f" SELECT sighted_by, {_COLUMNS} FROM before WHERE sighted_by NOT IN ('', {_OWN})"
    " AND (agent, id) IN (SELECT agent, id FROM staged WHERE NOT is_void) ON CONFLICT DO NOTHING",
    f"INSERT INTO ccmon.sightings (ledger, {_COLUMNS})"
    f" SELECT {_OWN}, {', '.join(f's.{name}' for name in RESPONSE)} FROM staged s"
    f" JOIN before b USING (agent, id) WHERE NOT s.is_void AND b.sighted_by <> {_OWN}"
    f" ON CONFLICT (person, agent, id, ledger) DO UPDATE SET {_SEEN}",
)
"""Keeps what each ledger says of what several have."""
SIGHT_NO_MORE = (
    "DELETE FROM ccmon.sightings x USING staged s WHERE s.is_void"
    f" AND x.ledger = {_OWN} AND {_SAME.format('x', 's')}",
    "WITH others AS (DELETE FROM before b USING staged s WHERE s.is_void"
    " AND (s.agent, s.id) = (b.agent, b.id)"
    f" AND b.sighted_by NOT IN ('', {_OWN}) RETURNING b.agent, b.id)"
    " DELETE FROM staged s USING others WHERE (s.agent, s.id) = (others.agent, others.id)",
    f"INSERT INTO after (agent, id, {', '.join(ORIGIN)}, {', '.join(WINNER)}, sighted_by)"
    f" SELECT s.agent, s.id, {', '.join(f'o.{name}' for name in ORIGIN)},"
    f" {', '.join(f'w.{name}' for name in WINNER)}, c.ledger FROM staged s"
    f" JOIN LATERAL (SELECT * FROM ccmon.sightings x WHERE {_SAME.format('x', 's')}"
    f"  ORDER BY {beginning('x')} LIMIT 1) o ON true"
    f" JOIN LATERAL (SELECT * FROM ccmon.sightings x WHERE {_SAME.format('x', 's')}"
    f"  ORDER BY {winning('x')} DESC LIMIT 1) w ON true"
    " JOIN LATERAL (SELECT CASE count(*) WHEN 1 THEN min(ledger) ELSE '' END AS ledger"
    f"  FROM ccmon.sightings x WHERE {_SAME.format('x', 's')}) c ON true WHERE s.is_void",
    "DELETE FROM staged s USING after a WHERE s.is_void AND (s.agent, s.id) = (a.agent, a.id)",
    f"DELETE FROM ccmon.sightings x USING after a WHERE a.sighted_by <> ''"
    f" AND {_SAME.format('x', 'a')}",
)
"""Takes back what this ledger said of what is void: what the others say of it holds."""
SAME_AS_BEFORE = (
    "WITH same AS (DELETE FROM before b USING after a WHERE (a.agent, a.id) = (b.agent, b.id)"
    f" AND ({', '.join(f'a.{name}' for name in (*RESPONSE, 'sighted_by'))})"
    f" IS NOT DISTINCT FROM ({', '.join(f'b.{name}' for name in (*RESPONSE, 'sighted_by'))})"
    " RETURNING b.agent, b.id) DELETE FROM after a USING same"
    " WHERE (a.agent, a.id) = (same.agent, same.id)"
)
"""Takes what does not change out of both."""
WRITE = (
    "DELETE FROM ccmon.responses r USING staged s WHERE s.is_void AND r.person = current_user"
    " AND r.agent = s.agent AND r.id = s.id",
    f"INSERT INTO ccmon.responses ({_COLUMNS}, sighted_by) SELECT {_COLUMNS}, sighted_by FROM after"
    f" ON CONFLICT (person, agent, id) DO UPDATE SET ({_OTHERS}, sighted_by) ="
    f" ({', '.join(f'excluded.{name}' for name in RESPONSE if name not in ('agent', 'id'))},"
    " excluded.sighted_by)",
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
        " first = CASE t.responses WHEN 0 THEN excluded.first"
        " ELSE least(t.first, excluded.first) END,"
        " last = CASE t.responses WHEN 0 THEN excluded.last"
        " ELSE greatest(t.last, excluded.last) END"
    )


SUM = tuple(_summing(table) for table in ROLLUPS)
_MOST_NOTED = 5_000
"""Sessions of one part that who follows is told of; of more it reads everything anew."""
_KEPT_NOTES = 200
_SLOT = key_of("slot")
NOTE = (
    "UPDATE ccmon.people SET revision = revision + 1 WHERE person = current_user",
    "INSERT INTO ccmon.changes (revision, slots, sessions) SELECT p.revision,"
    f" CASE WHEN cardinality(s.of) <= {_MOST_NOTED} THEN t.of END,"
    f" CASE WHEN cardinality(s.of) <= {_MOST_NOTED} THEN s.of END FROM ccmon.people p,"
    f" (SELECT coalesce(array_agg(DISTINCT {_SLOT}), '{{}}') AS of FROM"
    "  (SELECT time FROM before UNION ALL SELECT time FROM after) each) t,"
    " (SELECT coalesce(array_agg(DISTINCT session), '{}') AS of FROM"
    "  (SELECT session FROM before UNION ALL SELECT session FROM after"
    "   UNION ALL SELECT session FROM staged_sessions) each) s"
    " WHERE p.person = current_user",
    "DELETE FROM ccmon.changes c USING ccmon.people p WHERE p.person = current_user"
    f" AND c.person = p.person AND c.revision <= p.revision - {_KEPT_NOTES}",
)
"""Tells who follows which slots and sessions changed; `before` and `after` hold the changes."""
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
