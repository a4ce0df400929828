"""Reads official figures from local files, each only when it has changed."""

from __future__ import annotations

import os
from pathlib import Path
from stat import S_ISREG

from engine.agents.claude.places import candidate_roots
from engine.domain.files import open_regular, real_path
from engine.domain.owners import owner_key
from engine.domain.scans import COWORK
from engine.domain.settings import Settings
from engine.limits.readings import Reading
from engine.limits.sources.claude_json import FILE_NAME, ClaudeState, Plan, account_path, state_of
from engine.limits.sources.desktop import history_paths, readings_of_history

_LARGEST = 20 << 20
"""Bytes; no file of these programs is ever as large."""

_Look = tuple[int, int, int]
"""Time of the last change, size and inode: what tells that a file is another."""


class LocalSources:
    """Claude Code's `.claude.json` beside the roots in force, and the desktop app's history.

    Of roots that the user names, files of the home are theirs only where its `.claude` is one
    of them. Neither network nor credentials are touched, and nothing raises: what cannot be
    read says nothing.
    """

    def __init__(self, settings: Settings) -> None:
        environment, home = settings.environment, settings.home
        roots = settings.roots or tuple(candidate_roots(environment, home)[0])
        own = real_path(home / ".claude")
        is_of_home = any(real_path(root) == own for root in roots)
        usual = [home / FILE_NAME] if any(_is_usual(root, home) for root in roots) else []
        self._home = home
        self._state_paths = tuple(dict.fromkeys([*(root / FILE_NAME for root in roots), *usual]))
        self._history_paths = history_paths(environment, home) if is_of_home else ()
        self._looks: dict[Path, _Look | None] = {}
        self._states: dict[Path, ClaudeState] = {}
        self._read_until: dict[Path, int] = {}
        self._organization = ""
        """Of the desktop app, by its newest sample."""

    def changed(self) -> bool:
        """Say whether a file is another than when it was last read; opens none."""
        paths = (*self._state_paths, *self._history_paths)
        return any(_look(path) != self._looks.get(path) for path in paths)

    def read(self, now: int) -> tuple[Reading, ...]:
        """Return what changed files say that they have not said before."""
        found: list[Reading] = []
        for path in self._state_paths:
            before = self._states.get(path)
            self._read_state(path, now)
            state = self._states.get(path)
            if state is not None and (before is None or before.readings != state.readings):
                found += state.readings
        for path in self._history_paths:
            found += self._read_history(path, now)
        return tuple(found)

    def plan(self) -> Plan | None:
        """Return the plan, as of the last `read`."""
        return self._latest().plan

    def owner(self, root: str) -> tuple[str, str] | None:
        """Return whose a root is and the plan, `None` where no file of it was read.

        The desktop app's own sessions are its organization's.
        """
        if COWORK in root:
            return (owner_key("", self._organization), "") if self._organization else None
        state = self._states.get(account_path(Path(root), self._home))
        if state is None:
            return None
        return state.account.owner, state.plan.name if state.plan is not None else ""

    def _latest(self) -> ClaudeState:
        """Return the state whose usage is newest, else the first that names a plan."""
        states = [self._states[path] for path in self._state_paths if path in self._states]
        return max(
            states,
            key=lambda state: (state.fetched_at, state.plan is not None),
            default=ClaudeState(),
        )

    def _read_state(self, path: Path, now: int) -> None:
        data = self._read_if_changed(path)
        state = state_of(data, now) if data is not None else None
        if state is not None:
            self._states[path] = state

    def _read_history(self, path: Path, now: int) -> tuple[Reading, ...]:
        data = self._read_if_changed(path)
        if data is None:
            return ()
        readings = readings_of_history(
            data, now, self._latest().account, self._read_until.get(path, 0)
        )
        if not readings:
            return ()
        self._read_until[path] = readings[-1].captured_at
        self._organization = readings[-1].owner.partition("/")[2]
        return readings

    def _read_if_changed(self, path: Path) -> bytes | None:
        """Return a file's bytes if it is another than before and no larger than it may be."""
        look = _look(path)
        if look == self._looks.get(path):
            return None
        self._looks[path] = look
        if look is None or look[1] > _LARGEST:
            return None
        try:
            with open_regular(path) as file:
                return file.read(_LARGEST)
        except OSError:
            return None


def _is_usual(root: Path, home: Path) -> bool:
    usual = (home / ".claude", home / ".config" / "claude")
    return real_path(root) in {real_path(each) for each in usual}


def _look(path: Path) -> _Look | None:
    """Return what a file looks like from outside, `None` where there is none to read."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    if not S_ISREG(status.st_mode):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
