"""The process's own standard streams: there whatever a caller closed, and quiet at the end.

No room is loaded for them: the version is told without any.
"""

from __future__ import annotations

import os
import sys
from errno import EINVAL
from io import TextIOWrapper

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


def prepare(platform: str = sys.platform) -> None:
    """Make standard streams usable before anything is opened or printed.

    A descriptor that the caller closed leads nowhere instead: a ledger or a transcript opened
    later would else be taken for it. What an encoding lacks is printed as a question mark.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            _open_nowhere()
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    if sys.stdout is sys.__stdout__ and isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    if platform == "win32":
        _speak_utf8(sys.stdout, platform)
        _speak_utf8(sys.stderr, platform)


def _speak_utf8(stream: TextIO, platform: str) -> None:
    """Write UTF-8 and bare line feeds where Windows would write a code page of its own and CRLF.

    A console takes any character; an encoding that the user asked for holds.
    """
    from tui.terminal.console import is_terminal

    if not isinstance(stream, TextIOWrapper) or is_terminal(stream, platform):
        return
    if os.environ.get("PYTHONIOENCODING"):
        stream.reconfigure(newline="\n")
    else:
        stream.reconfigure(encoding="utf-8", errors="replace", newline="\n")


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")


def is_closed_pipe(error: OSError, platform: str = sys.platform) -> bool:
    """Say whether nobody reads any more what is printed; Windows calls that an invalid argument."""
    is_windows = platform == "win32" and error.filename is None
    return isinstance(error, BrokenPipeError) or (is_windows and error.errno == EINVAL)


def settle() -> None:
    """Let what can no more be written go nowhere, so that the end of the process is quiet."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            _lead_nowhere(stream)


def _open_nowhere() -> None:
    try:
        os.open(os.devnull, os.O_RDWR)
    except OSError:
        return


def _lead_nowhere(stream: TextIO) -> None:
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):
        return
