"""Runs the two programs, each in the same empty home and the same zone."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.parity.asks import Ask

VARIABLE = "CCMON_CCUSAGE"
"""Names the ccusage to run, where it is not on the path."""
_VERSION = re.compile(r"20\.0\.\d+")


class Absent(Exception):
    """There is no ccusage to compare with; the text says why."""


class Ccusage:
    """The real ccusage, of the version whose faults are known."""

    def __init__(self, home: Path) -> None:
        named = os.environ.get(VARIABLE) or shutil.which("ccusage")
        if not named:
            raise Absent(f"no ccusage to compare with: {VARIABLE} is not set and none is on PATH")
        self._program = named
        self._home = home
        found = _VERSION.search(_output([named, "--version"], {}))
        if found is None:
            raise Absent(f"{named} is not ccusage 20.0, whose faults are known")
        self.version = found[0]

    def answer(self, root: Path, ask: Ask) -> Any:
        """Return what ccusage prints, parsed."""
        words = ask.arguments()
        group = [] if ask.command == "blocks" else ["claude"]
        command = [self._program, *group, *words, "--json", "--offline", "--timezone", ask.zone]
        return json.loads(_output(command, environment(self._home, root, ask.zone)))


class Ccmon:
    """Our own, with a ledger of its own for each root: in this process, or in one of its own."""

    def __init__(self, home: Path, *, is_apart: bool = False) -> None:
        self._home = home
        self._is_apart = is_apart

    def answer(self, root: Path, ask: Ask) -> Any:
        """Return what ccmon prints, parsed."""
        ledger = self._home / f"{hashlib.sha256(str(root).encode()).hexdigest()[:16]}.db"
        places = ["--timezone", ask.zone, "--ledger", str(ledger)]
        words = [*ask.arguments(), "--json", "--offline", *places]
        around = environment(self._home, root, ask.zone)
        if self._is_apart:
            return json.loads(_output([sys.executable, "-m", "tui", *words], around))
        return json.loads(in_process(words, around))


def in_process(words: list[str], around: Mapping[str, str]) -> str:
    """Return what a ccmon command prints that knows nothing but these surroundings."""
    from tui.cli import main

    kept, output, errors = dict(os.environ), io.StringIO(), io.StringIO()
    os.environ.clear()
    os.environ.update(around)
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            code = main(words)
    finally:
        os.environ.clear()
        os.environ.update(kept)
    if code:
        raise AssertionError(f"ccmon {' '.join(words)} failed: {errors.getvalue().strip()}")
    return output.getvalue()


def environment(home: Path, root: Path, zone: str) -> dict[str, str]:
    """Return all that a program may know of its surroundings."""
    return {"HOME": str(home), "CLAUDE_CONFIG_DIR": str(root), "TZ": zone, "NO_COLOR": "1"}


def _output(command: list[str], around: Mapping[str, str]) -> str:
    path = {"PATH": os.environ.get("PATH", "")}
    done = subprocess.run(
        command, env={**path, **around}, capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode:
        raise AssertionError(f"{' '.join(command)} failed: {done.stderr.strip()}")
    return done.stdout
