"""Which project a session is of, worked out slowly from the rules alone, by regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Protocol

_HOMES = re.compile(
    r"/root|/var/root|/home/[^/]+|/usr/home/[^/]+|/export/home/[^/]+|(/mnt/[a-z]|/[a-z])?/Users/[^/]+"
    r"|[A-Z]:/(Users|Documents and Settings)/[^/]+",
    re.IGNORECASE,
)
_CUT = re.compile(r"/\.claude/worktrees/[^/]+(?=/|$)")


class Tokens(Protocol):
    """How many tokens a line tells of."""

    @property
    def total(self) -> int: ...


class Line(Protocol):
    """What of a line says where its session works."""

    @property
    def time(self) -> int: ...
    @property
    def session(self) -> str: ...
    @property
    def project(self) -> str: ...
    @property
    def is_sidechain(self) -> bool: ...
    @property
    def cwd(self) -> str: ...
    @property
    def recorded(self) -> int | None: ...
    @property
    def tokens(self) -> Tokens: ...


def projects_of(lines: Iterable[Line], home: str = "") -> dict[str, str]:
    """Return the project of each session that some counted lines are of."""
    by_session: dict[str, list[Line]] = {}
    for line in lines:
        by_session.setdefault(line.session, []).append(line)
    return {session: _project(own, home) for session, own in by_session.items()}


def _project(lines: list[Line], home: str) -> str:
    lines = [line for line in lines if line.tokens.total or line.recorded] or lines
    told = [line for line in lines if line.cwd]
    main = [line for line in told if not line.is_sidechain]
    side = [line for line in told if line.is_sidechain]
    for group in (
        [line for line in main if is_named(line.project, line.cwd)],
        main,
        [line for line in side if is_named(line.project, line.cwd)],
        side,
    ):
        if group:
            return fold(min((line.time, line.cwd) for line in group)[1], home)
    return min((line.time, line.project) for line in lines)[1]


@cache
def is_named(directory: str, cwd: str) -> bool:
    """Say whether a directory below `projects` is named after a working directory."""
    named = {written(cwd), written(cwd.rstrip("/\\"))}
    named |= {written(each, 2) for each in (cwd, cwd.rstrip("/\\"))}
    if re.match("[A-Za-z]:", cwd):
        named |= {name[0].swapcase() + name[1:] for name in named}
    return directory in named or any(
        len(name) > 200 and directory.startswith(name[:200] + "-") for name in named
    )


def written(cwd: str, of_astral: int = 1) -> str:
    """Return a working directory with hyphens for all that is no ASCII letter or digit."""
    made = ""
    for letter in cwd:
        is_kept = letter.isascii() and letter.isalnum()
        made += letter if is_kept else "-" * (of_astral if ord(letter) > 0xFFFF else 1)
    return made


def fold(cwd: str, home: str = "") -> str:
    """Return what names the project of a working directory."""
    is_windows = re.match(r"[A-Za-z]:([\\/]|$)|\\\\", cwd) is not None
    text = _plain(cwd, is_windows)
    at = 0
    while found := _CUT.search(text, at):
        before = text[: found.start()]
        if _HOMES.fullmatch(before) or (home and before == _plain(home, is_windows)):
            at = found.start() + 1
        else:
            text = before + text[found.end() :]
            at = 0
    found = re.search(
        r"(?:^|/)\.(?:(codex)/worktrees/[^/]+|(t3)/worktrees)/([^/]+)",
        text,
    )
    if found:
        return f"{found[3]} ({found[1] or found[2]} worktrees)"
    text = text or "/"
    if is_windows:
        text = text.replace("/", "\\")
        text += "\\" if len(text) == 2 else ""
    return text


def _plain(path: str, is_windows: bool) -> str:
    if not is_windows:
        return re.sub("/+", "/", path).rstrip("/") if path.strip("/") else ""
    share = path.startswith("\\\\")
    text = re.sub(r"[\\/]+", "/", path).rstrip("/")
    return "/" + text if share else text[0].upper() + text[1:]
