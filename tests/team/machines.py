"""Machines whose ledgers overlap, and a slow reading of all that they hold together."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from engine.domain.machines import Machine, new_id
from engine.domain.responses import Sighting, billed_name, merge
from engine.domain.scans import Root
from engine.domain.slots import slot_of
from engine.domain.times import HOUR
from engine.domain.workplaces import Workplace
from engine.ledger.book import Ledger
from engine.machines.team.push import Push
from engine.pricing.table import PriceTable
from tests.conftest import NOW
from tests.team.cluster import Cluster

MODELS = ("claude-opus-5-5", "claude-haiku-5-5", "lighthouse-32b")
ROOT = Root("/made")
Key = tuple[str, int]
"""A person and a response."""


class MadeMachine:
    """A machine with a ledger of its own."""

    def __init__(self, person: str, path: str = ":memory:", own: str = "") -> None:
        self.person = person
        self.own = Machine(own or new_id(), "made")
        self.ledger = Ledger(path, PriceTable.load(None))
        self.told: list[tuple[int, Sighting]] = []
        self.scope = self.ledger.open_scope([ROOT.path])
        self._gone: set[int] = set()

    def learn(self, sightings: Mapping[int, Sighting]) -> None:
        """Read lines of responses; what was found to be none is not read as one again."""
        sightings = {id_: each for id_, each in sightings.items() if id_ not in self._gone}
        self.told += sightings.items()
        places = {
            each.session: Workplace(each.time % 5, each.time, f"/code/{each.session}")
            for each in sightings.values()
        }
        self.ledger.book(ROOT, sightings, places)

    def withdraw(self, gone: set[int]) -> None:
        """Find that some were no responses."""
        with self.ledger.transaction() as revision:
            self.ledger.writers.bookkeeper.withdraw(self.scope, gone, revision)
        self._gone |= gone
        self.told = [each for each in self.told if each[0] not in gone]

    def push(self, address: str, projects: Any = "names") -> int:
        """Push what is new; return how many responses were sent."""
        push = Push(self.ledger, self.own, address, projects, "")
        try:
            return push.push({"claude": self.scope}, NOW).responses
        finally:
            push.close()


def made_up(random_: random.Random, count: int, ids: int) -> dict[int, Sighting]:
    """Return lines of responses, of which others may have seen some under other times and names."""
    made: dict[int, Sighting] = {}
    for _ in range(count):
        id_ = random_.randrange(ids)
        of_id = random.Random(id_)
        time = NOW - of_id.randrange(60 * 24) * HOUR + random_.choice((0, 0, 0, 900_000, -7))
        made[id_] = Sighting(
            is_sidechain=random_.random() < 0.2,
            won_at=time + random_.randrange(3),
            model=of_id.choice(MODELS),
            input=of_id.randrange(3),
            output=of_id.randrange(9) + random_.randrange(2),
            cache_read=random_.randrange(2) * 1_000 + 1,
            cache_write_5m=of_id.randrange(2),
            cache_write_1h=of_id.randrange(2),
            is_fast=of_id.random() < 0.1,
            is_us=random_.random() < 0.1,
            is_batch=False,
            searches=of_id.randrange(2),
            recorded=random_.choice((None, None, 10**12 // 7, 0)),
            agent=random_.choice(("", "Explore", "tab\tand\\n")),
            time=time,
            is_forked=random_.random() < 0.3,
            session=random_.choice((f"s{of_id.randrange(40)}", "copied \u2603")),
            project=random_.choice(("-code-a", "-code-b")),
            provider="",
            reasoning=of_id.randrange(3),
        )
    return made


def union_of(machines: Iterable[MadeMachine]) -> dict[Key, Sighting]:
    """Return what all lines of all machines say of each person's responses, line by line."""
    known: dict[Key, Sighting] = {}
    for machine in machines:
        own = int(machine.own.id, 16)
        for id_, told in machine.told:
            sighting = replace(told, machine=own)
            key = (machine.person, id_)
            known[key] = merge(known[key], sighting) if key in known else sighting
    return known


def assert_equal(cluster: Cluster, machines: list[MadeMachine]) -> None:
    """Hold the database's rows and sums against the union."""
    union = union_of(machines)
    rows = cluster.ask(
        "SELECT person, id, time, is_forked, session, directory, machine, is_sidechain, won_at,"
        " model, is_fast, is_us, is_batch, input, output, cache_read, cache_write_5m,"
        " cache_write_1h, searches, recorded, sub_agent, provider, reasoning FROM ccmon.responses"
    )
    known = {(row[0], row[1]): row[2:] for row in rows}
    expected = {key: _row(each) for key, each in union.items()}
    assert known.keys() == expected.keys()
    assert {key: row for key, row in known.items() if row != expected[key]} == {}
    for table, of_time in (("buckets", ("slot", slot_of)), ("hours", ("hour", _hour))):
        assert_sums(cluster, union, table, of_time)
    assert_sums(cluster, union, "session_totals", None)


def assert_sums(cluster: Cluster, union: dict[Key, Sighting], table: str, of_time: Any) -> None:
    """Hold a rollup against sums of the union, its money against that of the rows."""
    has_session = table != "hours"
    expected: dict[tuple[Any, ...], list[int]] = {}
    for (person, _), each in union.items():
        key: tuple[Any, ...] = (person, billed_name(each.model, each.is_fast), each.machine)
        key += (each.session, each.project) if has_session else ()
        key += (of_time[1](each.time),) if of_time else ()
        sums = expected.setdefault(key, [0] * 6 + [each.time, each.time])
        for place, value in enumerate((1, *_tokens(each))):
            sums[place] += value
        sums[6:] = [min(sums[6], each.time), max(sums[7], each.time)]
    keys = ", ".join(
        ["person", "model", "machine"]
        + (["session", "directory"] if has_session else [])
        + ([of_time[0]] if of_time else [])
    )
    count = keys.count(",") + 1
    rows = cluster.ask(
        f"SELECT {keys}, responses, input, output, cache_read, cache_write_5m, cache_write_1h,"
        f" first, last FROM ccmon.{table} WHERE responses > 0"
    )
    assert {row[:count]: list(row[count:]) for row in rows} == expected
    money = "sum(coalesce(recorded, calculated, 0)), sum(calculated), count(*)"
    of_rows = cluster.ask(f"SELECT {money} FROM ccmon.responses")
    assert cluster.ask(f"SELECT sum(cost), sum(calculated), sum(responses) FROM ccmon.{table}") == (
        of_rows
    )


def _row(each: Sighting) -> tuple[object, ...]:
    return (
        *(each.time, each.is_forked, each.session, each.project, each.machine),
        *(each.is_sidechain, each.won_at, each.model, each.is_fast, each.is_us),
        *(each.is_batch, *_tokens(each), each.searches, each.recorded, each.agent),
        *(each.provider, each.reasoning),
    )


def _tokens(each: Sighting) -> tuple[int, ...]:
    return (*(each.input, each.output, each.cache_read, each.cache_write_5m, each.cache_write_1h),)


def _hour(time: int) -> int:
    return time // HOUR
