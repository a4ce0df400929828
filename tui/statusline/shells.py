"""The shells that run a status line's command, and words that each of them reads alike.

Claude Code has a command run by `/bin/sh`; on Windows by Git's bash where that is, else by
PowerShell. What is written into its settings there has to mean the same to both.
"""

from __future__ import annotations

import ntpath
import os
import re
import shlex
import shutil
from collections.abc import Callable, Mapping, Sequence

from engine.domain.mistakes import SettingsError
from engine.domain.system import PLATFORM
from tui.options.packed_words import MORE, packed

_PLAIN_WORD = re.compile(r"-?[A-Za-z0-9_=+-]+|[A-Za-z0-9_][A-Za-z0-9_./=+-]*")
"""Both shells take it as it is. (PowerShell parts `-x.y` at the dot, `a,b` at the comma.)"""
_QUOTABLE_WORD = re.compile(r"""(?!/|--?[^=]*=/)[^'"\\\x00-\x1f\u2018-\u201e]+""")
"""Between single quotes both take it as it is. PowerShell takes curly quotes for straight ones;
its edition 5 loses quotes and mistakes a last backslash. Git's bash takes what begins with a
slash for a path of its own."""
_PLAIN_PATH = re.compile(r"[\w./:+~-]+")


def words_for_shells(words: Sequence[str], platform: str = PLATFORM) -> str:
    """Return words as a command line has them, so that each shell in question reads them so."""
    if platform != "win32":
        return shlex.join(words)
    if not all(_PLAIN_WORD.fullmatch(word) or _QUOTABLE_WORD.fullmatch(word) for word in words):
        return f"{MORE} {packed(words)}"
    return " ".join(word if _PLAIN_WORD.fullmatch(word) else f"'{word}'" for word in words)


def program_for_shells(
    path: str, home: str, short: Callable[[str], str], platform: str = PLATFORM
) -> str:
    """Return how each shell in question starts the program at a path.

    On Windows with slashes and without quotes, which PowerShell would take for a text: a path
    with spaces by way of `~`, which both know, or by its short form. Raises `SettingsError`
    where there is none.
    """
    if platform != "win32":
        return shlex.quote(path)
    below = ntpath.normcase(path).startswith(ntpath.normcase(home).rstrip("\\") + "\\")
    ways = [path, *([f"~{path[len(home.rstrip(chr(92))) :]}"] if below else []), short(path)]
    for way in ways:
        written = way.replace("\\", "/")
        if _PLAIN_PATH.fullmatch(written):
            return written
    raise SettingsError(
        f"No command of Claude Code's settings can name {path}, since both of its shells on"
        " Windows must read it: install ccmon where the path has no spaces or signs, such as"
        " with uv tool install ccmon-live."
    )


def argv_of(
    command: str,
    environment: Mapping[str, str] = os.environ,
    platform: str = PLATFORM,
    is_file: Callable[[str], bool] = os.path.isfile,
) -> list[str]:
    """Return what runs a command as Claude Code would run it."""
    if platform != "win32":
        return ["/bin/sh", "-c", command]
    bash = git_bash(environment, is_file)
    if bash:
        return [bash, "-c", command]
    return ["powershell", "-NoProfile", "-Command", command]


def git_bash(
    environment: Mapping[str, str], is_file: Callable[[str], bool] = os.path.isfile
) -> str:
    """Return Git's bash on Windows, empty where there is none.

    Never the one in `System32`, which is WSL's and knows none of these paths.
    """
    named = environment.get("CLAUDE_CODE_GIT_BASH_PATH", "").strip()
    if named and is_file(named):
        return named
    git = shutil.which("git", path=environment.get("PATH", ""))
    bases = [ntpath.dirname(ntpath.dirname(git))] if git else []
    for name in ("ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"):
        place = environment.get(name, "")
        if place:
            below = ("Programs", "Git") if name == "LOCALAPPDATA" else ("Git",)
            bases.append(ntpath.join(place, *below))
    for base in bases:
        bash = ntpath.join(base, "bin", "bash.exe")
        if is_file(bash):
            return bash
    return ""
