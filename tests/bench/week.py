"""Lets the live screen live through a week, and fails if its memory grows after the first day.

    python -m tests.bench.week [--days 7] [--appends 10000] [--sessions 50] [--known 2000]

The app runs headless on a made-up history, with a clock that this command moves: each day
responses are appended to a few sessions at a time, new sessions begin, every tab is looked
at, and midnight passes. Resident memory is printed for each day.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import re
import sys
import tempfile
import time
from pathlib import Path

from textual.pilot import Pilot

from engine.demo import DemoUser, write_history
from engine.domain.settings import Settings
from engine.live.follower import give_back_memory
from engine.monitor import Monitor
from tests.made_lines import DAY, Clock, answer, write
from tui.live.app import LiveApp
from tui.live.source import LiveOptions

_BEGIN = 1_795_305_600_000
"""2026-11-22 00:00 UTC."""
_AT_ONCE = 10
"""Appends between two moments at which the screen has to have caught up."""
_OPEN = 3
"""Sessions that are written to in turns."""
_PATIENCE = 20.0
_ALLOWED = 3.5
"""Megabytes that a week may differ by: caches fill up to their bounds, and each day has sums."""


class Week:
    """A user at work before one live screen."""

    def __init__(self, root: Path, days: int, appends: int, sessions: int, known: int) -> None:
        self.clock = Clock(_BEGIN)
        self.monitor = Monitor(
            Settings(
                roots=(root,),
                ledger=str(root / "ledger.db"),
                zone="Europe/Berlin",
                is_offline=True,
                clock=self.clock,
                environment={},
                home=root,
            )
        )
        self.app = LiveApp(self.monitor, LiveOptions(has_bell=False))
        self._root = root
        self._days = days
        self._appends = appends
        self._sessions = sessions
        self._known = known

    async def live(self) -> list[float]:
        """Live through all days; return the megabytes resident at the end of each."""
        taken = []
        async with self.app.run_test(size=(120, 40)) as pilot:
            await self._catch_up(self._known)
            await self._look_around(pilot)
            for day in range(self._days):
                await self._work(day)
                await self._look_around(pilot)
                taken.append(resident())
                print(f"day {day + 1}  {taken[-1]:7.1f} MB", flush=True)
        return taken

    async def _work(self, day: int) -> None:
        """Append one day's responses, the last one shortly before midnight."""
        first, last = (self._appends * each // self._days for each in (day, day + 1))
        for number in range(first, last):
            self.clock.now = _BEGIN + DAY * (number + 1) * self._days // self._appends
            begun = number * self._sessions // self._appends
            session = f"w{max(0, begun - number % _OPEN)}"
            line = answer(f"w{number}", self.clock.now, 100 + number % 900, session=session)
            write(self._root, line, name=f"-week-{begun % 7}/{session}.jsonl")
            if (number + 1) % _AT_ONCE == 0 or number + 1 == last:
                await self._catch_up(self._known + number + 1)

    async def _catch_up(self, responses: int) -> None:
        """Wait until the screen shows so many responses."""
        self.monitor.refresh()
        end = time.monotonic() + _PATIENCE
        while (shown := self.app._watch_screen.shown) is None or shown.responses < responses:
            if time.monotonic() > end:
                raise TimeoutError(f"{responses} responses were not shown")
            await asyncio.sleep(0.01)
        self.app._tick()

    async def _look_around(self, pilot: Pilot[None]) -> None:
        for key in "23456781":
            await pilot.press(key)
            await asyncio.sleep(0.05)


def resident() -> float:
    """Return this process's resident memory in megabytes, without what is free already."""
    gc.collect()
    give_back_memory()
    match = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert match is not None
    return int(match[1]) / 1_000


def growth(taken: list[float]) -> float:
    """Return by how many megabytes memory grew after the first day."""
    return max(taken[1:], default=taken[0]) - taken[0]


def main() -> int:
    """Live, print, and return 1 if memory grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--appends", type=int, default=10_000)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--known", type=int, default=2_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ccmon-week-") as place:
        root = Path(place)
        if options.known:
            write_history(root, DemoUser(7, _BEGIN - DAY, options.known, 30, options.known // 50))
        week = Week(root, options.days, options.appends, options.sessions, options.known)
        grown = growth(asyncio.run(week.live()))
    print(f"after the first day  {grown:+.1f} MB")
    return int(grown > _ALLOWED)


if __name__ == "__main__":
    sys.exit(main())
