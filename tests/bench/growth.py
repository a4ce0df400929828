"""How cost grows with what is known: the everyday report, a tab, and a refresh, at three sizes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from tests.bench.figures import TIMES, Figure, seconds
from tests.bench.live import Live, opened, start_times
from tests.bench.recorded import Recorded
from tests.bench.workbench import DAILY, Workbench

_TABS = "2345678"
_PASSED = 0.9
"""Seconds after which a tab stands as it stays."""
_REPORT, _START, _TAB, _REFRESH = (
    "`ccmon daily --json`, nothing new",
    "`ccmon live`, start to first useful screen",
    "from a key to the tab it opens",
    "from a written line to the screen",
)


def growth(bench: Workbench) -> Iterator[Figure]:
    """Yield each cost at the large size as a multiple of that at the small one."""
    found: dict[str, dict[int, list[float]]] = {
        what: {} for what in (_REPORT, _START, _TAB, _REFRESH)
    }
    made = {size: bench.made(size) for size in bench.sizes}
    reports = bench.times(
        {
            str(size): bench.ccmon(directory.root, bench.known(directory), DAILY)
            for size, directory in made.items()
        }
    )
    for size, directory in made.items():
        found[_REPORT][size] = reports[str(size)].walls
        screen = Live(bench, directory)
        start_times(screen, 1)
        found[_START][size], _ = start_times(screen, 2 if bench.is_quick else bench.runs)
        terminal = opened(screen)
        found[_REFRESH][size] = screen.times_to_screen(terminal, 6 if bench.is_quick else 24, 4)
        for _ in range(1 if bench.is_quick else 3):
            found[_TAB].setdefault(size, []).extend(_tab_times(terminal))
        terminal.quit()
    for what, by_size in found.items():
        yield _figure(bench, what, by_size)


def _figure(bench: Workbench, what: str, by_size: dict[int, list[float]]) -> Figure:
    small, _, large = bench.sizes
    return Figure(
        row="growth",
        what=what,
        value=median(by_size[large]) / median(by_size[small]),
        unit=f"{TIMES} that at {small:,} responses",
        ours=f"{seconds(by_size[large])} at {large:,}",
        beside=f"{seconds(by_size[small])} at {small:,}",
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
        if frames:
            last = frames[-1][1]
            taken.append(next(moment for moment, text in frames if text == last) - pressed)
    return taken


def _table(text: str) -> list[str]:
    """Return a screen without its first line, where the clock is."""
    return text.splitlines()[1:]
