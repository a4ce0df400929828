"""Where ccmon and other programs keep a user's files, by system.

The environment, the home and the system are given: none of these looks at the process's own.
"""

from __future__ import annotations

import os

from engine.domain.system import PLATFORM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine.domain.settings import Settings

_LEDGER = "ledger.db"


def data_directory(settings: Settings) -> Path:
    """Return the directory of the ledger and of what was fetched."""
    return data_directory_in(settings.environment, settings.home)


def data_directory_in(environment: Mapping[str, str], home: Path, platform: str = PLATFORM) -> Path:
    """Return the directory of ccmon's own files in an environment.

    `CCMON_DATA_DIR`, else `XDG_DATA_HOME`, else the system's place for a user's data.
    """
    from pathlib import Path

    return Path(_data_directory(environment, str(home), platform))


def _data_directory(environment: Mapping[str, str], home: str, platform: str) -> str:
    named = environment.get("CCMON_DATA_DIR", "").strip()
    if named:
        return expanded(named, home)
    base = environment.get("XDG_DATA_HOME", "").strip()
    if not base and platform in ("darwin", "win32"):
        base = own_support(environment, home, platform)
    return os.path.join(base or os.path.join(home, ".local", "share"), "ccmon")


def config_directory(environment: Mapping[str, str], home: str, platform: str = PLATFORM) -> str:
    """Return the directory of ccmon's configuration in an environment.

    `CCMON_CONFIG_DIR`, else `XDG_CONFIG_HOME`, else the system's place for a user's settings.
    """
    named = environment.get("CCMON_CONFIG_DIR", "").strip()
    if named:
        return expanded(named, home)
    base = environment.get("XDG_CONFIG_HOME", "").strip()
    if not base and platform in ("darwin", "win32"):
        base = own_support(environment, home, platform)
    return os.path.join(base or os.path.join(home, ".config"), "ccmon")


def own_support(environment: Mapping[str, str], home: str, platform: str) -> str:
    """Return where programs keep what stays on this machine, on macOS and Windows."""
    if platform == "darwin":
        return os.path.join(home, "Library", "Application Support")
    local = environment.get("LOCALAPPDATA", "").strip()
    return local or os.path.join(home, "AppData", "Local")


def support(environment: Mapping[str, str], home: Path, platform: str) -> Path:
    """Return where programs with windows keep their data (Electron's `appData`)."""
    from pathlib import Path

    if platform == "darwin":
        return Path(own_support(environment, str(home), platform))
    if platform == "win32":
        return Path(environment.get("APPDATA", "").strip() or home / "AppData" / "Roaming")
    return Path(environment.get("XDG_CONFIG_HOME", "").strip() or home / ".config")


def desktop_apps(environment: Mapping[str, str], home: Path, platform: str) -> list[Path]:
    """Return where Claude's desktop app may keep its data; one from Windows' store lies apart."""
    from pathlib import Path

    parents = [support(environment, home, platform)]
    if platform == "win32":
        packages = Path(own_support(environment, str(home), platform), "Packages")
        parents += [store / "LocalCache" / "Roaming" for store in sorted(packages.glob("Claude_*"))]
    return [parent / "Claude" for parent in parents]


def expanded(path: str, home: str) -> str:
    """Return a path that a user wrote, `~` in front being a home."""
    if path == "~" or path.startswith(("~/", "~\\")):
        return os.path.join(home, path[2:]) if path[2:] else home
    return os.path.expanduser(path)


def usual_ledger(environment: Mapping[str, str]) -> str:
    """Return the path of the ledger where no other is named, of who is logged in.

    It loads as little as can be, for the status line.
    """
    return os.path.join(_data_directory(environment, os.path.expanduser("~"), PLATFORM), _LEDGER)


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
    return os.path.exists(enabled_providers_path(settings))
