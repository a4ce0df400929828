"""Makes the settings that a monitor is opened with from the options of a command."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from engine.settings import Settings, SettingsError


def settings_of(options: Namespace) -> Settings:
    """Return a command's settings; what the command has no option for stays as it is usually.

    Raises `SettingsError` where the system knows no home directory.
    """
    named = getattr(options, "config_dir", None)
    try:
        return Settings(
            roots=tuple(Path(path).expanduser() for path in named) if named else None,
            ledger=_ledger(getattr(options, "ledger", None)),
            zone=getattr(options, "timezone", None),
            limit=getattr(options, "limit", None),
            week_start=getattr(options, "start_of_week", 0),
            thresholds=options.thresholds,
            price_overrides=options.prices,
            is_offline=getattr(options, "offline", False),
            is_polling=getattr(options, "poll", False),
        )
    except RuntimeError as error:
        raise SettingsError(
            "The system knows no home directory: set HOME to yours, such as"
            " HOME=/home/me ccmon live."
        ) from error


def _ledger(named: str | None) -> str | None:
    """Return a ledger's path with `~` resolved, which a configuration file leaves to us."""
    if named is None or named == ":memory:":
        return named
    return str(Path(named).expanduser())
