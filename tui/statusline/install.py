"""Puts ccmon into Claude Code's settings as its status line, and takes it out again."""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import time
from collections.abc import Mapping, Sequence
from difflib import unified_diff
from importlib.util import find_spec
from pathlib import Path

from engine.domain.files import read_regular, write_whole
from engine.domain.mistakes import SettingsError, reason_of
from engine.domain.processes import words_of
from engine.domain.system import PLATFORM
from tui.options.definition import Namespace
from tui.options.packed_words import unpacked
from tui.statusline.settings_text import (
    Settings,
    parse_settings,
    with_command,
    without_status_line,
)
from tui.statusline.shells import program_for_shells, words_for_shells
from tui.terminal.consent import agrees
from tui.words.format import plain

_NAMES = ("ccmon", "ccmon.exe", "ccmon-live", "ccmon-live.exe")
_KEPT = ".ccmon-backup-"
_OF_INSTALLING = ("--install", "--uninstall", "-y", "--yes")


def run_install(options: Namespace) -> int:
    """Show the changes to Claude Code's settings, and make each on a yes; return the exit code.

    A file as it was is kept beside it. Raises `SettingsError` where the settings cannot
    be read, understood or written.
    """
    paths = settings_paths(options.config_dir, os.environ)
    return max(_run_on(path, options) for path in paths)


def _run_on(path: Path, options: Namespace) -> int:
    """Show the change to one file, and make it on a yes; return the exit code."""
    text = _read(path)
    new = _changed(path, text, is_out=options.uninstall)
    if new == text:
        done = "not installed" if options.uninstall else "already installed"
        print(f"ccmon's status line is {done} in {path}: nothing to change.")
        return 0
    is_made = options.uninstall and _is_of_ccmon_alone(path, new)
    print(_diff(path, text, "" if is_made else new))
    if not options.yes and not agrees("Make this change?"):
        print("Nothing was changed.")
        return 1
    if is_made:
        _remove(path, text)
        print(f"Removed {path}: nothing else stood in it.")
        return 0
    backup = _write(path, text, new)
    print(f"Changed {path}" + (f"; as it was: {backup}" if backup else ""))
    return 0


def settings_paths(
    config_dirs: list[str] | None, environment: Mapping[str, str]
) -> tuple[Path, ...]:
    """Return Claude Code's settings files: one in each config directory in force that is there.

    Raises `SettingsError` where there is no such directory.
    """
    said = config_dirs or (environment.get("CLAUDE_CONFIG_DIR", ""),)
    named = [each.strip() for words in said for each in words.split(",") if each.strip()]
    directories = [_directory(each) for each in named or ("~/.claude",)]
    found = [each for each in directories if each.is_dir()]
    if not found:
        raise SettingsError(
            f"There is no directory {directories[0]}: start Claude Code once, or name its config"
            " directory with --config-dir."
        )
    return tuple(dict.fromkeys(Path(os.path.realpath(each / "settings.json")) for each in found))


def _directory(named: str) -> Path:
    try:
        directory = Path(named).expanduser()
    except RuntimeError as error:
        raise SettingsError(
            "The system knows no home directory: name Claude Code's with --config-dir."
        ) from error
    return directory.parent if directory.name == "projects" else directory


def _read(path: Path) -> str:
    try:
        return read_regular(path).decode("utf-8")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise SettingsError(f"{path} could not be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not written in UTF-8: nothing was changed.") from error


def _changed(path: Path, text: str, *, is_out: bool) -> str:
    """Return the settings with ccmon's status line, or without it."""
    try:
        settings = parse_settings(text)
    except SettingsError as error:
        raise SettingsError(f"{path} {error}: fix it first; nothing was changed.") from error
    present = settings.command()
    words = own_words(present)
    if is_out:
        return text if words is None else _taken_out(settings, words)
    kept = _kept_flags(sys.argv[1:])
    return text if words is not None else with_command(settings, _command(present, kept))


def _is_of_ccmon_alone(path: Path, new: str) -> bool:
    """Say whether the installer made a file: nothing is left in it, and no older one was kept."""
    is_empty = new.strip("{} \t\r\n") == ""
    return is_empty and not path.is_symlink() and not any(path.parent.glob(f"{path.name}{_KEPT}*"))


