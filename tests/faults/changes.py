"""Does to transcripts all that can be done to files, at random, while a monitor follows them.

    python -m tests.faults.changes [--seconds N | --changes N] [--seed N]

After every few changes the monitor's figures must be those of all that was ever there: in
seconds, or by its look every half minute where an event was lost. At the end another monitor
on the same ledger must say the same. Exits 1 at the first difference.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.faults.seen import Seen
from tests.faults.written import MINUTE, append, prompt, response, responses, transcript
from tests.patience import wait_until

_MANY = 10_000
_LOOKED = 35.0
"""Seconds after which a monitor has looked at everything, whatever events came."""
_LONG_LINE = 100 << 20
_PROJECTS = ("-a", "-b", "-c/sub/deep")
_DAY = 24 * 60 * MINUTE


class Changes:
    """A root whose transcripts grow, shrink, move and vanish as a seed says."""

    def __init__(self, place: Path, seed: int) -> None:
        self._dice = random.Random(seed)
        self._place, self._root = place, place / "root"
        self._projects = self._root / "projects"
        self._seen = Seen(self._root)
        self._now = NOW
        self._number = 0
        self._done: list[str] = []
        self.latest = 0.0
        """Seconds after which all that was there was counted, at the latest."""
        self.latest_after = ""
        """The changes that this was after."""
        self._counts: list[tuple[float, int]] = []
        self._harmless = (
            self._grow,
            self._grow_in_pieces,
            self._grow_byte_by_byte,
            self._grow_by_two,
            self._stream,
            self._appear_together,
            self._copy,
            self._replace_by_itself,
            self._rename,
            self._change_time,
            self._turn_clock,
            self._link_in_a_loop,
            self._put_other_things,
        )
        self._harmful = (
            self._truncate,
            self._rewrite_shorter,
            self._replace,
            self._move_elsewhere,
            self._delete,
            self._remove_directory,
            self._remove_root,
        )

    def follow(self, steps: int, seconds: float = float("inf"), *, is_full: bool = False) -> None:
        """Change things step by step, for so many steps or seconds, then read once more."""
        end = time.monotonic() + seconds
        self._grow()
        with Monitor(self._settings()) as monitor:
            monitor.start(lambda: self._note_count(monitor))
            wait_until(lambda: monitor.snapshot().state == "following")
            for _ in range(steps):
                if time.monotonic() > end:
                    break
                self._step(monitor)
            if is_full:
                self._do(self._appear_in_thousands)
                self._do(self._write_a_long_line)
            self._check(monitor)
        with Monitor(self._settings()) as monitor:
            monitor.read()
            self._note_count(monitor)
            self._check(monitor)

    def _step(self, monitor: Monitor) -> None:
        """Change a few things at once; before one that takes away, see that all is counted."""
        for _ in range(self._dice.randint(1, 4)):
            self._do(self._dice.choice(self._harmless))
            if self._dice.random() < 0.5:
                time.sleep(self._dice.random() * 0.1)
        self._check(monitor)
        self._do(self._dice.choice(self._harmful))
        if self._dice.random() < 0.5:
            self._do(self._grow)

    @property
    def count(self) -> int:
        """How many changes were made."""
        return len(self._done)

    def _check(self, monitor: Monitor) -> None:
        begun = time.monotonic()
        try:
            self._seen.assert_counted(monitor, _LOOKED)
            self._note_latest(begun, len(self._seen.responses))
            assert not monitor.snapshot().notices
        except AssertionError as error:
            raise AssertionError(f"after {', '.join(self._done[-8:])}: {error}") from error

    def _note_count(self, monitor: Monitor) -> None:
        """Note what is counted (called in the monitor's thread, whenever that is told)."""
        self._counts.append((time.monotonic(), monitor.snapshot().responses))

    def _note_latest(self, begun: float, count: int) -> None:
        """Note how long it took to count all: looking at everything slowly takes longer."""
        moment = next((at for at, counted in self._counts if counted >= count), None)
        if moment is not None and moment - begun > self.latest:
            self.latest = moment - begun
            self.latest_after = ", ".join(self._done[-4:])

    def _do(self, change: Callable[[], None]) -> None:
        self._done.append(change.__name__)
        change()

    def _settings(self) -> Settings:
        return Settings(
            roots=(self._root,),
            ledger=str(self._place / "ledger.db"),
            zone="UTC",
            is_offline=True,
            clock=lambda: self._now,
            environment={},
            home=self._place,
        )

    def _next(self, count: int = 1) -> range:
        self._number += count
        return range(self._number - count, self._number)

    def _file(self) -> Path:
        """Return a transcript, mostly one that is there."""
        there = sorted(path for path in self._projects.rglob("*.jsonl") if path.is_file())
        if there and self._dice.random() < 0.8:
            return self._dice.choice(there)
        return transcript(self._root, f"{self._dice.choice(_PROJECTS)}/s{self._next()[0]}.jsonl")

    def _grow(self) -> None:
        append(self._file(), responses(self._next(self._dice.randint(1, 30))))

    def _grow_in_pieces(self) -> None:
        path, line = self._file(), response(self._next()[0], text="äöü" * 50)
        cuts = sorted(self._dice.sample(range(1, len(line)), 3))
        for begin, end in zip([0, *cuts], [*cuts, len(line)], strict=True):
            append(path, line[begin:end])
            time.sleep(0.02)

    def _grow_byte_by_byte(self) -> None:
        path = self._file()
        for byte in response(self._next()[0]):
            append(path, bytes([byte]))

    def _grow_by_two(self) -> None:
        path = self._file()

        def write(numbers: range) -> None:
            for number in numbers:
                append(path, response(number))

        writers = [threading.Thread(target=write, args=(self._next(20),)) for _ in range(2)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()

    def _stream(self) -> None:
        """Write lines of one response, each with more tokens than the one before."""
        path, number = self._file(), self._next()[0]
        for tokens in (b"1", b"20", b"300"):
            line = response(number)
            append(path, line.replace(b'"output_tokens":', b'"output_tokens":' + tokens))

    def _appear_together(self) -> None:
        self._appear(self._dice.randint(2, 60))

    def _appear_in_thousands(self) -> None:
        self._appear(_MANY)

    def _appear(self, count: int) -> None:
        """Let many transcripts appear at once, by moving their directory into place."""
        numbers = self._next(count)
        name = f"-many-{numbers[0]}"
        for number in numbers:
            transcript(self._place / "aside", f"{name}/m{number}.jsonl", response(number))
        self._projects.mkdir(parents=True, exist_ok=True)
        (self._place / "aside" / "projects" / name).rename(self._projects / name)

    def _write_a_long_line(self) -> None:
        path = self._file()
        append(path, prompt("@").replace(b"@", b"x" * _LONG_LINE) + response(self._next()[0]))

    def _copy(self) -> None:
        path = self._file()
        shutil.copy(path, path.with_name(f"copy-{self._next()[0]}.jsonl"))

    def _replace_by_itself(self) -> None:
        path = self._file()
        draft = path.with_suffix(".draft")
        shutil.copy(path, draft)
        draft.replace(path)

    def _rename(self) -> None:
        path = self._file()
        path.rename(path.with_name(f"renamed-{self._next()[0]}.jsonl"))

    def _change_time(self) -> None:
        when = self._dice.choice((0, 1, NOW / 1000 + self._dice.randint(-(10**7), 10**7)))
        os.utime(self._file(), (when, when))

    def _turn_clock(self) -> None:
        self._now = NOW + self._dice.randint(-3 * _DAY, 3 * _DAY)

    def _link_in_a_loop(self) -> None:
        link = self._file().parent / f"loop-{self._next()[0]}"
        link.symlink_to(self._dice.choice((self._projects, link)))

    def _put_other_things(self) -> None:
        directory, name = self._file().parent, self._next()[0]
        (directory / f"directory-{name}.jsonl").mkdir()
        (directory / f"dangling-{name}.jsonl").symlink_to("nowhere")
        (directory / f"notes-{name}.txt").write_bytes(response(name))

    def _truncate(self) -> None:
        path = self._file()
        os.truncate(path, self._dice.randint(0, path.stat().st_size))

    def _rewrite_shorter(self) -> None:
        self._file().write_bytes(responses(self._next(2)))

    def _replace(self) -> None:
        path = self._file()
        draft = path.with_suffix(".draft")
        draft.write_bytes(responses(self._next(self._dice.randint(1, 60))))
        draft.replace(path)

    def _move_elsewhere(self) -> None:
        path = self._file()
        other = transcript(self._root, f"{self._dice.choice(_PROJECTS)}/{path.name}")
        path.replace(other)

    def _delete(self) -> None:
        self._file().unlink()

    def _remove_directory(self) -> None:
        directory = self._file().parent
        shutil.rmtree(directory)
        if self._dice.random() < 0.5:
            directory.mkdir(parents=True)

    def _remove_root(self) -> None:
        shutil.rmtree(self._dice.choice((self._root, self._projects)), ignore_errors=True)


def run(seconds: float, seed: int) -> list[str]:
    """Change transcripts for so long; return what went wrong, nothing where all was counted."""
    end, round_ = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        with tempfile.TemporaryDirectory(prefix="ccmon-changes-") as place:
            changes = Changes(Path(place), seed + round_)
            try:
                left = end - time.monotonic()
                changes.follow(60, left, is_full=round_ == 0 and seconds >= 60)
            except AssertionError as error:
                return [f"with seed {seed + round_}: {error}"]
        round_ += 1
    return []


def _change(count: int, seed: int) -> None:
    """Make so many changes at least, and print when the latest was counted."""
    done, latest, round_ = 0, 0.0, 0
    while done < count:
        with tempfile.TemporaryDirectory(prefix="ccmon-changes-") as place:
            changes = Changes(Path(place), seed + round_)
            changes.follow(60)
            done, latest = done + changes.count, max(latest, changes.latest)
        round_ += 1
        print(
            f"{done} changes, the latest counted after {latest:.1f} s;"
            f" here {changes.latest:.1f} s, after {changes.latest_after}",
            flush=True,
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.changes")
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--changes", type=int, help="make so many, however long it takes")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.changes:
        _change(given.changes, given.seed)
        return 0
    failures = run(given.seconds, given.seed)
    print("\n".join(failures) or "everything that was ever there is counted once")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
