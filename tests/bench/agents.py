"""Measures the live screen with four agents at work beside Claude Code alone, in one run.

    python -m tests.bench.agents [--rounds N] [--seconds S]

How long an appended response takes to the screen, and what the screen costs at rest. Each home
has 10,000 responses of Claude Code; the other has 5,000 each of Codex, Gemini CLI and OpenCode
too. So many appends a second come to one agent, or in turn to four: at 16 each of the four is
written four times a second. Rounds are in turn. Exits 1 where four are worse than one by more
than the runs themselves differ.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from engine.domain.settings import system_clock
from tests.bench import directories
from tests.bench.agent_stores import OTHERS, ClaudeStore, Store
from tests.bench.live import PATIENCE, is_useful
from tests.bench.places import ccmon, surroundings
from tests.bench.recorded import Recorded

_TODAY = re.compile(r"│ Today +\S+ +\S+ +\S+ +\S+ +([\d,]+) ")
"""The totals' line of today: cost, tokens, output, cached, and the responses of all agents."""
RATES = (4, 16)
"""Appends in a second."""
_SETTLING = 5.0
_SLACK = 1.15, 10.0
"""By how much latency may be more: times, and milliseconds."""
_IDLE_SLACK = 1.15, 0.2
"""The same of percent of a core."""


@dataclass
class Screen:
    """A live screen on a home, its stores, and what was measured of it."""

    name: str
    home: Path
    stores: Sequence[Store]
    taken: dict[int, list[float]] = field(default_factory=dict)
    """Seconds from each append to the screen that counts it, by appends in a second."""
    idle: list[float] = field(default_factory=list)
    """Shares of a core that it used at rest."""
    _terminal: Recorded | None = None

    @property
    def terminal(self) -> Recorded:
        """The screen, started the first time and come to rest."""
        if self._terminal is None:
            for store in self.stores:
                store.append()
            around = {**surroundings(self.home), "CCMON_DATA_DIR": str(self.home / "ccmon")}
            self._terminal = Recorded((*ccmon(), "live", "--offline"), around)
            self._terminal.moment_of(lambda text: is_useful(text) and counted(text) > 0, PATIENCE)
            self._terminal.drain(_SETTLING)
        return self._terminal

    def append_for(self, seconds: float, rate: int) -> None:
        """Append so often, to one store after the other; note when each was shown."""
        terminal = self.terminal
        list(terminal.frames())
        first = counted(terminal.text) + 1
        written: list[float] = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            uneven = 0.7 + 0.6 * (len(written) * 7 % 13) / 13
            terminal.drain(uneven / rate)
            self.stores[len(written) % len(self.stores)].append()
            written.append(time.monotonic())
        terminal.drain(1.5)
        taken: list[float] = []
        for moment, text in terminal.frames():
            while len(taken) < len(written) and counted(text) >= first + len(taken):
                taken.append(max(0.0, moment - written[len(taken)]))
        taken += [PATIENCE] * (len(written) - len(taken))
        self.taken.setdefault(rate, []).extend(taken)

    def note_idle(self, used: float, seconds: float) -> None:
        """Note what processor time was used in a while of rest."""
        self.idle.append(used / seconds)

    def latency(self, rate: int) -> tuple[float, float]:
        """Return median and 95th percentile in milliseconds, at so many appends a second."""
        ordered = sorted(self.taken[rate])
        late = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        return median(ordered) * 1000, late * 1000


def counted(text: str) -> int:
    """Return how many responses of all agents a screen says there are of today."""
    found = _TODAY.search(text)
    return int(found[1].replace(",", "")) if found else 0


def measure(screens: Sequence[Screen], rounds: int, seconds: float) -> None:
    """Measure in turn, the order turned round each time; at rest all side by side."""
    for screen in screens:
        screen.append_for(2.0, RATES[0])
        screen.taken.clear()
    for number in range(rounds):
        for rate in RATES:
            for screen in screens if number % 2 == 0 else reversed(screens):
                screen.append_for(seconds, rate)
        _rest(screens, _SETTLING)
        before = [screen.terminal.cpu_seconds() for screen in screens]
        _rest(screens, seconds)
        for screen, used in zip(screens, before, strict=True):
            screen.note_idle(screen.terminal.cpu_seconds() - used, seconds)


def _rest(screens: Sequence[Screen], seconds: float) -> None:
    """Let time pass; no terminal fills up in so short a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for screen in screens:
            screen.terminal.drain(0.1)


def table(screens: Sequence[Screen]) -> str:
    """Return what was measured as a Markdown table."""
    lines = [
        "| at work | appends a second | median | 95 of 100 | at rest |",
        "|---|---|---|---|---|",
    ]
    for rate in RATES:
        for screen in screens:
            middle, late = screen.latency(rate)
            idle = f"{median(screen.idle):.2%} of a core" if rate == RATES[0] else ""
            lines.append(f"| {screen.name} | {rate} | {middle:.0f} ms | {late:.0f} ms | {idle} |")
    return "\n".join(lines) + "\n"


def is_no_worse(alone: Screen, together: Screen) -> bool:
    """Say whether four agents cost no more than one, as far as can be measured."""
    times, more = _SLACK
    of_idle, more_idle = _IDLE_SLACK
    return all(
        later <= sooner * times + more
        for rate in RATES
        for sooner, later in zip(alone.latency(rate), together.latency(rate), strict=True)
    ) and (median(together.idle) * 100 <= median(alone.idle) * 100 * of_idle + more_idle)


def main() -> int:
    """Make the homes, measure, print; return the exit code."""
    options = _options()
    options.data.mkdir(parents=True, exist_ok=True)
    history = directories.made(options.data, 10_000, system_clock())
    with tempfile.TemporaryDirectory(dir=options.data, prefix="run-") as place:
        screens: list[Screen] = []
        for name, others in (("Claude Code alone", ()), ("four agents", OTHERS)):
            home = Path(place) / name.split()[0]
            directories.linked(history, home / ".claude")
            stores = [ClaudeStore(home), *(make(home) for make in others)]
            screens.append(Screen(name, home, stores))
        measure(screens, options.rounds, options.seconds)
        for screen in screens:
            screen.terminal.quit()
    sys.stdout.write(table(screens))
    return 0 if is_no_worse(*screens) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.agents",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    place = Path(tempfile.gettempdir()) / f"ccmon-bench-{os.getuid()}"
    parser.add_argument("--data", type=Path, default=place, help="keep transcripts here")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each part of a round")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
