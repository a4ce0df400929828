"""Measures what the live screen grows by while its terminal takes no output, beside one that does.

    python -m tests.bench.unread [--seconds 120] [--rate 15] [--responses 2000]

Two screens follow the same files, to which so many responses a second are appended. One
terminal is read; nobody reads the other, as after Ctrl+S or where a connection hangs. At the end
that one is read again, and has to show the last response. Exits 1 where it grew by more than
10 MB above what the read one grew by, or does not show the newest within 5 seconds.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.live import Live, counted, opened
from tests.bench.peers import Peers
from tests.bench.recorded import Recorded
from tests.bench.workbench import Workbench

_ALLOWED = 10.0
"""Megabytes."""
_PATIENCE = 5.0
"""Seconds in which the newest figures have to be there once the terminal is read again."""


def appended(live: Live, read: Recorded, seconds: float, rate: float) -> int:
    """Append for so long and read one terminal meanwhile; return how many responses came."""
    begun, count = time.monotonic(), 0
    while time.monotonic() < begun + seconds:
        live.append()
        count += 1
        read.drain(begun + count / rate - time.monotonic())
        for _ in read.frames():
            pass
    return count


def measure(bench: Workbench, responses: int, seconds: float, rate: float) -> bool:
    """Measure and print; say whether all holds."""
    directory = bench.made(responses)
    live = Live(bench, directory)
    read, unread = opened(live), opened(live, bench.home("unread"))
    terminals = {"read": read, "unread": unread}
    appended(live, read, 5.0, rate)
    unread.drain(2.0)
    before = {name: (each.memory(), each.cpu_seconds()) for name, each in terminals.items()}
    count = appended(live, read, seconds, rate)
    grown: dict[str, float] = {}
    for name, each in terminals.items():
        memory, cpu = before[name]
        grown[name] = each.memory() - memory
        share = (each.cpu_seconds() - cpu) / seconds
        print(f"{name}: {memory:.1f} → {each.memory():.1f} MB, {share:.1%} of a core")
    read.drain(1.0)
    for _ in read.frames():
        pass
    wanted = counted(read.text)
    begun = time.monotonic()
    moment = unread.moment_of(lambda text: counted(text) >= wanted, _PATIENCE)
    shown = f"{moment - begun:.2f} s after it was read" if moment else "not shown"
    print(f"{count:,} responses; the last of them: {shown}; then {unread.memory():.1f} MB")
    for each in terminals.values():
        each.quit()
    return moment is not None and grown["unread"] - max(0.0, grown["read"]) <= _ALLOWED


def main() -> int:
    """Make the files, measure, print; return the exit code."""
    options = _options()
    options.data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.data, prefix="run-") as scratch:
        sizes = (options.responses,) * 3
        bench = Workbench(options.data, Path(scratch), Peers({}, {}), 1, sizes)
        return 0 if measure(bench, options.responses, options.seconds, options.rate) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.unread",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    place = Path(tempfile.gettempdir()) / f"ccmon-bench-{os.getuid()}"
    parser.add_argument("--data", type=Path, default=place, help="keep transcripts here")
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--rate", type=float, default=15.0, help="appends in a second")
    parser.add_argument("--responses", type=int, default=2_000, help="known at the start")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
