"""Where ccmon keeps its own files."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine.domain.settings import Settings

_LEDGER = "ledger.db"


def data_directory(settings: Settings) -> Path:
    """Return the directory of the ledger and of what was fetched."""
    return data_directory_in(settings.environment, settings.home)


def data_directory_in(environment: Mapping[str, str], home: Path) -> Path:
    """Return the directory of ccmon's own files in an environment.

    `CCMON_DATA_DIR`, else the platform's place for a user's data.
    """
    from pathlib import Path

    return Path(_directory_in(environment, str(home))).expanduser()


def _directory_in(environment: Mapping[str, str], home: str) -> str:
    named = environment.get("CCMON_DATA_DIR", "").strip()
    if named:
        return named
    if sys.platform == "linux":
        base = environment.get("XDG_DATA_HOME", "").strip()
        return os.path.join(base or os.path.join(home, ".local", "share"), "ccmon")
    from platformdirs import user_data_dir

    return user_data_dir("ccmon", appauthor=False)


def usual_ledger(environment: Mapping[str, str]) -> str:
    """Return the path of the ledger where no other is named, of who is logged in.

    It loads as little as can be, for the status line.
    """
    directory = _directory_in(environment, os.path.expanduser("~"))
    return os.path.join(os.path.expanduser(directory), _LEDGER)


def ledger_path(settings: Settings) -> str:
    """Return the ledger's path, or `:memory:`."""
    if settings.ledger is not None:
        return settings.ledger
    return str(data_directory(settings) / _LEDGER)


def machine_path(settings: Settings) -> str | None:
    """Return the file that says which machine this is; `None` where the ledger is in memory."""
    ledger = ledger_path(settings)
    if ledger == ":memory:":
        return None
    return os.path.join(os.path.dirname(ledger), "machine.json")


def prices_path(settings: Settings) -> Path:
    """Return where refreshed prices are kept."""
    return data_directory(settings) / "prices.json"


def price_history_paths(prices: Path) -> tuple[Path, Path]:
    """Return where it is kept what fetched prices changed, and the copy of that."""
    return (
        prices.with_name("price-history.json"),
        prices.with_name("price-history-copy.json"),
    )


def cursor_directory(settings: Settings) -> Path:
    """Return where usage of Cursor is kept that was fetched or given."""
    return data_directory(settings) / "cursor"


def cursor_session_path(settings: Settings) -> Path:
    """Return the file that is there while a session token of Cursor is kept."""
    return data_directory(settings) / "cursor-session.json"


def providers_directory(settings: Settings) -> Path:
    """Return where keys and answers of providers are kept."""
    return data_directory(settings) / "providers"


def enabled_providers_path(settings: Settings) -> Path:
    """Return the file that is there while any provider was enabled by a command."""
    return providers_directory(settings) / "enabled.json"


def uses_providers(settings: Settings) -> bool:
    """Say whether any provider may be enabled; looks for one file and loads nothing of them."""
    if any(options.get("enabled") == "true" for options in settings.providers.values()):
        return True
    return enabled_providers_path(settings).exists()
