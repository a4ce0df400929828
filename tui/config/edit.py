"""`ccmon config edit`: opens the user's configuration, made with every key if there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from engine.domain.mistakes import SettingsError
from engine.domain.processes import words_of
from engine.domain.system import PLATFORM
from tui.config.check import check_place
from tui.config.places import Place
from tui.config.template import template

_EDITORS = ("nano", "vi", "notepad")


def edit(path: str) -> int:
    """Open a file in the user's editor and check it afterwards; return the exit code."""
    command = editor()
    file = Path(path)
    try:
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _make(file)
            print(f"Made {path}.", flush=True)
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written ({error.strerror}): name another directory with"
            " CCMON_CONFIG_DIR."
        ) from error
    try:
        code = subprocess.run([_found(command[0]), *command[1:], path], check=False).returncode
    except OSError as error:
        raise SettingsError(
            f"The editor {command[0]} cannot be started ({error.strerror}): set VISUAL or EDITOR"
            " to another."
        ) from error
    if code != 0:
        raise SettingsError(f"The editor {command[0]} ended with exit code {code}.")
    return check_place(Place("user", path))


def _make(file: Path) -> None:
    """Write every key explained, for its user's eyes only: tokens and addresses may come in."""
    handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(handle, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(template())


def editor() -> list[str]:
    """Return the command of the user's editor; raises `SettingsError` where there is none.

    A whole path with spaces needs no quotes on Windows.
    """
    for name in ("VISUAL", "EDITOR"):
        named = os.environ.get(name, "").strip()
        if named:
            try:
                is_whole = PLATFORM == "win32" and os.path.isfile(named)
                return [named] if is_whole else words_of(named, PLATFORM)
            except ValueError as error:
                raise SettingsError(f"{name} is not a command ({error}): set it again.") from error
    for known in _EDITORS:
        if shutil.which(known):
            return [known]
    raise SettingsError("There is no editor: set VISUAL or EDITOR to yours.")


def _found(program: str) -> str:
    """Return where a program is: Windows starts `code.cmd` only by its whole name."""
    return shutil.which(program) or program
