"""Whole processes side by side: wall time, processor time and peak memory of each."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.bench.places import PROJECT

_LAUNCHER = Path(__file__).with_name("launcher.py")


class Failed(Exception):
    """A program ended as it should not; the text has its last words."""


@dataclass(frozen=True)
class Command:
    """What to run, in which surroundings, and what to do each time before."""

    words: tuple[str, ...]
    environment: Mapping[str, str]
    input: bytes = b""
    before: Callable[[], None] = lambda: None
    codes: frozenset[int] = frozenset((0,))
    """How it may end: some tell by it what they found."""
    is_peer: bool = False
    """Where it fails it is as good as missing."""


@dataclass
class Times:
    """Seconds of each run, and the most megabytes that the process and its children held."""

    walls: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)
    peak: float = 0.0
    answer: bytes = b""
    """What it printed."""

    @property
    def wall(self) -> float:
        return median(self.walls)

    @property
    def cpu(self) -> float:
        return median(self.cpus)


def side_by_side(commands: Mapping[str, Command], scratch: Path, runs: int) -> dict[str, Times]:
    """Run commands in turn, the order turned round each time; return the times of each.

    A first round, which is not timed, brings the files into the page cache and shows memory.
    """
    found: dict[str, Times] = {}
    for name, command in commands.items():
        try:
            peak = _run(command, scratch, is_watched=True)["peak"]
            found[name] = Times(peak=peak, answer=(scratch / "output").read_bytes())
        except Failed as failure:
            if not command.is_peer:
                raise
            print(failure, file=sys.stderr)
    for number in range(runs):
        names: Sequence[str] = list(found)
        for name in names if number % 2 == 0 else reversed(names):
            taken = _run(commands[name], scratch, is_watched=False)
            found[name].walls.append(taken["wall"])
            found[name].cpus.append(taken["cpu"])
    return found


def run_once(command: Command, scratch: Path) -> None:
    """Run a command, for what it leaves behind."""
    _run(command, scratch, is_watched=False)


def _run(command: Command, scratch: Path, *, is_watched: bool) -> dict[str, float]:
    command.before()
    (scratch / "input").write_bytes(command.input)
    given = {
        "words": command.words,
        "environment": dict(command.environment),
        "directory": str(PROJECT),
        "is_watched": is_watched,
        **{name: str(scratch / name) for name in ("input", "output", "errors")},
    }
    launched = [sys.executable, "-I", "-S", str(_LAUNCHER), json.dumps(given)]
    done = subprocess.run(launched, capture_output=True, text=True, check=False)
    taken: dict[str, float] = json.loads(done.stdout) if done.stdout else {"code": -1}
    if taken["code"] not in command.codes:
        said = done.stderr or (scratch / "errors").read_text("utf-8", "replace")
        raise Failed(f"{' '.join(command.words)} ended with {taken['code']}: {said[-400:]}")
    return taken
