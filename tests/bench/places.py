"""Where things are: the project, its interpreter and the command as users start it."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.surroundings import at_home, needed

PROJECT = Path(__file__).resolve().parents[2]


def ccmon() -> tuple[str, ...]:
    """Return how users start ccmon: the installed command, or its module where there is none."""
    installed = Path(sys.executable).with_name("ccmon")
    return (str(installed),) if installed.is_file() else (sys.executable, "-m", "tui")


def surroundings(home: Path, root: Path | None = None) -> dict[str, str]:
    """Return all that a program knows of where it runs: a home of its own, and UTC."""
    around = {
        **needed(),
        **at_home(home),
        "TZ": "UTC",
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "PYTHONPATH": str(PROJECT),
    }
    return {**around, "CLAUDE_CONFIG_DIR": str(root)} if root else around
