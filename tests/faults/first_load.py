"""Changes transcripts while they are read for the first time, by several processes.

    python -m tests.faults.first_load [--seconds N] [--seed N] [--responses N]

Files grow, are cut off, replaced, moved and removed under those who read them. All that is in
them stays in another file beside, so that afterwards the figures must be those of a slow
reading. Exits 1 at the first difference.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from unittest.mock import patch

from engine.demo import DemoUser, write_history
from engine.domain.settings import Settings
from engine.ingest import loader
from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.conftest import NOW
from tests.faults.written import append, responses
from tests.slow_reading import read

_SIZES = {"_WORTH_WORKERS": 1, "_FIRST_BATCH": 100_000, "_CHUNK": 100_000, "_BATCH": 300_000}
_KEPT = "kept-"


class Changing:
    """A history whose files change all the while; what was in them stays in kept ones."""

    def __init__(self, place: Path, seed: int, count: int) -> None:
        self.root = place / "root"
        self.done = 0
        """How many changes were made."""
        self._dice = random.Random(seed)
        self._number = 0
        self._stop = Event()
        write_history(self.root, DemoUser(seed, NOW, responses=count, days=40, sessions=40))
        self._victims = sorted((self.root / "projects").glob("*/*.jsonl"))
        for path in self._victims:
            shutil.copy(path, path.with_name(_KEPT + path.name))

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Change files for as long as the block lasts."""
        thread = Thread(target=self._go_on)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _go_on(self) -> None:
        changes = (self._grow, self._grow, self._cut, self._replace, self._remove, self._move)
        while not self._stop.is_set():
            self._dice.choice(changes)(self._dice.choice(self._victims))
            self.done += 1
            time.sleep(self._dice.random() * 0.003)

    def _grow(self, path: Path) -> None:
        """Write responses to the kept file, then to the other, its last line in two pieces."""
        self._number += 4
        text = responses(range(self._number - 4, self._number), session=path.stem)
        append(path.with_name(_KEPT + path.name), text)
        if path.exists():
            append(path, text[:-50])
            append(path, text[-50:])

    def _cut(self, path: Path) -> None:
        with suppress(FileNotFoundError):
            os.truncate(path, self._dice.randint(0, path.stat().st_size))

    def _replace(self, path: Path) -> None:
        """Put another file of the same project in its place, in one step."""
        other = self._dice.choice(sorted(path.parent.glob(f"{_KEPT}*.jsonl")))
        draft = path.with_suffix(".draft")
        shutil.copy(other, draft)
        draft.replace(path)

    def _remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def _move(self, path: Path) -> None:
        with suppress(FileNotFoundError):
            path.rename(path.with_name(f"moved-{self._dice.randint(0, 5)}.jsonl"))


def load(place: Path, seed: int, count: int) -> int:
    """Read a history for the first time while it changes; return how many changes there were.

    Raises `AssertionError` where a figure is wrong afterwards.
    """
    changing = Changing(place, seed, count)
    settings = Settings(
        roots=(changing.root,),
        ledger=str(place / "ledger.db"),
        zone="UTC",
        is_offline=True,
        is_polling=True,
        clock=lambda: NOW,
        environment={},
        home=place,
    )
    with patch.multiple(loader, **_SIZES), Monitor(settings) as monitor:
        with changing.at_work():
            monitor.read()
        monitor.read()
        assert_agreement(monitor, read(changing.root))
    with Monitor(settings) as monitor:
        monitor.read()
        assert_agreement(monitor, read(changing.root))
        assert not monitor.snapshot().notices
    return changing.done


def run(seconds: float, seed: int, count: int = 3_000) -> list[str]:
    """Load again and again for so long; return what went wrong."""
    end, changes = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        with tempfile.TemporaryDirectory(prefix="ccmon-first-load-") as place:
            try:
                changes += load(Path(place), seed, count)
            except AssertionError as error:
                return [f"with seed {seed}: {error}"]
        seed += 1
    print(f"first load: {changes} changes", flush=True)
    return []


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.first_load")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--responses", type=int, default=3_000)
    given = parser.parse_args()
    failures = run(given.seconds, given.seed, given.responses)
    print("\n".join(failures) or "all that stayed is counted once")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
