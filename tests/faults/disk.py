"""Lets the disk below a ledger fail at random: reads, writes and syncs, for once or for good.

    python -m tests.faults.disk [--seconds N] [--seed N]

A reader in its first load, one that knows most, or one that follows must end well, with right
figures and at most one sentence; or it is killed in the place of a call. When the disk is well
again the ledger left must give a fresh reading's figures, and nothing may be set aside. Exits 1
at the first difference.
"""

from __future__ import annotations

import argparse
import errno
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from engine.demo import DemoUser, write_history
from tests.conftest import NOW
from tests.faults.failing_calls import FailingCalls, library
from tests.faults.started import Reader, assert_figures
from tests.faults.written import append, responses, transcript
from tests.slow_reading import read

_KINDS = ("r", "w", "s", "ws", "rws")
_ERRORS = (errno.EIO, errno.EIO, errno.ENOSPC, errno.EROFS, errno.EDQUOT)


class Disk:
    """A root, a ledger on a disk that fails, and readers of both."""

    def __init__(self, place: Path, seed: int) -> None:
        self._dice = random.Random(seed)
        self._root, self._ledger = place / "root", place / "ledger.db"
        self._failing = FailingCalls(place, "/ledger.db")
        write_history(self._root, DemoUser(seed, NOW, responses=400, days=40, sessions=12))
        self._grown = transcript(self._root, "-made-up/grown.jsonl")
        self._number = 0

    def fail_and_check(self) -> None:
        """Let the disk fail in one way, then be well; hold both readings against a slow one."""
        state = self._dice.choice(("empty", "known", "followed"))
        if state == "empty":
            for path in self._ledger.parent.glob("ledger.db*"):
                path.unlink()
        else:
            self._read()
            self._grow()
        kinds, error = self._dice.choice(_KINDS), self._dice.choice(_ERRORS)
        error = error if self._dice.random() < 0.8 else 0
        spared = round(self._dice.random() ** 2 * 80)
        count = self._dice.choice((1, 3, 1 << 60))
        what = f"{state}, {kinds} {error} after {spared}, {count} times"
        try:
            self._fail(state == "followed", (kinds, error, spared, count))
            self._failing.mend()
            notices = self._read()
            assert notices == [], notices
            assert not list(self._ledger.parent.glob("*.set-aside-*")), "it was set aside"
        except AssertionError as failure:
            raise AssertionError(f"{what}: {failure}") from failure

    def _fail(self, is_following: bool, how: tuple[str, int, int, int]) -> None:
        options = ("--follow", "60", "--until-told") if is_following else ()
        self._failing.mend()
        if not is_following:
            self._failing.fail(*how)
        environment = self._failing.environment
        with Reader(self._root, self._ledger, *options, environment=environment) as reader:
            if is_following:
                reader.wait_for("responses")
                self._failing.fail(*how)
                self._grow()
                time.sleep(0.3)
            try:
                found = reader.last_words()
            except AssertionError:
                if how[1] == 0 and reader.process.returncode == -signal.SIGKILL:
                    return
                raise
        assert len(found["notices"]) <= 1, found["notices"]
        for sentence in found["notices"]:
            assert sentence.startswith(f"The ledger {self._ledger} cannot be used ("), sentence
        if not is_following:
            assert_figures(found, read(self._root))

    def _grow(self) -> None:
        count = self._dice.randint(1, 200)
        append(self._grown, responses(range(self._number, self._number + count)))
        self._number += count

    def _read(self) -> list[str]:
        """Read to the end; return what was told."""
        with Reader(self._root, self._ledger, environment=self._failing.environment) as reader:
            found = reader.last_words()
        assert_figures(found, read(self._root))
        notices: list[str] = found["notices"]
        return notices


def run(seconds: float, seed: int) -> list[str]:
    """Let the disk fail for so long; return what went wrong, nothing where all was right.

    Where nothing can be preloaded there is nothing to do.
    """
    if library() is None:
        return []
    end, times = time.monotonic() + seconds, 0
    with tempfile.TemporaryDirectory(prefix="ccmon-disk-") as place:
        disk = Disk(Path(place), seed)
        while time.monotonic() < end:
            try:
                disk.fail_and_check()
            except AssertionError as error:
                return [f"with seed {seed}, after {times} failures: {error}"]
            times += 1
    return []


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.disk")
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    failures = run(given.seconds, given.seed)
    print("\n".join(failures) or "right figures, and nothing set aside")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
