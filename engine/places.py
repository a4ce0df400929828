"""Where ccmon keeps its own files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from engine.settings import Settings


def data_directory(settings: Settings) -> Path:
    """Return the directory of the ledger and of refreshed prices.

    `CCMON_DATA_DIR`, else the platform's place for a user's data.
    """
    named = settings.environment.get("CCMON_DATA_DIR", "").strip()
    if named:
        return Path(named).expanduser()
    if sys.platform == "linux":
        base = settings.environment.get("XDG_DATA_HOME", "").strip()
        return Path(base or os.path.expanduser("~/.local/share")) / "ccmon"
    from platformdirs import user_data_path

    return user_data_path("ccmon", appauthor=False)


def ledger_path(settings: Settings) -> str:
    """Return the ledger's path, or `:memory:`."""
    if settings.ledger is not None:
        return settings.ledger
    return str(data_directory(settings) / "ledger.db")


def prices_path(settings: Settings) -> Path:
    """Return where refreshed prices are kept."""
    return data_directory(settings) / "prices.json"
