"""Pushes by chance, in tests as few as tell, in the soak for as long as one likes."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import patch

import pytest

from engine.domain.mistakes import SettingsError
from tests.team.cluster import Cluster
from tests.team.cut_network import CutNetwork
from tests.team.machines import MadeMachine, assert_equal, made_up

PEOPLE = ("ana", "ben", "eve")
_KILLED = (
    "import sys; from tests.team.machines import MadeMachine;"
    " import engine.machines.team.push as push; push._PART = 40;"
    " print('ready', flush=True);"
    " MadeMachine('ana', sys.argv[1], sys.argv[3]).push(sys.argv[2])"
)


def check_any_order(cluster: Cluster, chance: random.Random, machines: int, steps: int) -> None:
    """Let machines of three people learn and push by chance; all must come to the union."""
    cluster.fresh(*PEOPLE)
    made = [MadeMachine(chance.choice(PEOPLE)) for _ in range(machines)]
    for _ in range(steps):
        machine = chance.choice(made)
        machine.learn(made_up(chance, 40, 60))
        if chance.random() < 0.3:
            machine.withdraw({id_ for id_, _ in chance.sample(machine.told, 9)})
        if chance.random() < 0.7:
            machine.push(cluster.address(machine.person))
    for machine in chance.sample(made, len(made)):
        machine.push(cluster.address(machine.person))
    assert_equal(cluster, made)


def check_pushers_at_once(
    cluster: Cluster, chance: random.Random, pushers: int, responses: int
) -> None:
    """Let machines of three people push at the same time."""
    cluster.fresh(*PEOPLE)
    machines = [MadeMachine(PEOPLE[number % 3]) for number in range(pushers)]
    for machine in machines:
        machine.learn(made_up(chance, responses, responses * 4 // 3))
    with ThreadPoolExecutor(len(machines)) as at_once:
        pushed = [
            at_once.submit(machine.push, cluster.address(machine.person)) for machine in machines
        ]
    assert all(each.result() for each in pushed)
    assert_equal(cluster, machines)


def check_broken_network(cluster: Cluster, chance: random.Random, lengths: Iterable[int]) -> None:
    """Let the network break off after so many bytes each time."""
    cluster.fresh(*PEOPLE)
    machine = MadeMachine("ana")
    machine.learn(made_up(chance, 120, 200))
    with patch("engine.machines.team.push._PART", 25):
        for length in lengths:
            network = CutNetwork(cluster.port, length)
            with pytest.raises(SettingsError, match=str(network.port)):
                machine.push(cluster.address("ana", port=network.port))
            network.close()
            machine.learn(made_up(chance, 100, 200))
        machine.push(cluster.address("ana"))
    assert_equal(cluster, [machine])


def check_killed_pushers(
    cluster: Cluster, path: Path, chance: random.Random, waits: Iterable[float]
) -> None:
    """Kill a process that pushes the ledger at `path` after so many seconds each time."""
    cluster.fresh(*PEOPLE)
    machine = MadeMachine("ana", str(path))
    machine.learn(made_up(chance, 400, 600))
    for wait in waits:
        process = subprocess.Popen(
            [sys.executable, "-c", _KILLED, str(path), cluster.address("ana"), machine.own.id],
            cwd=Path(__file__).resolve().parents[2],
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)
        process.kill()
        process.communicate()
    machine.push(cluster.address("ana"))
    assert_equal(cluster, [machine])
    machine.ledger.close()
