"""Opens live screens in terminals of all sizes, resizes, types, stops and ends them in every way.

    python -m tests.faults.terminals [--seconds N] [--seed N]

However a screen ends, the terminal must be as it was, the exit code must say how it ended,
and no process may be left.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from engine.demo import DemoUser, write_history
from engine.domain.settings import system_clock
from tests.patience import PATIENCE
from tests.terminal import Terminal

PROJECT = Path(__file__).resolve().parents[2]
IN_ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

_KEYS = [*"12345678?jkGgsScwpztanvx/R", "\t", "\r", "\x1b", "\x1b[A", "\x1b[B", "\x1b[6~", "\x10"]
_ENDINGS = ("\x03", "\x11", signal.SIGTERM, getattr(signal, "SIGHUP", 1), "hang up")
_SESSION_FIELD = 3
"""Of what follows the name in `/proc/PID/stat`."""


class Screens:
    """A root with some days of work, and what live screens of it are opened with."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.root = place / "claude"
        write_history(self.root, DemoUser(7, system_clock(), responses=300, days=3, sessions=6))
        for name in ("home", "temporary"):
            (place / name).mkdir()

    @property
    def options(self) -> list[str]:
        return ["--config-dir", str(self.root), "--offline"]

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "HOME": str(self.place / "home"),
            "CCMON_DATA_DIR": str(self.place / "data"),
            "TMPDIR": str(self.place / "temporary"),
            "PYTHONPATH": str(PROJECT),
            **more,
        }

    def open(
        self, columns: int = 80, rows: int = 24, command: list[str] | None = None, **more: str
    ) -> Terminal:
        """Open a live screen, or another command, in a terminal of its own."""
        words = command or [sys.executable, "-m", "tui", "live", *self.options]
        return Terminal(words, self.environment(**more), columns, rows, self.place)


def left_of(session: int) -> list[str]:
    """Return the processes of a session that are still there; a terminal's bears its pid."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, rest = path.read_text().rpartition(")")
            state, *numbers = rest.split()
            if state != "Z" and int(numbers[_SESSION_FIELD - 1]) == session:
                found.append(f"process {name}) is left")
    return found


def is_stopped(terminal: Terminal) -> bool:
    """Say whether a terminal's program has been stopped."""
    status = Path(f"/proc/{terminal.pid}/stat").read_text()
    return status.rpartition(")")[2].split()[0] == "T"


def storm(terminal: Terminal, dice: random.Random, times: int) -> None:
    """Give a terminal so many sizes, 20 to 300 columns and 5 to 100 rows, a hundred in a second."""
    for _ in range(times):
        terminal.resize(dice.randint(20, 300), dice.randint(5, 100))
        terminal.drain(0.01)


def stop_and_go_on(terminal: Terminal, seconds: float) -> list[str]:
    """Press Ctrl-Z; return what a shell would suffer from meanwhile; go on."""
    terminal.press("\x1a")
    end = time.monotonic() + PATIENCE
    while not is_stopped(terminal):
        terminal.drain(0.02)
        if time.monotonic() > end:
            return ["Ctrl-Z did not stop it"]
    terminal.drain(seconds)
    faults = [f"stopped: {fault}" for fault in terminal.faults()]
    os.kill(terminal.pid, signal.SIGCONT)
    return faults


def _live_through(terminal: Terminal, dice: random.Random) -> list[str]:
    """Let a screen be resized, typed into, stopped and ended; return what is wrong after it."""
    faults: list[str] = []
    terminal.drain(dice.random() * 1.5)
    is_up = b"\x1b[?1049h" in terminal.raw
    for _ in range(dice.randint(0, 4) if is_up else 0):
        deed = dice.randrange(4)
        if deed == 0:
            storm(terminal, dice, dice.randint(1, 100))
        elif deed == 1:
            terminal.resize(dice.choice((1, 2, 20, 49)), dice.choice((1, 2, 5, 11)))
        elif deed == 2 and terminal.raw.count(b"\x1b[?2004h"):
            faults += stop_and_go_on(terminal, 0.1)
        else:
            for _ in range(dice.randint(1, 30)):
                terminal.press(dice.choice(_KEYS))
                terminal.drain(dice.random() * 0.05)
        terminal.drain(0.3)
    ending = dice.choice(_ENDINGS) if is_up else dice.choice(_ENDINGS[2:4])
    return faults + _end(terminal, ending, is_up)


def _end(terminal: Terminal, ending: str | signal.Signals, is_up: bool) -> list[str]:
    codes = {0} if is_up else {0, 130}
    if isinstance(ending, signal.Signals):
        os.kill(terminal.pid, ending)
        codes = {128 + ending} if is_up else {128 + ending, -ending}
    elif ending == "hang up":
        terminal.hang_up()
        codes = {129}
    else:
        terminal.press(ending)
    code = terminal.wait_for_end(PATIENCE)
    faults = terminal.faults() if ending != "hang up" else []
    if code not in codes:
        said = bytes(terminal.raw).rpartition(b"ccmon: ")[2][:200].decode("utf-8", "replace")
        faults.append(f"exit code {code}, not {codes}: {' '.join(said.split())!r}")
    return faults + left_of(terminal.pid)


def run(seconds: float, seed: int) -> list[str]:
    """Open screens one after the other for a while; return what went wrong with the first bad."""
    dice = random.Random(seed)
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="ccmon-terminals-") as place:
        screens = Screens(Path(place))
        number = 0
        while time.monotonic() < end:
            number += 1
            more = dice.choice(({}, {}, IN_ASCII, {"NO_COLOR": "1"}))
            terminal = screens.open(dice.randint(1, 300), dice.randint(1, 100), **more)
            try:
                faults = _live_through(terminal, dice)
            finally:
                terminal.close()
            if faults:
                return [f"screen {number}: {'; '.join(faults)}"]
    return []


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.terminals")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    failures = run(given.seconds, given.seed)
    print("\n".join(failures) or "no failure")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
