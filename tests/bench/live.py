"""Rows of the live screen: how soon it is there, how soon it shows, and what it costs at rest."""

from __future__ import annotations

import re
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench.directories import Directory
from tests.bench.figures import TIMES, Figure, seconds
from tests.bench.lines import response_line
from tests.bench.places import ccmon, surroundings
from tests.bench.recorded import Recorded
from tests.bench.workbench import Workbench

_FROM_THE_LEDGER = re.compile(r"Last 30 days · most \$[\d,.]+")
"""A figure of history, which no screen shows before it has asked the ledger."""
_COUNT = re.compile(r"\bToday(?: +[^ ]+){4} +([\d,]+)\b")
_BARE = "a bare Textual app"
_SETTLING = 3.0
PATIENCE = 60.0
"""Seconds after which something is taken to have lasted so long."""
_START_LIMIT, _IDLE_LIMIT = 2.0, 1.9
_LATENCY_LIMIT = 120.0
"""Milliseconds."""
_MEMORY_LIMIT = 2.3
"""How often the bare app's memory."""


class Live:
    """`ccmon live` on a directory whose ledger is up to date, and one file that grows."""

    def __init__(self, bench: Workbench, directory: Directory) -> None:
        self.known = bench.known(directory)
        self._root = directory.root
        self._bench = bench
        self._bare = surroundings(bench.home("bare"))
        self._file = (
            directory.root / "projects" / "-bench-project" / f"bench-{time.time_ns()}.jsonl"
        )
        self._file.parent.mkdir(exist_ok=True)
        self._appended = 0
        self.append()

    def start(self, place: Path | None = None) -> Recorded:
        """Start the live screen, with its ledger in a place: the one that knows all by itself."""
        around = self._bench.around(self._root, place or self.known)
        return Recorded((*ccmon(), "live", "--offline"), around)

    def start_bare(self, *words: str) -> Recorded:
        """Start the app that does nothing."""
        return Recorded((sys.executable, "-m", "tests.bench.bare", *words), self._bare)

    def is_packed(self) -> bool:
        """Say whether the ledger has responses that are not rows yet."""
        with closing(sqlite3.connect(self.known / "ledger.db")) as connection:
            return bool(connection.execute("SELECT EXISTS (SELECT 1 FROM packs)").fetchone()[0])

    def append(self) -> float:
        """Append a response; return when that was done."""
        with self._file.open("ab") as out:
            out.write(response_line(self._appended, self._file.stem))
        self._appended += 1
        return time.monotonic()

    def times_to_screen(self, terminal: Recorded, count: int, rate: float) -> list[float]:
        """Return the seconds from each of some appends to a screen that counts it.

        `rate` is how many come in a second; what is one update of the screen is one for all.
        """
        list(terminal.frames())
        first = counted(terminal.text) + 1
        written: list[float] = []
        for number in range(count):
            terminal.drain(1 / rate * (0.7 + 0.6 * (number * 7 % 13) / 13))
            written.append(self.append())
        terminal.drain(1.5)
        taken: list[float] = []
        for moment, text in terminal.frames():
            shown = counted(text)
            while len(taken) < count and shown >= first + len(taken):
                taken.append(max(0.0, moment - written[len(taken)]))
        if len(taken) < count:
            print(f"{count - len(taken)} of {count} appends not seen", file=sys.stderr)
        return taken + [PATIENCE] * (count - len(taken))


def counted(text: str) -> int:
    """Return how many responses a screen says there are of today."""
    found = _COUNT.search(text)
    return int(found[1].replace(",", "")) if found else 0


def is_useful(text: str) -> bool:
    """Say whether a screen shows figures of history."""
    return _FROM_THE_LEDGER.search(text) is not None


class Starts(NamedTuple):
    """Seconds from the start, run by run."""

    screen: list[float]
    """Until the screen shows figures of history."""
    bare: list[float]
    """Until a bare Textual app's first screen is there."""


def start_times(live: Live, runs: int) -> Starts:
    """Return how long starting takes, ours and the bare app's in turn."""
    starts = Starts([], [])
    for _ in range(runs):
        starts.screen.append(_started(live.start(), is_useful))
        starts.bare.append(_started(live.start_bare(), lambda text: "ready" in text))
    return starts


