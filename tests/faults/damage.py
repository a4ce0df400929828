"""Damages the ledger of three open screens, again and again, in every way a file is damaged.

    python -m tests.faults.damage [--rounds N] [--seed N]

After each damage a response is written: all screens must tell of it within five seconds and a
look's time, exactly one more file must be set aside, and at the end of the screens' lives all
figures must be those of a slow reading. Prints one line with the latest answer; exits 1 at the
first difference.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from tests.faults.started import Reader, assert_figures
from tests.faults.written import append, responses, transcript
from tests.slow_reading import read

SCREENS = 3
LATEST = 5.0
"""Seconds after which every screen shows what was written, whatever the ledger went through."""
_LIVES = 6
"""Damages that the same screens live through."""
_FOUND = 15.0
"""Seconds after which damage that is still there was found."""
_PATIENCE = 60.0
"""Seconds to wait before an answer is called missing, not late: machines are loaded."""


def _rubbish(ledger: Path, dice: random.Random) -> None:
    with ledger.open("r+b") as file:
        file.write(dice.randbytes(ledger.stat().st_size))


def _half(ledger: Path, dice: random.Random) -> None:
    os.truncate(ledger, ledger.stat().st_size // 2)


def _header(ledger: Path, dice: random.Random) -> None:
    with ledger.open("r+b") as file:
        file.write(dice.randbytes(100))


def _cut_short(ledger: Path, dice: random.Random) -> None:
    os.truncate(ledger, dice.randrange(1, 100))


def _other_file(ledger: Path, dice: random.Random) -> None:
    draft = ledger.with_name("rubbish")
    draft.write_bytes(dice.randbytes(50_000))
    draft.replace(ledger)


def _pages(ledger: Path, dice: random.Random) -> None:
    with ledger.open("r+b") as file:
        for page in range(1, ledger.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(dice.randbytes(4096))


DAMAGES: tuple[Callable[[Path, random.Random], None], ...] = (
    _rubbish,
    _half,
    _header,
    _cut_short,
    _other_file,
    _pages,
)


class Damaged:
    """A root with a ledger that is damaged while screens are open."""

    def __init__(self, place: Path, seed: int) -> None:
        self.damages = 0
        self.healed = 0
        """Damages that SQLite wrote over from its log before anybody met them."""
        self.latest = 0.0
        self._dice = random.Random(seed)
        self._root, self._ledger = place / "root", place / "ledger.db"
        self._path = transcript(self._root, "-a/s1.jsonl", responses(range(500)))
        self._count = 500

    def live(self, damages: int) -> None:
        """Open screens, damage their ledger so often, and see that they end well."""
        with ExitStack() as stack:
            screens = [
                stack.enter_context(
                    Reader(self._root, self._ledger, "--follow", "3600", "--until-told")
                )
                for _ in range(SCREENS)
            ]
            for screen in screens:
                screen.wait_for(f"responses {self._count}", _PATIENCE)
            for _ in range(damages):
                self._damage(screens)
            for screen in screens:
                assert_figures(screen.last_words(), read(self._root))
        with Reader(self._root, self._ledger) as reader:
            assert_figures(reader.last_words(), read(self._root))

    def _damage(self, screens: list[Reader]) -> None:
        with suppress(sqlite3.Error), closing(sqlite3.connect(self._ledger)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = self._set_aside()
        damage = self._dice.choice(DAMAGES)
        damage(self._ledger, self._dice)
        self.damages += 1
        append(self._path, responses([self._count]))
        self._count += 1
        begun = time.monotonic()
        for screen in screens:
            screen.wait_for(f"responses {self._count}", _PATIENCE)
            self.latest = max(self.latest, time.monotonic() - begun)
        self._await_aside(before + 1, damage.__name__)

    def _await_aside(self, wanted: int, damage: str) -> None:
        """See that one file more is set aside, none only where the damage is written over."""
        end = time.monotonic() + _FOUND
        while self._set_aside() < wanted and time.monotonic() < end:
            time.sleep(0.05)
        found = self._set_aside()
        assert found <= wanted, f"{found} set aside, not {wanted}: {damage}"
        if found < wanted:
            assert self._is_whole(), f"nothing was set aside after {damage}"
            self.healed += 1

    def _is_whole(self) -> bool:
        """Say whether nothing of the ledger is damaged: what was is written over from the log."""
        with suppress(sqlite3.Error), closing(sqlite3.connect(self._ledger)) as connection:
            return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))
        return False

    def _set_aside(self) -> int:
        found = self._ledger.parent.glob(f"{self._ledger.name}.set-aside-*")
        return sum(1 for path in found if not path.name.endswith(("-wal", "-shm")))


def run(seconds: float, seed: int) -> list[str]:
    """Damage for so long; return what went wrong, nothing where all was whole."""
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="ccmon-damage-") as place:
        damaged = Damaged(Path(place), seed)
        while time.monotonic() < end:
            try:
                damaged.live(_LIVES)
            except AssertionError as error:
                return [f"after {damaged.damages} damages with seed {seed}: {error}"]
    return []


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.damage")
    parser.add_argument("--rounds", type=int, default=110)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ccmon-damage-") as place:
        damaged = Damaged(Path(place), given.seed)
        while damaged.damages < given.rounds:
            damaged.live(min(_LIVES, given.rounds - damaged.damages))
            print(
                f"{damaged.damages} damages ({damaged.healed} written over by SQLite),"
                f" the latest answer after {damaged.latest:.1f} s",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
