"""Every dataset, every question; exit 1 where a difference is unexplained.

Run as `python -m tests.parity`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tests.parity.datasets import Datasets
from tests.parity.explain import Dataset
from tests.parity.faults import FAULTS
from tests.parity.programs import Absent, Ccmon, Ccusage
from tests.parity.side_by_side import Comparison, asks_about, compared, some_of


def main() -> int:
    """Compare, print a table of the differences, and say whether all are explained."""
    options = _options()
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "home"
        home.mkdir()
        try:
            theirs = Ccusage(home)
        except Absent as reason:
            print(reason)
            return 1
        ours = Ccmon(home)
        print(f"ccusage {theirs.version} and ccmon side by side")
        summary = _Summary(is_long=options.all)
        for data in _datasets(Path(place)):
            if options.only in data.name:
                asks = some_of(asks_about(data), options.most, data.name)
                summary.add(data, compared(theirs, ours, data, asks))
        return summary.finish()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.parity", description=__doc__)
    parser.add_argument("--all", action="store_true", help="print every single difference")
    parser.add_argument("--only", default="", help="only datasets with this in their name")
    parser.add_argument("--most", type=int, default=100_000, help="questions a dataset")
    return parser.parse_args()


def _datasets(place: Path) -> Iterator[Dataset]:
    sets = Datasets(place)
    now = time.time_ns() // 1_000_000
    yield from chain(
        sets.archive(), [sets.demo(now)], sets.cases(), sets.made(range(40), now), sets.strange(40)
    )


class _Summary:
    """Counts what was compared and prints what differs."""

    def __init__(self, *, is_long: bool) -> None:
        self._is_long = is_long
        self._asked = 0
        self._by_fault: Counter[int] = Counter()
        self._unexplained = 0

    def add(self, data: Dataset, comparisons: Iterator[Comparison]) -> None:
        """Print a dataset's differences: one line for each set of faults, or each by itself."""
        kinds: Counter[tuple[int, ...]] = Counter()
        asked = 0
        for comparison in comparisons:
            asked += 1
            for difference in comparison.differences:
                kinds[difference.faults] += 1
                self._by_fault.update(difference.faults)
                if self._is_long or not difference.is_explained:
                    print(
                        f"  {_named(difference.faults):16} {data.name}: {comparison.ask}"
                        f" {difference.place}: {difference.theirs} | {difference.ours}"
                    )
                    if not difference.is_explained:
                        print(f"      the model: {' | '.join(map(str, difference.modelled))}")
        self._asked += asked
        self._unexplained += kinds[()]
        counts = ", ".join(f"{_named(kind)}: {count}" for kind, count in kinds.most_common())
        print(f"{data.name}: {asked} questions; {counts or 'no difference'}", flush=True)

    def finish(self) -> int:
        """Print the totals; return the exit code."""
        print(f"\n{self._asked} questions; differences by fault of ccusage:")
        for number, name in FAULTS.items():
            if self._by_fault[number]:
                print(f"  {number:4} {self._by_fault[number]:8}  {name}")
        print(f"  unexplained: {self._unexplained}")
        return 1 if self._unexplained else 0


def _named(faults: tuple[int, ...]) -> str:
    return "+".join(map(str, faults)) or "UNEXPLAINED"


if __name__ == "__main__":
    sys.exit(main())
