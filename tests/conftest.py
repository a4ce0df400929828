"""What every test stands on: an empty home, a fixed clock, and settings made from both."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples

from engine.domain.settings import Settings

NOW = 1_795_352_400_000
"""2026-11-22 13:00 UTC, where the tests' clock stands unless they say otherwise."""

_OF_THE_USER = ("CLAUDE_CONFIG_DIR", "TZ", "NO_COLOR", "COLUMNS", "LINES", "PYTHONIOENCODING")
_OF_THE_USER_BY_PREFIX = ("XDG_", "TEXTUAL", "CCMON")
_HOMES = {
    "HOME": (),
    "USERPROFILE": (),
    "APPDATA": ("AppData", "Roaming"),
    "LOCALAPPDATA": ("AppData", "Local"),
}
"""Where each system has what is a user's own, below the home."""

_OBJECTS_BETWEEN_COLLECTIONS = 10_000

# However busy the machine is, an example that takes long is no fault.
examples.register_profile(
    "ccmon", examples(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
examples.load_profile("ccmon")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Take what is loaded and collected out of the garbage collector's sight.

    It stays for as long as tests run, and to look it through again and again took a fifth of all
    their time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pass over what needs POSIX where there is none."""
    if sys.platform == "win32":
        for item in items:
            if item.get_closest_marker("posix"):
                item.add_marker(pytest.mark.skip(reason="it needs what only POSIX has"))


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a home of its own and hide the user's settings from it."""
    for name in list(os.environ):
        if name in _OF_THE_USER or name.startswith(_OF_THE_USER_BY_PREFIX):
            monkeypatch.delenv(name)
    place = tmp_path_factory.mktemp("home")
    for name, below in _HOMES.items():
        if name in ("HOME", "USERPROFILE") or sys.platform == "win32":
            monkeypatch.setenv(name, str(place.joinpath(*below)))
        else:
            monkeypatch.delenv(name, raising=False)
    return place


@pytest.fixture(scope="session")
def shared() -> Path:
    """The rules' own cases, prices and real transcripts, kept beside the repository."""
    place = Path(__file__).resolve().parents[2] / "shared"
    if not place.is_dir():
        pytest.skip(f"{place} is absent: its cases and transcripts are not part of the project")
    return place


@pytest.fixture
def settings(home: Path) -> Callable[..., Settings]:
    """Make settings that touch nothing outside: `settings(roots=(tmp_path,), …)`."""

    def make(**given: Any) -> Settings:
        plain: dict[str, Any] = {
            "ledger": ":memory:",
            "zone": "UTC",
            "is_offline": True,
            "is_polling": True,
            "clock": lambda: NOW,
            "environment": {"HOME": str(home)},
            "home": home,
        }
        return Settings(**{**plain, **given})

    return make
