"""How cost grows with what is known: the everyday report, a tab, and a refresh, at three sizes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from statistics import median

from msgspec.structs import replace

from tests.bench.directories import Directory
from tests.bench.figures import TIMES, Figure, seconds
from tests.bench.live import PATIENCE, Live, opened, start_times
from tests.bench.peers import CCUSAGE
from tests.bench.recorded import Recorded
from tests.bench.workbench import DAILY, Workbench

_TABS = "2345678"
_PASSED = 0.9
"""Seconds after which a tab stands as it stays."""
_REPORT, _START, _FIRST_TAB, _TAB, _REFRESH = (
    "`ccmon daily --json`, nothing new",
    "`ccmon live`, start to the whole screen",
    "from a key to the tab it opens, the first time",
    "the same, later",
    "from a written line to the screen",
)


def growth(bench: Workbench) -> Iterator[Figure]:
    """Yield each cost at the large size as a multiple of that at the small one."""
    made = {size: bench.made(size) for size in bench.sizes}
    reports = bench.times(
        {
            str(size): bench.ccmon(directory.root, bench.known(directory), DAILY)
            for size, directory in made.items()
        }
    )
    yield _figure(_REPORT, {size: reports[str(size)].walls for size in made})
    on_screen = {size: _screen_times(bench, directory) for size, directory in made.items()}
    for what in (_START, _FIRST_TAB, _TAB, _REFRESH):
        yield _figure(what, {size: times[what] for size, times in on_screen.items()})
    theirs = _theirs(bench, made)
    if theirs:
        figure = _figure(f"for comparison `{CCUSAGE} daily --json`", theirs)
        yield replace(figure, ours="-", beside=figure.ours)


def _screen_times(bench: Workbench, directory: Directory) -> dict[str, list[float]]:
    """Return the seconds of what the live screen does, by name."""
    screen = Live(bench, directory)
    start_times(screen, 1)
    started = start_times(screen, 2 if bench.is_quick else bench.runs).screen
    terminal = opened(screen)
    refreshed = screen.times_to_screen(terminal, 6 if bench.is_quick else 24, 4)
    first = _tab_times(terminal)
    later = [each for _ in range(1 if bench.is_quick else 2) for each in _tab_times(terminal)]
    terminal.quit()
    return {_START: started, _FIRST_TAB: first, _TAB: later, _REFRESH: refreshed}


def _theirs(bench: Workbench, made: Mapping[int, Directory]) -> dict[int, list[float]]:
    """Return how long ccusage takes at each size, of few runs; nothing where it is missing."""
    commands = {
        str(size): bench.peers.reading(CCUSAGE, directory.root, bench.home(CCUSAGE, size))
        for size, directory in made.items()
    }
    times = bench.times(commands, runs=2)
    return {size: times[str(size)].walls for size in made if str(size) in times}


def _figure(what: str, by_size: dict[int, list[float]]) -> Figure:
    small, large = min(by_size), max(by_size)
    return Figure(
        row="growth",
        what=what,
        value=median(by_size[large]) / median(by_size[small]),
        unit=f"{TIMES} that at {small:,} responses",
        ours=", ".join(f"{seconds(by_size[size])} at {size:,}" for size in (small, large)),
        course=tuple((size, median(taken) * 1000) for size, taken in by_size.items()),
    )


def _tab_times(terminal: Recorded) -> list[float]:
    """Return the seconds from each tab's key to the first screen with all that it then shows."""
    taken: list[float] = []
    for key in _TABS:
        list(terminal.frames())
        pressed = time.monotonic()
        terminal.press(key)
        terminal.drain(_PASSED)
        frames = [(moment, _table(text)) for moment, text in terminal.frames()]
        shown = next((moment for moment, text in frames if text == frames[-1][1]), None)
        taken.append(shown - pressed if shown else PATIENCE)
    return taken


def _table(text: str) -> list[str]:
    """Return a screen without its first line, where the clock is."""
    return text.splitlines()[1:]
