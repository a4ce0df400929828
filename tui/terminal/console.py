"""Whether somebody sits at the other end of a stream."""

from __future__ import annotations

from collections.abc import Mapping

from engine.domain.system import PLATFORM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


def is_terminal(stream: TextIO | None, platform: str = PLATFORM) -> bool:
    """Say whether a stream is a terminal's. Windows' `isatty` takes `NUL` for one."""
    if stream is None or not stream.isatty():
        return False
    if platform != "win32":
        return True
    from engine.domain.windows import is_console

    try:
        return is_console(stream.fileno())
    except (OSError, ValueError):
        return False


def without_console(environment: Mapping[str, str], platform: str = PLATFORM) -> str:
    """Say why a terminal that one sees is none to programs of Windows, empty where it is not so."""
    if platform != "win32" or environment.get("TERM_PROGRAM") != "mintty":
        return ""
    return (
        "This window (mintty) gives programs of Windows no console: run winpty ccmon in it, or"
        " ccmon in Windows Terminal."
    )
