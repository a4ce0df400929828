"""Commands and processes: read, started, ended and looked at as each system wants it."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from engine.domain.system import PLATFORM

if TYPE_CHECKING:
    import subprocess

_NO_WINDOW = 0x0800_0000
"""CREATE_NO_WINDOW: else a program with a console writes into ours, which a screen is drawn on."""
_PATIENCE = 5.0
"""Seconds for the program that ends others."""


def words_of(command: str, platform: str = PLATFORM) -> list[str]:
    """Return a command's words; raises `ValueError`. On Windows a backslash is only that."""
    import shlex

    if platform != "win32":
        return shlex.split(command)
    lexer = shlex.shlex(command, posix=True)
    lexer.whitespace_split, lexer.escape, lexer.commenters = True, "", ""
    return list(lexer)


def apart(platform: str = PLATFORM) -> dict[str, Any]:
    """Return how `Popen` starts a process that is ended with all it starts, and draws nowhere."""
    if platform == "win32":
        return {"creationflags": _NO_WINDOW}
    return {"start_new_session": True}


def unseen(platform: str = PLATFORM) -> dict[str, Any]:
    """Return how `Popen` starts a process of ours that never draws."""
    return {"creationflags": _NO_WINDOW} if platform == "win32" else {}


def end(process: subprocess.Popen[bytes], platform: str = PLATFORM) -> None:
    """End a process that was started `apart`, with all it has started; raises nothing."""
    if platform == "win32":
        _end_tree(process, platform)
        return
    from signal import SIGKILL

    with suppress(OSError):
        os.killpg(process.pid, SIGKILL)


def _end_tree(process: subprocess.Popen[bytes], platform: str) -> None:
    """Have Windows' own program end a process and its children, which know no group."""
    from subprocess import DEVNULL, TimeoutExpired, run

    with suppress(OSError, TimeoutExpired):
        run(
            ["taskkill", "/T", "/F", "/PID", str(process.pid)],
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
            timeout=_PATIENCE,
            check=False,
            **unseen(platform),
        )
    with suppress(OSError):
        process.kill()


def is_alive(pid: int, platform: str = PLATFORM) -> bool:
    """Say whether a process runs, whoever's it is."""
    if platform == "win32":
        from engine.domain import windows

        return windows.is_running(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
