"""Kills readers at random moments, of everything they write, and looks at what is left.

    python -m tests.faults.kills [--kills N] [--seed N] [--responses N] [--directory PATH]

First loads with and without processes that read for them, following, a refresh of prices, a
ledger brought up to date. After each kill a reader starts again on the same ledger, sometimes
to be killed too; then the figures must be those of a fresh reading. Prints one line per round;
exits 1 at the first difference, keeping the directory.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from engine.demo import DemoUser, DemoWriter, write_history
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.conftest import NOW
from tests.faults.started import Reader, assert_figures
from tests.slow_reading import read

_SECOND = 1_000


class Victim:
    """A directory of transcripts that grows, a ledger, and readers that are killed."""

    def __init__(self, place: Path, seed: int, responses: int) -> None:
        self.root = place / "root"
        self.ledger = place / "ledger.db"
        self.kills = 0
        self._dice = random.Random(seed)
        user = DemoUser(seed=seed, now_ms=NOW, responses=responses, days=120, sessions=40)
        write_history(self.root, user)
        self._writer = DemoWriter(self.root, user)
        self._now = NOW

    def kill_in_first_load(self, times: int, *options: str) -> None:
        """Kill readers of an empty ledger, then of what the ones before have left."""
        self._forget()
        for _ in range(times):
            with Reader(self.root, self.ledger, "--batch", "300000", *options) as reader:
                reader.wait_for("open")
                time.sleep(self._dice.random() * 0.12)
                self._kill(reader.process.pid)

    def kill_a_worker(self) -> None:
        """Kill a process that reads for another; that one must not even notice."""
        self._forget()
        with Reader(self.root, self.ledger, "--workers") as reader:
            reader.wait_for("open")
            pids: list[int] = []
            while not pids and reader.process.poll() is None:
                pids = _children(reader.process.pid)
            time.sleep(self._dice.random() * 0.1)
            for pid in pids:
                self._kill(pid)
            found = reader.last_words()
        assert_figures(found, read(self.root))
        assert not found["notices"]

    def kill_while_following(self) -> None:
        """Kill a reader that follows while transcripts grow."""
        with Reader(self.root, self.ledger, "--follow", "60") as reader:
            reader.wait_for("responses")
            for _ in range(self._dice.randint(1, 12)):
                self._write()
                time.sleep(self._dice.random() * 0.06)
            self._kill(reader.process.pid)
        self._write()

    def assert_whole(self) -> None:
        """Read on once more; the figures must be those of a fresh reading, without a notice."""
        settings = Settings(
            roots=(self.root,),
            ledger=str(self.ledger),
            zone="UTC",
            is_offline=True,
            is_polling=True,
            clock=lambda: self._now,
            environment={},
            home=self.root,
        )
        with Monitor(settings) as monitor:
            monitor.read()
            assert_agreement(monitor, read(self.root))
            assert not monitor.snapshot().notices

    def _write(self) -> None:
        self._now += self._dice.randint(2, 40) * _SECOND
        self._writer.step(self._now)

    def _forget(self) -> None:
        for path in self.ledger.parent.glob(f"{self.ledger.name}*"):
            path.unlink()

    def _kill(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self.kills += 1


def _children(pid: int) -> list[int]:
    """Return the processes that one has started, where the system tells."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, task.read_text().split())
    return found


def _round(victim: Victim, dice: random.Random) -> None:
    """Kill a few readers in a row, then see that nothing is lost or doubled."""
    options = dice.choice(((), ("--workers",)))
    victim.kill_in_first_load(dice.randint(1, 4), *options)
    for _ in range(dice.randint(0, 3)):
        victim.kill_while_following()
    victim.assert_whole()
    if dice.random() < 0.3:
        victim.kill_a_worker()


def rounds(place: Path, seed: int, responses: int = 4_000) -> Callable[[], int]:
    """Return what goes through one round of all kinds and tells the kills so far.

    It raises `AssertionError` where something was lost, doubled or not said.
    """
    from tests.faults.kills_of_prices import PriceVictim
    from tests.faults.kills_of_versions import VersionVictim

    victim = Victim(place / "readers", seed, responses)
    prices = PriceVictim(place / "prices", seed)
    versions = VersionVictim(place / "versions", seed)
    dice = random.Random(seed)

    def go_round() -> int:
        _round(victim, dice)
        prices.kill_and_check(dice.randint(1, 3))
        versions.kill_and_check(dice.randint(1, 3))
        return victim.kills + prices.kills + versions.kills

    return go_round


def run(seconds: float, seed: int) -> list[str]:
    """Kill for so long; return what went wrong, nothing where all was whole."""
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="ccmon-kills-") as place:
        go_round, kills = rounds(Path(place), seed), 0
        while time.monotonic() < end:
            try:
                kills = go_round()
            except AssertionError as error:
                return [f"after {kills} kills with seed {seed}: {error}"]
    return []


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kills")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--responses", type=int, default=4_000)
    parser.add_argument("--directory", type=Path)
    given = parser.parse_args()
    place = given.directory or Path(tempfile.mkdtemp(prefix="ccmon-kills-"))
    go_round, kills = rounds(place, given.seed, given.responses), 0
    while kills < given.kills:
        try:
            kills = go_round()
        except AssertionError as error:
            print(f"after {kills} kills, in {place}: {error}")
            return 1
        print(f"{kills} kills: whole", flush=True)
    shutil.rmtree(place)
    return 0


if __name__ == "__main__":
    sys.exit(main())
