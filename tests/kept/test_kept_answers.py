"""Every command answers the made-up user as it always did, byte for byte.

Where an answer is meant to change, `python -m tests.kept --renew` keeps the answers of this
code; the change to `answers/` is then read like any other.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from difflib import unified_diff
from itertools import islice
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_KEPT = _HERE / "answers"
_REPOSITORY = _HERE.parents[1]
_MOST_LINES = 60
_WIDEST = 400
_NAMES = sorted(path.stem for path in _KEPT.glob("*.txt"))

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the places of files that answers name are those of Linux"
)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What this code answers, in a process that hashes words in an order of its own."""
    target = tmp_path_factory.mktemp("answers")
    ran = subprocess.run(
        [sys.executable, "-m", "tests.kept", str(target)],
        cwd=_REPOSITORY,
        env={**os.environ, "PYTHONHASHSEED": str(os.getpid() % 1_000)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return target


def test_nothing_is_answered_that_is_not_kept(answers: Path) -> None:
    assert sorted(path.stem for path in answers.glob("*.txt")) == _NAMES


@pytest.mark.parametrize("name", _NAMES)
def test_the_answers_are_those_that_were_kept(name: str, answers: Path) -> None:
    kept, found = (
        (place / f"{name}.txt").read_bytes().decode("utf-8") for place in (_KEPT, answers)
    )
    if found != kept:
        pytest.fail("\n".join(_short_diff(kept, found)), pytrace=False)


def _short_diff(kept: str, found: str) -> Iterator[str]:
    """Yield the first lines that differ, each below the command that printed it."""
    before, after = (_below_commands(text) for text in (kept, found))
    lines = list(unified_diff(before, after, "kept", "answered", n=0, lineterm=""))
    yield from (_cut(line) for line in islice(lines, _MOST_LINES))
    if len(lines) > _MOST_LINES:
        yield f"… and {len(lines) - _MOST_LINES:,} lines more"
    yield "If this is meant: python -m tests.kept --renew"


def _below_commands(text: str) -> list[str]:
    """Return the lines, each with the command whose answer it is part of."""
    command, lines = "", []
    for line in text.split("\n"):
        if line.startswith("$ ccmon "):
            command = line
        lines.append(f"{line}  [{command}]")
    return lines


def _cut(line: str) -> str:
    return line if len(line) <= _WIDEST else f"{line[:_WIDEST]}…"
