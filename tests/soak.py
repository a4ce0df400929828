"""Runs all long tests of faults in turn, for as long as one likes.

    python -m tests.soak --minutes N [--seed S] [--only NAME…]

Each part gets its share of the minutes, in rounds with a seed each. Prints one line a part,
with its rounds and failures and the command that repeats each failure; exits 1 on any.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from importlib import import_module

PARTS = (
    *("kills", "damage", "disk", "company", "changes", "fuzz", "terminals"),
    *("machines", "team", "first_load"),
)
"""Modules of `tests.faults`, each with `run(seconds, seed)`, which returns what failed."""

_ROUND = 60.0
"""Seconds that a round lasts at most."""


def soak(seconds: float, seed: int, only: Sequence[str] = ()) -> int:
    """Run the parts; return how many failures there were."""
    parts = [part for part in PARTS if not only or part in only]
    return sum(_run_part(part, seconds / len(parts), seed) for part in parts)


def _run_part(part: str, seconds: float, seed: int) -> int:
    """Run one part in rounds for its share of the time, and print how it went."""
    begun, rounds = time.monotonic(), 0
    failures: list[str] = []
    while rounds == 0 or (left := begun + seconds - time.monotonic()) > min(_ROUND, seconds) / 4:
        length = min(_ROUND, seconds if rounds == 0 else left)
        again = f"python -m tests.soak --only {part} --seed {seed + rounds}"
        found = _run_round(part, length, seed + rounds)
        failures += [f"{each}\n    again: {again} --minutes {length / 60:.2f}" for each in found]
        rounds += 1
    taken = time.monotonic() - begun
    print(f"{part}: {rounds} rounds in {taken:.0f} s, {len(failures)} failures", flush=True)
    for failure in failures:
        print(f"  {failure}", flush=True)
    return len(failures)


def _run_round(part: str, seconds: float, seed: int) -> list[str]:
    try:
        failures: list[str] = import_module(f"tests.faults.{part}").run(seconds, seed)
    except Exception as error:  # noqa: BLE001 - a part that breaks has failed; the others go on
        return [f"{type(error).__name__}: {error}"]
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--only", nargs="+", choices=PARTS, default=())
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    return 1 if soak(given.minutes * 60, given.seed, given.only) else 0


if __name__ == "__main__":
    sys.exit(main())
