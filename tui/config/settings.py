"""Makes the settings that a monitor is opened with from the options of a command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.domain.mistakes import SettingsError
from engine.domain.settings import USUAL_PROVIDER_TTL, Settings
from engine.domain.system import PLATFORM
from tui.options.definition import Namespace
from tui.words.shells import example_path, with_variable

if TYPE_CHECKING:
    from engine.notify.channels import Channels


_APART = ("machine", "person", "by_machine", "by_person")
"""Options that ask for machines or people."""


def settings_of(options: Namespace) -> Settings:
    """Return a command's settings; what the command has no option for stays as it is usually.

    Raises `SettingsError` where the system knows no home directory.
    """
    named = getattr(options, "config_dir", None)
    database = getattr(options, "database", None)
    try:
        return Settings(
            roots=tuple(_directories(named)) if named else None,
            ledger=":memory:" if database else _ledger(getattr(options, "ledger", None)),
            database=database,
            push=getattr(options, "push", None),
            is_apart=any(getattr(options, name, None) for name in _APART),
            zone=getattr(options, "timezone", None),
            limit=getattr(options, "limit", None),
            week_start=getattr(options, "start_of_week", 0),
            agents=agents_of(options),
            reset_at=getattr(options, "reset_at", None),
            budgets=options.budgets,
            thresholds=options.thresholds,
            window_thresholds=options.window_thresholds,
            accounts=getattr(options, "accounts", {}),
            account=getattr(options, "account", None),
            quiet_hours=options.quiet_hours,
            price_overrides=options.prices,
            providers=options.provider_tables,
            provider_ttl=options.provider_ttl or USUAL_PROVIDER_TTL,
            is_offline=getattr(options, "offline", False),
            is_polling=getattr(options, "poll", False),
        )
    except RuntimeError as error:
        name = "USERPROFILE" if PLATFORM == "win32" else "HOME"
        raise SettingsError(
            f"The system knows no home directory: set {name} to yours, such as"
            f" {with_variable(name, example_path('home/me'), 'ccmon live')}."
        ) from error


def agents_of(options: Namespace) -> tuple[str, ...]:
    """Return the coding agents that a command is narrowed to, none where it is of all."""
    named = getattr(options, "agents", None)
    if not named:
        return ()
    from engine.agents.names import names_of

    return names_of(named)


def channels_of(options: Namespace) -> Channels:
    """Return the channels of warnings that are on; raises `SettingsError`."""
    from engine.notify import channels

    made = channels.channels_of(options.channels)
    is_heard = made.bell and not getattr(options, "no_bell", False)
    return replace(
        made,
        bell=is_heard,
        open_again=made.open_again or getattr(options, "open_again", False),
        quiet_hours=options.quiet_hours or made.quiet_hours,
    )


def _directories(named: Iterable[str]) -> Iterator[Path]:
    """Yield directories, some of them comma-separated as in `CLAUDE_CONFIG_DIR`."""
    for text in named:
        whole = Path(text).expanduser()
        if "," not in text or whole.is_dir():
            yield whole
        else:
            yield from (Path(part.strip()).expanduser() for part in text.split(",") if part.strip())


def _ledger(named: str | None) -> str | None:
    """Return a ledger's path with `~` resolved, which a configuration file leaves to us."""
    if named is None or named == ":memory:":
        return named
    return str(Path(named).expanduser())
