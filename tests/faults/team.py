"""A team's database, for minutes: more pushers in more orders, broken off more often."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

import pytest

from tests.team.checks import (
    check_any_order,
    check_broken_network,
    check_killed_pushers,
    check_pushers_at_once,
)
from tests.team.cluster import Cluster


def run(seconds: float, begin: int) -> list[str]:
    """Let people push by chance for so long; return what failed."""
    end, round_ = time.monotonic() + seconds, begin
    try:
        cluster = Cluster()
    except pytest.skip.Exception as reason:
        print(f"team: not run: {reason}", flush=True)
        return []
    try:
        while round_ == begin or time.monotonic() < end:
            _push(cluster, random.Random(round_))
            round_ += 1
    except AssertionError as error:
        return [f"round {round_}: the database differs from the union: {error}"]
    finally:
        cluster.close()
    return []


def _push(cluster: Cluster, chance: random.Random) -> None:
    check_any_order(cluster, chance, machines=6, steps=12)
    check_pushers_at_once(cluster, chance, pushers=10, responses=150)
    check_broken_network(cluster, chance, sorted(chance.sample(range(200, 32_000), 6)))
    with tempfile.TemporaryDirectory() as place:
        waits = [chance.random() / 4 for _ in range(6)]
        check_killed_pushers(cluster, Path(place) / "ledger.db", chance, waits)
