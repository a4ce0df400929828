"""Runs the kept commands and writes their answers, for a test or to be kept from now on.

python -m tests.kept --renew      # keep the answers of this code
python -m tests.kept DIRECTORY    # write them elsewhere
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.kept.answers import answers

KEPT = Path(__file__).parent / "answers"


def main() -> int:
    """Write one text file for each command; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.kept")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--renew", action="store_true", help="keep the answers of this code")
    where.add_argument("directory", nargs="?", type=Path, help="write them here")
    options = parser.parse_args()
    target = (KEPT if options.renew else options.directory).absolute()
    found = answers()
    target.mkdir(parents=True, exist_ok=True)
    for path in target.glob("*.txt"):
        path.unlink()
    for name, text in found.items():
        (target / f"{name}.txt").write_text(text, "utf-8", newline="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