def _taken_out(settings: Settings, words: list[str]) -> str:
    before = wrapped_command(words)
    return without_status_line(settings) if before is None else with_command(settings, before)


def _kept_flags(given: Sequence[str]) -> list[str]:
    """Return the flags that were given beside `--install`: the line is to have them, too."""
    words = list(given)
    words = words[words.index("statusline") + 1 :] if "statusline" in words else []
    return [word for word in words if word not in _OF_INSTALLING]


def _command(present: str | None, kept: Sequence[str] = ()) -> str:
    words = [*kept, *([] if present is None else ["--wrap", present])]
    own = f"{_program()} statusline"
    return f"{own} {words_for_shells(words, PLATFORM)}" if words else own


def _program() -> str:
    """Return how a shell finds ccmon: by the path it was started from.

    By its bare name only where that is this very script, and in no virtual environment: another
    shell may have another one in force, or none.
    """
    started = os.path.abspath(sys.argv[0])
    if PLATFORM == "win32" and os.path.isfile(f"{started}.exe"):
        started += ".exe"  # what starts a script there takes that off
    found = shutil.which("ccmon")
    is_this = found is not None and _same_file(found, started)
    if is_this and sys.prefix == sys.base_prefix:
        return "ccmon"
    if os.path.basename(started) in _NAMES:
        return _shown_to_shells(started)
    module = "ccmon_live" if find_spec("ccmon_live") else "tui"
    return f"{_shown_to_shells(sys.executable)} -m {module}"


def _same_file(one: str, other: str) -> bool:
    return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))


def _shown_to_shells(path: str) -> str:
    return program_for_shells(path, os.path.expanduser("~"), _short, PLATFORM)


def _short(path: str) -> str:
    from engine.domain.windows import short_path

    return short_path(path)


def own_words(command: str | None) -> list[str] | None:
    """Return the words behind `ccmon statusline`, `None` where a command is not ours."""
    try:
        words = words_of(command or "", PLATFORM)
    except ValueError:
        return None
    if words[:1] == ["&"]:
        words.pop(0)  # PowerShell's way to start what stands in quotes
    while words and "=" in words[0] and not words[0].startswith("-"):
        words.pop(0)
    if words[1:3] in (["-m", "ccmon_live"], ["-m", "tui"]):
        words = ["ccmon", *words[3:]]
    name = re.split(r"[\\/]", words[0])[-1] if words else ""
    is_own = (name.lower() if PLATFORM == "win32" else name) in _NAMES
    if not is_own or "statusline" not in words[1:2]:
        return None
    try:
        return unpacked(words[2:])
    except ValueError:
        return words[2:]


def wrapped_command(words: list[str]) -> str | None:
    """Return the command that stood there before, `None` where there was none."""
    for place, word in enumerate(words):
        if word == "--wrap":
            return words[place + 1] if place + 1 < len(words) else None
        if word.startswith("--wrap="):
            return word.removeprefix("--wrap=")
    return None


def _diff(path: Path, old: str, new: str) -> str:
    lines = unified_diff(
        old.splitlines(), new.splitlines(), str(path), f"{path} (new)", lineterm="", n=2
    )
    return "\n".join(map(plain, lines))


def _write(path: Path, old: str, new: str) -> Path | None:
    """Write the settings at once, as private as they were; return where the old ones are."""
    try:
        backup = None
        if path.exists():
            backup = _free(path.with_name(f"{path.name}{_KEPT}{time.strftime('%Y%m%d-%H%M%S')}"))
            shutil.copy2(path, backup)
        if _read(path) != old:
            raise SettingsError(f"{path} was changed meanwhile: run it again.")
        _replace(path, new)
    except OSError as error:
        raise SettingsError(f"{path} could not be written: {reason_of(error)}.") from error
    return backup


def _remove(path: Path, old: str) -> None:
    try:
        if _read(path) != old:
            raise SettingsError(f"{path} was changed meanwhile: run it again.")
        path.unlink()
    except OSError as error:
        raise SettingsError(f"{path} could not be removed: {error.strerror}.") from error


def _free(path: Path) -> Path:
    """Return a path at which nothing is."""
    name, number = path, 1
    while name.exists():
        number += 1
        name = path.with_name(f"{path.name}-{number}")
    return name


def _replace(path: Path, text: str) -> None:
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o600
    write_whole(path, text.encode("utf-8"), mode)