def _started(terminal: Recorded, is_there: Callable[[str], bool]) -> float:
    terminal.drain(1.5)
    moment = terminal.moment_of(is_there, PATIENCE)
    terminal.quit()
    return (moment or terminal.begun + PATIENCE) - terminal.begun


def opened(live: Live, place: Path | None = None) -> Recorded:
    """Return a live screen that has shown its figures and come to rest."""
    terminal = live.start(place)
    terminal.moment_of(lambda text: is_useful(text) and counted(text) > 0, PATIENCE)
    terminal.drain(_SETTLING)
    return terminal


def _come_to_rest(live: Live) -> None:
    """Let a screen run until it has made rows of all that the first reading packed."""
    terminal = live.start()
    end = time.monotonic() + 3 * PATIENCE
    terminal.moment_of(is_useful, PATIENCE)
    while live.is_packed() and time.monotonic() < end:
        terminal.drain(1.0)
    terminal.drain(_SETTLING)
    terminal.quit()


def live(bench: Workbench) -> Iterator[Figure]:
    """Yield all figures of the live screen on the large directory."""
    directory = bench.made(bench.sizes[2])
    screen = Live(bench, directory)
    _come_to_rest(screen)
    starts = start_times(screen, 2 if bench.is_quick else bench.runs)
    yield Figure(
        row="live",
        what=f"`ccmon live`, start to the screen, {directory.name}",
        value=median(starts.screen) / median(starts.bare),
        unit=f"{TIMES} {_BARE}'s first",
        limit=_START_LIMIT,
        ours=seconds(starts.screen),
        beside=seconds(starts.bare),
    )
    terminal = opened(screen)
    few = 8 if bench.is_quick else 60
    yield _latency("from a written line to the screen", screen.times_to_screen(terminal, few, 4))
    busy = screen.times_to_screen(terminal, 2 * few, 20)
    yield _latency("the same at 20 appends a second", busy)
    yield from _at_rest(bench, screen, terminal)
    terminal.quit()


def _latency(what: str, taken: list[float]) -> Figure:
    ordered = sorted(taken)
    return Figure(
        row="live",
        what=what,
        value=ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] * 1000,
        unit="ms for 95 of 100",
        limit=_LATENCY_LIMIT,
        ours=f"median {median(ordered) * 1000:.0f} ms, longest {ordered[-1] * 1000:.0f} ms",
    )


def _at_rest(bench: Workbench, screen: Live, terminal: Recorded) -> Iterator[Figure]:
    """Yield what it costs while nothing happens, beside an app that only shows a clock."""
    span = 3.0 if bench.is_quick else 60.0
    bare = screen.start_bare("clock")
    for each in (bare, terminal):
        each.drain(_SETTLING)
    before = [_Spent.by(terminal), _Spent.by(bare)]
    # Both are read in turn: in so short a while neither terminal fills up.
    end = time.monotonic() + span
    while time.monotonic() < end:
        terminal.drain(0.1)
        bare.drain(0.1)
    after = [_Spent.by(terminal), _Spent.by(bare)]
    ours, least = (late.since(early, span) for early, late in zip(before, after, strict=True))
    yield Figure(
        row="live",
        what=f"idle for {span:.0f} s",
        value=ours.cpu / least.cpu,
        unit=f"{TIMES} {_BARE}'s with a clock",
        limit=_IDLE_LIMIT,
        ours=f"{ours.cpu:.2%} of a core, {ours.written:.0f} bytes a second to the terminal",
        beside=f"{least.cpu:.2%}, {least.written:.0f} bytes",
    )
    yield _memory(terminal.memory(), bare.memory())
    bare.quit()


class _Spent(NamedTuple):
    """What a program has used: seconds of processor time, bytes to the terminal."""

    cpu: float
    written: float

    @classmethod
    def by(cls, terminal: Recorded) -> _Spent:
        return cls(terminal.cpu_seconds(), terminal.written)

    def since(self, before: _Spent, span: float) -> _Spent:
        """Return what was used a second."""
        return _Spent(*((now - then) / span for now, then in zip(self, before, strict=True)))


def _memory(ours: float, least: float) -> Figure:
    return Figure(
        row="live",
        what="memory",
        value=ours / least,
        unit=f"{TIMES} {_BARE}'s",
        limit=_MEMORY_LIMIT,
        ours=f"{ours:.0f} MB",
        beside=f"{least:.0f} MB",
    )
