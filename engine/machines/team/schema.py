"""Schema, roles and views, made by `ccmon push --init`; all of it may be made again.

Every table has the person in its key and is partitioned or distributed by it, so that there are
no serial keys and no keys that point to other tables.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.machines.team.columns import RESPONSE, ROLLUPS, SUMS, key_type

VERSION = 2
WRITER, READER = "ccmon_writer", "ccmon_reader"
_PARTITIONS = 16
_TEXT = 'text COLLATE "C"'
"""Texts are compared letter by letter, as everywhere in ccmon."""
_PERSON = 'person text COLLATE "C" NOT NULL DEFAULT current_user'
_SPLIT = ("responses", "buckets")
_SMALL = {
    "people": (
        "pushed_at bigint NOT NULL DEFAULT 0, revision bigint NOT NULL DEFAULT 0,"
        " PRIMARY KEY (person)"
    ),
    "changes": (
        "revision bigint NOT NULL, slots bigint[], sessions text[], PRIMARY KEY (person, revision)"
    ),
    "machines": "machine bigint NOT NULL, name text NOT NULL, PRIMARY KEY (person, machine)",
    "sessions": (
        'agent text COLLATE "C" NOT NULL, session text COLLATE "C" NOT NULL,'
        " workplace text NOT NULL, is_name boolean NOT NULL, rank bigint NOT NULL,"
        " time bigint NOT NULL, PRIMARY KEY (person, agent, session)"
    ),
    "cursors": (
        "ledger text NOT NULL, agent text NOT NULL, scope text NOT NULL,"
        " revision bigint NOT NULL, target bigint NOT NULL, slot bigint NOT NULL,"
        " token text NOT NULL, projects text NOT NULL, pushed_at bigint NOT NULL,"
        " PRIMARY KEY (person, ledger, agent, scope)"
    ),
}
TABLES = ("responses", "sightings", *ROLLUPS, *_SMALL)
"""All of them, each with a column `person`."""

DISTRIBUTED = tuple(
    f"SELECT create_distributed_table('ccmon.{table}', 'person'{more})"
    for table, more in (
        ("responses", ""),
        ("buckets", ", colocate_with => 'ccmon.responses'"),
        ("hours", ", colocate_with => 'ccmon.responses'"),
    )
)
"""What distributes the tables that grow on Citus; the others stay small where they are."""


def statements() -> Iterator[str]:
    """Yield what makes everything that is not there yet, in this order."""
    for role in (WRITER, READER):
        yield (
            f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN;"
            " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
    yield "CREATE SCHEMA IF NOT EXISTS ccmon"
    yield "CREATE TABLE IF NOT EXISTS ccmon.version (version int PRIMARY KEY)"
    yield f"INSERT INTO ccmon.version VALUES ({VERSION}) ON CONFLICT DO NOTHING"
    yield from _tables()
    yield "CREATE INDEX IF NOT EXISTS responses_by_session ON ccmon.responses (session)"
    yield "CREATE INDEX IF NOT EXISTS responses_by_time ON ccmon.responses (time)"
    yield "CREATE INDEX IF NOT EXISTS hours_by_hour ON ccmon.hours (hour)"
    yield "CREATE INDEX IF NOT EXISTS buckets_by_slot ON ccmon.buckets (person, slot)"
    yield f"GRANT USAGE ON SCHEMA ccmon TO {WRITER}, {READER}"
    yield f"GRANT SELECT ON ccmon.version TO {WRITER}, {READER}"
    for table in TABLES:
        yield from _secured(table)
    yield from _views()


def _tables() -> Iterator[str]:
    columns = ", ".join(f"{name} {kind.replace('text', _TEXT)}" for name, kind in RESPONSE.items())
    sighted = "sighted_by text NOT NULL"
    yield from _table("responses", f"{columns}, {sighted}, PRIMARY KEY (person, agent, id)")
    of_ledger = "ledger text NOT NULL, PRIMARY KEY (person, agent, id, ledger)"
    yield from _table("sightings", f"{columns}, {of_ledger}")
    sums = ", ".join(f"{name} bigint NOT NULL" for name in SUMS)
    for table, keys in ROLLUPS.items():
        typed = ", ".join(f"{key} {key_type(key).replace('text', _TEXT)} NOT NULL" for key in keys)
        rest = f"{sums}, first bigint NOT NULL, last bigint NOT NULL"
        yield from _table(table, f"{typed}, {rest}, PRIMARY KEY (person, {', '.join(keys)})")
    for table, columns in _SMALL.items():
        yield from _table(table, columns)


def _table(name: str, columns: str) -> Iterator[str]:
    split = " PARTITION BY HASH (person)" if name in _SPLIT else ""
    yield f"CREATE TABLE IF NOT EXISTS ccmon.{name} ({_PERSON}, {columns}){split}"
    if split:
        for part in range(_PARTITIONS):
            yield (
                f"CREATE TABLE IF NOT EXISTS ccmon.{name}_{part} PARTITION OF ccmon.{name}"
                f" FOR VALUES WITH (MODULUS {_PARTITIONS}, REMAINDER {part})"
            )


def _secured(table: str) -> Iterator[str]:
    """Yield what lets a writer see and change its own rows alone, and a reader read."""
    name = f"ccmon.{table}"
    yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
    yield f"DROP POLICY IF EXISTS own ON {name}"
    yield f"DROP POLICY IF EXISTS all_of_them ON {name}"
    yield (
        f"CREATE POLICY own ON {name} TO {WRITER}"
        " USING (person = current_user) WITH CHECK (person = current_user)"
    )
    yield f"CREATE POLICY all_of_them ON {name} FOR SELECT TO {READER} USING (true)"
    yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {WRITER}"
    yield f"GRANT SELECT ON {name} TO {READER}"


_USED = (
    "sum(responses) AS responses, sum(input) AS input_tokens, sum(output) AS output_tokens,"
    " sum(cache_read) AS cache_read_tokens,"
    " sum(cache_write_5m + cache_write_1h) AS cache_write_tokens,"
    " sum(cost) / 1000000000000::numeric AS cost_usd, sum(unpriced) AS unpriced_responses"
)
_DAY = "(to_timestamp(hour * 3600) AT TIME ZONE 'UTC')::date"
_MONTH = "to_char(to_timestamp(hour * 3600) AT TIME ZONE 'UTC', 'YYYY-MM')"


def _views() -> Iterator[str]:
    """Yield the views for people and Grafana, days and months of UTC, with the reader's rights."""
    for view, keys, grouped in (
        ("usage_by_day", f"{_DAY} AS day, person, agent, model", "1, 2, 3, 4"),
        ("usage_by_month", f"{_MONTH} AS month, person, agent, model", "1, 2, 3, 4"),
        ("usage_by_person", "person", "1"),
        ("usage_by_model", "agent, provider, model", "1, 2, 3"),
    ):
        yield f"DROP VIEW IF EXISTS ccmon.{view}"
        yield (
            f"CREATE VIEW ccmon.{view} WITH (security_invoker = true) AS"
            f" SELECT {keys}, {_USED} FROM ccmon.hours WHERE responses > 0 GROUP BY {grouped}"
        )
        yield f"GRANT SELECT ON ccmon.{view} TO {WRITER}, {READER}"
