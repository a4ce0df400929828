"""What a child process of a test knows of its surroundings, on every system."""

from __future__ import annotations

import os
from pathlib import Path

_OF_THE_SYSTEM = ("PATH", "PATHEXT", "SYSTEMROOT", "COMSPEC", "WINDIR", "TEMP", "TMP")


def needed() -> dict[str, str]:
    """Return what any process needs: Windows starts no Python without `SYSTEMROOT`."""
    return {name: os.environ[name] for name in _OF_THE_SYSTEM if name in os.environ}


def at_home(home: Path | str) -> dict[str, str]:
    """Return a home that nothing of the user's is in, as each system names it."""
    return {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "APPDATA": str(Path(home, "AppData", "Roaming")),
        "LOCALAPPDATA": str(Path(home, "AppData", "Local")),
    }
