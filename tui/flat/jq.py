"""Filters JSON by the program jq, as ccusage's `--jq` does."""

from __future__ import annotations

import shutil
import subprocess

from engine.domain.mistakes import SettingsError
from tui.options.definition import UsageError

_WRONG_FILTER = (2, 3)
"""What jq exits with for arguments, and for a filter that it cannot compile."""


def through_jq(document: str, jq: str) -> str:
    """Return what a filter makes of a document.

    Raises `SettingsError` without jq or where it fails, `UsageError` for a filter that is none.
    """
    program = shutil.which("jq")
    if program is None:
        raise SettingsError("--jq needs the program jq: install it, or use --json.")
    # the blank keeps a filter that begins with a hyphen from being an option: jq 1.6 has no `--`
    done = subprocess.run(
        [program, f" {jq}"], input=document, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.strip().partition("\n")[0] or f"exit code {done.returncode}"
    failed = UsageError if done.returncode in _WRONG_FILTER else SettingsError
    raise failed(f"jq cannot do this: {said}.")
