"""A team's database of 10,000,000 responses: how it grows, how fast it is read and pushed to.

`python -m tests.bench.team [--responses N] [--people N] [--days N] [--push N]`. The responses are
made in the database itself, each person's day in eight hours of four quarters, two models; what is
pushed on top of them comes from a ledger as ever.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from engine.machines.team.columns import RESPONSE, ROLLUPS, SUMS, key_of
from tests.conftest import NOW
from tests.team.cluster import Cluster
from tests.team.machines import MODELS, MadeMachine, made_up

_DAY, _HOUR = 86_400_000, 3_600_000
_QUESTIONS = (
    "daily",
    "daily --since 30d",
    "daily -z Asia/Kolkata",
    "monthly",
    "models",
    "projects",
    "projects --since 30d",
    "session --since 7d --top 20",
    "summary",
    "live",
)
_REPEATS = 3


def main() -> int:
    """Load, measure, print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--responses", type=int, default=10_000_000)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--push", type=int, default=200_000)
    asked = parser.parse_args()
    cluster = Cluster(
        "max_wal_size='4GB'",
        "maintenance_work_mem='512MB'",
        "work_mem='64MB'",
        "shared_buffers='2GB'",
        below=Path(tempfile.gettempdir()),
    )
    try:
        cluster.fresh("pusher")
        _load(cluster, asked.responses, asked.people, asked.days)
        _tell_sizes(cluster, asked.responses)
        _time_reports(cluster)
        _time_push(cluster, asked.push)
    finally:
        with suppress(subprocess.SubprocessError):
            cluster.close()
    return 0


def _load(cluster: Cluster, responses: int, people: int, days: int) -> None:
    """Make the responses, then all rollups of them."""
    begun = time.monotonic()
    first = NOW - days * _DAY
    values = {
        "agent": "'claude'",
        "id": "n",
        "time": f"{first} + (n / {people} % {days}) * {_DAY}"
        f" + (n / {people * days} % 8 + 8) * {_HOUR} + n % 4 * 900000 + n % 899",
        "is_forked": "false",
        "session": f"'s' || n % {people} || '-' || n / {people} % {days} || '-' || n % 3",
        "directory": f"'-code-' || n % {people} || '-' || (n / {people} % {days} + n % 3) % 7",
        "machine": f"n % {people}",
        "is_sidechain": "n % 5 = 0",
        "won_at": str(NOW),
        "model": f"CASE WHEN n % 3 = 0 THEN '{MODELS[0]}' ELSE '{MODELS[1]}' END",
        "is_fast": "false",
        "is_us": "false",
        "is_batch": "false",
        "input": "n % 11",
        "output": "n % 997",
        "cache_read": "n % 99991",
        "cache_write_5m": "n % 1009",
        "cache_write_1h": "0",
        "searches": "0",
        "recorded": "NULL::bigint",
        "sub_agent": "''",
        "provider": "''",
        "reasoning": "0",
        "context": "-1",
        "calculated": "n % 99991 * 500000",
    }
    made = ", ".join(values[name] for name in RESPONSE)
    step = 1_000_000
    for start in range(0, responses, step):
        cluster.ask(
            f"INSERT INTO ccmon.responses (person, sighted_by, {', '.join(RESPONSE)})"
            f" SELECT 'p' || n % {people}, 'l', {made}"
            f" FROM generate_series({start}::bigint, {min(start + step, responses) - 1}) n"
        )
        print(f"{min(start + step, responses):>12,} responses", end="\r", flush=True)
    for table, keys in ROLLUPS.items():
        told = ", ".join(key_of(key) for key in keys)
        sums = ", ".join(f"sum({of})" for of in SUMS.values())
        places = ", ".join(str(place + 1) for place in range(len(keys) + 1))
        cluster.ask(
            f"INSERT INTO ccmon.{table} (person, {', '.join(keys)}, {', '.join(SUMS)}, first, last)"
            f" SELECT person, {told}, {sums}, min(time), max(time) FROM ccmon.responses"
            f" GROUP BY {places}"
        )
    cluster.ask(
        "INSERT INTO ccmon.cursors VALUES ('pusher', 'l', 'claude', '1', 0, 0, -1, '', 'names', 0);"
        "INSERT INTO ccmon.sessions SELECT DISTINCT ON (person, agent, session) person, agent,"
        " session, directory, true, 0, 0"
        " FROM ccmon.session_totals;"
        "INSERT INTO ccmon.machines SELECT DISTINCT person, machine, 'm' FROM ccmon.days;"
        "INSERT INTO ccmon.people (person, revision) SELECT DISTINCT person, 1 FROM ccmon.days"
    )
    cluster.ask("VACUUM ANALYZE")
    print(f"loaded {responses:,} responses in {time.monotonic() - begun:.0f} s")


def _tell_sizes(cluster: Cluster, responses: int) -> None:
    rows = cluster.ask(
        "SELECT coalesce(p.relname, c.relname), sum(c.reltuples)::bigint,"
        " sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c"
        " LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent"
        " WHERE c.relnamespace = 'ccmon'::regnamespace AND c.relkind = 'r' GROUP BY 1 ORDER BY 3"
        " DESC LIMIT 8"
    )
    for name, count, size in rows:
        print(
            f"{name:<16}{max(count, 0):>12,} rows {size / 1e6:>9.1f} MB"
            f" {size / responses:>8.1f} bytes a response"
        )


def _time_reports(cluster: Cluster) -> None:
    """Say how long each report takes, best and median of several, the process's start in it."""
    environment = {**os.environ, "HOME": str(cluster.place), "CCMON_DATABASE_URL": ""}
    for question in _QUESTIONS:
        words = [*question.split(), "--json", "--from", cluster.address("boss"), "--offline"]
        taken: list[float] = []
        for _ in range(_REPEATS):
            begun = time.monotonic()
            command = [sys.executable, "-m", "tui", *words]
            subprocess.run(
                command,
                check=True,
                stdout=subprocess.DEVNULL,
                env=environment,
                cwd=Path(__file__).resolve().parents[2],
            )
            taken.append((time.monotonic() - begun) * 1_000)
        taken.sort()
        print(f"{question:<30}{taken[0]:>8.0f} ms best {taken[len(taken) // 2]:>8.0f} ms median")


def _time_push(cluster: Cluster, count: int) -> None:
    import random

    with tempfile.TemporaryDirectory() as place:
        machine = MadeMachine("pusher", f"{place}/ledger.db")
        machine.learn(made_up(random.Random(1), count, count * 100))
        begun = time.monotonic()
        sent = machine.push(cluster.address("pusher"))
        taken = time.monotonic() - begun
        machine.ledger.close()
    print(f"pushed {sent:,} responses in {taken:.1f} s: {sent / taken:,.0f} a second")


if __name__ == "__main__":
    raise SystemExit(main())
