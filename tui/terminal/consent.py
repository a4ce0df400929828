"""Asks on the terminal before something is changed that is not ccmon's own."""

from __future__ import annotations

import sys
from contextlib import suppress

from tui.terminal.console import is_terminal


def agrees(question: str) -> bool:
    """Ask for a yes; away from a terminal there is none."""
    if not is_terminal(sys.stdin):
        print("Run it on a terminal to say yes, or with --yes.")
        return False
    with suppress(EOFError):
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    return False
