"""Lets atheris feed one target of `tests.faults.fuzz`, guided by what each input reaches.

    python -m tests.faults.fuzz_guided NAME DIRECTORY [-max_total_time=N] [-seed=N] …

The directory holds what to begin with; the options are libFuzzer's. Needs atheris.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["engine", "tui"]):
    from tests.faults.fuzz import TARGETS, own_home


def main() -> None:
    name, *arguments = sys.argv[1:]
    with own_home():
        atheris.Setup([sys.argv[0], *arguments], TARGETS[name].check)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
