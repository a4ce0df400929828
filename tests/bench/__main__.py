"""Measures ccmon beside its peers, in one run: speed, memory, the live screen, growth.

    python -m tests.bench [--install-peers] [--only ROW …] [--readme]

On Linux: memory and processor time are read from /proc. Transcripts are made the first time
and kept, 9 GB for all sizes. A program that is missing is named so. Exits 1 where a figure is
not what it must be, which --quick is too small to say.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import kept, live, peers, reports
from tests.bench.figures import Figure
from tests.bench.growth import growth
from tests.bench.kept import Measured
from tests.bench.processes import Failed
from tests.bench.table import surroundings_line, table
from tests.bench.workbench import Workbench

ROWS: dict[str, Callable[[Workbench], Iterator[Figure]]] = {
    "reading": reports.reading,
    "reading-even": reports.reading_even,
    "reading-large": reports.reading_large,
    "reading-real": reports.reading_real,
    "growing": reports.growing,
    "appended": reports.appended,
    "statusline": reports.statusline,
    "version": reports.version,
    "live": live.live,
    "growth": growth,
}
_SIZES = (10_000, 100_000, 1_000_000)
_QUICK_SIZES = (1_000, 3_000, 10_000)


def main() -> int:
    """Measure, print and keep; return the exit code."""
    options = _options()
    data: Path = options.data
    if options.install_peers:
        peers.install(data / "peers")
    found = peers.find(data / "peers")
    where = surroundings_line(found)
    for name in sorted(peers.ALL - set(found.programs)):
        print(f"{name} is missing: {peers.HOW_TO}", file=sys.stderr)
    measured: list[Measured] = []
    for row in _measured(options, found, where):
        measured.append(row)
        if not options.quick:
            kept.save(data / "results.json", row)
    if options.readme and not options.quick:
        known = kept.load(data / "results.json")
        kept.write_readme([known[name] for name in ROWS if name in known])
    figures = [figure for row in measured for figure in row.figures]
    if options.json:
        sys.stdout.write(kept.encode(measured).decode())
    else:
        print(f"{where}\n\n{table(figures)}")
    is_broken = any(figure.holds is False for figure in figures)
    return 1 if is_broken and not options.quick else 0


def _measured(options: argparse.Namespace, found: peers.Peers, where: str) -> Iterator[Measured]:
    """Yield the rows asked for as they are measured; one that fails is named and left out."""
    options.data.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="run-", dir=options.data))
    sizes = _QUICK_SIZES if options.quick else _SIZES
    runs = options.runs or (3 if options.quick else 5)
    bench = Workbench(options.data, scratch, found, runs, sizes, options.quick)
    try:
        for name in options.only or ROWS:
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            try:
                figures = tuple(ROWS[name](bench))
            except (Failed, OSError) as failure:
                print(f"{name}: {failure}", file=sys.stderr)
                continue
            yield Measured(name, where, figures)
    finally:
        shutil.rmtree(scratch)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    place = Path(tempfile.gettempdir()) / f"ccmon-bench-{os.getuid()}"
    parser.add_argument("--data", type=Path, default=place, help="keep transcripts and peers here")
    parser.add_argument("--install-peers", action="store_true", help="get them by npm and pip")
    parser.add_argument("--only", nargs="+", choices=ROWS, metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--runs", type=int, help="how often to measure each (default: 5)")
    parser.add_argument("--quick", action="store_true", help="small directories, few runs")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.add_argument(
        "--readme", action="store_true", help="put what was measured last into the README"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
