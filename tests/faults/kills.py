"""Kills readers at random moments, of the first load and of following, and looks at what is left.

    python -m tests.faults.kills [--kills N] [--seed N] [--responses N] [--directory PATH]

After each kill a reader starts again on the same ledger, sometimes to be killed too; then the
figures must be those of a fresh, slow reading. Prints one line per round; exits 1 at the first
difference, keeping the directory.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from engine.demo import DemoUser, DemoWriter, write_history
from engine.monitor import Monitor
from engine.settings import Settings
from tests.agreement import assert_agreement
from tests.conftest import NOW
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

    def kill_in_first_load(self, times: int) -> None:
        """Kill readers of an empty ledger, then of what the ones before have left."""
        for path in self.ledger.parent.glob(f"{self.ledger.name}*"):
            path.unlink()
        for _ in range(times):
            with self._reader("--batch", "300000") as reader:
                _await_word(reader, "open")
                time.sleep(self._dice.random() * 0.12)
                self._kill(reader)

    def kill_while_following(self) -> None:
        """Kill a reader that follows while transcripts grow."""
        with self._reader("--follow", "60") as reader:
            _await_word(reader, "responses")
            for _ in range(self._dice.randint(1, 12)):
                self._write()
                time.sleep(self._dice.random() * 0.06)
            self._kill(reader)
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

    def _reader(self, *options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.faults.reader", str(self.root), str(self.ledger)]
        return subprocess.Popen(
            [*command, "--at", str(NOW), *options], stdout=subprocess.PIPE, text=True
        )

    def _kill(self, reader: subprocess.Popen[str]) -> None:
        reader.kill()
        self.kills += 1


def _await_word(reader: subprocess.Popen[str], word: str) -> None:
    assert reader.stdout is not None
    for line in reader.stdout:
        if line.startswith(word):
            return
    raise AssertionError(f"the reader ended before it said {word!r}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kills")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--responses", type=int, default=4_000)
    parser.add_argument("--directory", type=Path)
    given = parser.parse_args()
    place = given.directory or Path(tempfile.mkdtemp(prefix="ccmon-kills-"))
    victim = Victim(place, given.seed, given.responses)
    dice = random.Random(given.seed)
    while victim.kills < given.kills:
        victim.kill_in_first_load(dice.randint(1, 4))
        for _ in range(dice.randint(0, 3)):
            victim.kill_while_following()
        try:
            victim.assert_whole()
        except AssertionError as error:
            print(f"after {victim.kills} kills, in {place}: {error}")
            return 1
        print(f"{victim.kills} kills: whole", flush=True)
    shutil.rmtree(place)
    return 0


if __name__ == "__main__":
    sys.exit(main())
