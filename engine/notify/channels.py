"""Which channels carry warnings, as the user has set them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from engine.domain.mistakes import SettingsError
from engine.domain.typed.clocks import QuietHours, parse_quiet_hours
from engine.notify.webhook import checked_host

SWITCHES = ("toast", "bell", "title", "terminal", "progress", "desktop", "open-again")
"""What is true or false."""
KEYS = (*SWITCHES, "command", "webhook", "quiet-hours")


class Channels(Struct, frozen=True):
    """The channels that are on. Quiet hours hold none of toasts, title and progress."""

    toast: bool = True
    bell: bool = True
    title: bool = True
    """What is left, in the name of the terminal's window or tab (OSC 2)."""
    terminal: bool = False
    """The terminal's own notification (OSC 9, 777 or 99)."""
    progress: bool = False
    """The used share in the taskbar or tab (OSC 9;4)."""
    desktop: bool = False
    open_again: bool = False
    """Tell over all of them, too, that a window which came near its limit has begun anew."""
    command: str | tuple[str, ...] = ""
    """A shell's command line, or a program and its arguments; empty is off."""
    webhook: str = ""
    """An address that messages are posted to; empty is off."""
    quiet_hours: QuietHours | None = None


def channels_of(given: Mapping[str, object]) -> Channels:
    """Return what a table of `KEYS` sets; raises `SettingsError` for what cannot hold."""
    read: dict[str, object] = {}
    for key, value in given.items():
        if key in SWITCHES:
            read[key.replace("-", "_")] = _switch(key, value)
        elif key in _READERS:
            read[key.replace("-", "_")] = _READERS[key](value)
        else:
            raise SettingsError(
                f"There is no channel setting '{key}': there are {', '.join(KEYS)}."
            )
    return Channels(**read)  # type: ignore[arg-type]


def _switch(key: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise SettingsError(f"The channel '{key}' is true or false.")


def _command(value: object) -> str | tuple[str, ...]:
    """Read a command; what no program can be started with is refused."""
    if value is False or value == "":
        return ""
    words = value if isinstance(value, list | tuple) else [value]
    texts = [word for word in words if isinstance(word, str) and "\0" not in word]
    if texts and len(texts) == len(words) and texts[0].strip():
        return texts[0].strip() if isinstance(value, str) else tuple(texts)
    raise SettingsError(
        "The command for warnings is a command line, or a list of a program and its arguments."
    )


def _webhook(value: object) -> str:
    if value is False or value == "":
        return ""
    url = value.strip() if isinstance(value, str) else ""
    checked_host(url)
    return url


def _quiet_hours(value: object) -> QuietHours | None:
    if value is False or value == "":
        return None
    return parse_quiet_hours(value if isinstance(value, str) else str(value))


_READERS: dict[str, Callable[[object], object]] = {
    "command": _command,
    "webhook": _webhook,
    "quiet-hours": _quiet_hours,
}
