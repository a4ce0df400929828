"""Claude Code: where its transcripts lie (SPEC §1)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from engine.domain.paths import desktop_apps
from engine.domain.scans import COWORK, Place
from engine.domain.system import PLATFORM

SUFFIX = ".jsonl"
"""What the name of a transcript ends with."""
IN_COWORK = "/.claude/projects/"
"""What stands before a project's directory in the desktop app's store of sessions."""


def candidate_roots(
    environment: Mapping[str, str], home: Path, platform: str = PLATFORM
) -> tuple[list[Path], bool]:
    """Return the config directories to look at, and whether the user named them.

    The stores of the desktop app's agent sessions ("Cowork") come last; each is one root.
    """
    named = environment.get("CLAUDE_CONFIG_DIR", "").strip()
    if named:
        return named_roots(named, home), True
    config = environment.get("XDG_CONFIG_HOME", "").strip() or str(home / ".config")
    usual = [as_root(config, home) / "claude", home / ".claude"]
    return [*usual, *cowork_roots(environment, home, platform)], False


def named_roots(text: str, home: Path) -> list[Path]:
    """Return the config directories that `CLAUDE_CONFIG_DIR` names, comma-separated.

    A comma that is part of a directory's name separates nothing. An entry that is itself a
    `projects` directory means its parent.
    """
    entries = listed(text, lambda entry: as_root(entry, home).is_dir())
    return [as_root(entry, home) for entry in entries]


def listed(text: str, is_there: Callable[[str], bool]) -> list[str]:
    """Return the entries of a list with commas: of several that make one that is there, that."""
    parts = text.split(",")
    found: list[str] = []
    begin = 0
    while begin < len(parts):
        for end in range(len(parts), begin, -1):
            entry = ",".join(parts[begin:end]).strip()
            if end == begin + 1 or (entry and is_there(entry)):
                break
        if entry:
            found.append(entry)
        begin = end
    return found


def as_root(entry: str, home: Path) -> Path:
    """Return the config directory that a user's entry means."""
    is_at_home = entry == "~" or entry.startswith(("~/", "~\\"))
    path = home / entry[2:] if is_at_home else Path(entry)
    if path.name == "projects" and not (path / "projects").is_dir():
        return path.parent
    return path


def cowork_roots(
    environment: Mapping[str, str], home: Path, platform: str = PLATFORM
) -> Iterator[Path]:
    """Yield where Claude Desktop may keep its agent sessions on a platform (`sys.platform`)."""
    for app in desktop_apps(environment, home, platform):
        yield app / COWORK


def cowork_projects(root: str) -> Iterator[str]:
    """Yield the `projects` directories of all of Cowork's sessions that are there.

    That is `*/*/local_*/.claude/projects` below their store.
    """
    for account in _directories(root):
        for organization in _directories(account):
            for session in _directories(organization):
                projects = os.path.join(session, ".claude", "projects")
                if os.path.basename(session).startswith("local_") and os.path.isdir(projects):
                    yield projects


def _directories(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return sorted(entry.path for entry in entries if entry.is_dir())
    except OSError:
        return []


def may_hold_cowork(relative: str) -> bool:
    """Say whether a path below Cowork's store is that of a transcript, or of a place for some."""
    session, *below = relative.split("/")[2:] or [""]
    if not session:
        return True
    place = [".claude", "projects"]
    is_inside = session.startswith("local_") and below[:2] == place[: len(below)]
    return is_inside and (len(below) <= 2 or relative.endswith(SUFFIX) or "." not in below[-1])


def place_of(relative: str) -> Place:
    """Return what the path of a transcript below `projects` says, or below Cowork's store."""
    parts = relative.rpartition(IN_COWORK)[2].split("/")
    if len(parts) == 1:
        return Place(relative, "", _stem(parts[0]))
    session = _stem(parts[1]) if len(parts) == 2 else parts[1]
    return Place(relative, parts[0], session)


def _stem(name: str) -> str:
    return name[: -len(SUFFIX)] if name.endswith(SUFFIX) else name
