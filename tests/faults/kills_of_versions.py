"""Kills what brings a ledger of an earlier version to this one."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from engine.domain.settings import Settings
from engine.ledger.schema import VERSION
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.faults.earlier import RIGHT, by_model, version_of, write_earlier
from tests.faults.started import PROJECT

_ROOTS = 60
"""So many that bringing their ledger up to date takes long enough to be killed in the midst."""

_PROGRAM = """
import sys
from engine.ledger import ledger_file
print("begun", flush=True)
ledger_file.open_ledger(sys.argv[1])[0].close()
"""


class VersionVictim:
    """A ledger of version 1, and processes that are killed while they open it."""

    def __init__(self, place: Path, seed: int) -> None:
        self.kills = 0
        self.found: set[int] = set()
        """The versions that kills have left."""
        self._place = place
        self._ledger = place / "ledger.db"
        self._roots = [place / f"root-{number}" for number in range(_ROOTS)]
        self._dice = random.Random(seed)
        self._takes = 0.0
        for root in self._roots:
            (root / "projects").mkdir(parents=True)

    def kill_and_check(self, times: int) -> None:
        """Kill so many openings in a row; then nothing of what version 1 knew may be lost."""
        if not self._takes:
            self._begin()
            self._takes = self._open(60.0)
        self._begin()
        for _ in range(times):
            self._open(self._dice.random() * 1.2 * self._takes)
            self.kills += 1
        self.found.add(version_of(self._ledger))
        for root in (self._roots[0], self._dice.choice(self._roots), self._roots[-1]):
            self._check(root)
        assert version_of(self._ledger) == VERSION

    def _begin(self) -> None:
        for path in self._place.glob("ledger.db*"):
            path.unlink()
        write_earlier(self._ledger, self._roots)

    def _open(self, seconds: float) -> float:
        """Open the ledger in a process killed after so many seconds; return how many it took."""
        command = [sys.executable, "-c", _PROGRAM, str(self._ledger)]
        with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE) as opening:
            assert opening.stdout is not None
            assert opening.stdout.readline() == b"begun\n"
            begun = time.monotonic()
            try:
                opening.wait(seconds)
            except subprocess.TimeoutExpired:
                opening.kill()
        return time.monotonic() - begun

    def _check(self, root: Path) -> None:
        settings = Settings(
            roots=(root,),
            ledger=str(self._ledger),
            zone="UTC",
            is_offline=True,
            is_polling=True,
            clock=lambda: NOW,
            environment={},
            home=self._place,
        )
        with Monitor(settings) as monitor:
            assert by_model(monitor) == RIGHT
            assert not monitor.snapshot().notices
