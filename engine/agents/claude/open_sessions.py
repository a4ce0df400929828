"""What Claude Code says of its open sessions: `<root>/sessions/<pid>.json`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

from engine.domain.files import open_regular
from engine.domain.processes import is_alive

SessionState = Literal["busy", "idle", ""]

_LARGEST = 64 << 10
"""Bytes; such a file has a few hundred."""
_MOST = 500
"""Files looked at in one directory."""


class _File(Struct, rename="camel"):
    pid: Any = None
    session_id: Any = None
    status: Any = None
    status_updated_at: Any = None


class _Said(Struct, frozen=True):
    session: str
    state: SessionState
    pid: int
    updated_at: float


_decode = msgspec.json.Decoder(_File).decode


class SessionStates:
    """Sessions that are open now, busy or idle; nothing raises, only changed files are read."""

    def __init__(self, is_alive: Callable[[int], bool] = is_alive) -> None:
        self._is_alive = is_alive
        self._files: dict[str, tuple[tuple[int, int, int], _Said | None]] = {}

    def look(self, roots: Iterable[str]) -> Mapping[str, SessionState]:
        """Return the state of each session whose process runs; what was said last holds."""
        self._files = {
            path: self._read(path, status)
            for root in roots
            for path, status in _listed(os.path.join(root, "sessions"))
        }
        newest: dict[str, _Said] = {}
        for _, said in self._files.values():
            if said is None or not self._is_alive(said.pid):
                continue
            known = newest.get(said.session)
            if known is None or said.updated_at >= known.updated_at:
                newest[said.session] = said
        return {session: said.state for session, said in newest.items()}

    def _read(self, path: str, status: os.stat_result) -> tuple[tuple[int, int, int], _Said | None]:
        look = (status.st_mtime_ns, status.st_size, status.st_ino)
        known = self._files.get(path)
        if known is not None and known[0] == look:
            return known
        said = None
        if status.st_size <= _LARGEST:
            try:
                with open_regular(path) as file:
                    said = _said(file.read(_LARGEST))
            except OSError:
                said = None
        return look, said


def _listed(directory: str) -> list[tuple[str, os.stat_result]]:
    try:
        with os.scandir(directory) as entries:
            names = [entry for entry in entries if entry.name.endswith(".json")][:_MOST]
            return [(entry.path, entry.stat()) for entry in names if entry.is_file()]
    except OSError:
        return []


def _said(data: bytes) -> _Said | None:
    try:
        file = _decode(data)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    state: SessionState = ""
    if file.status in ("busy", "idle"):
        state = file.status
    if not isinstance(file.pid, int) or isinstance(file.pid, bool) or file.pid <= 0:
        return None
    if not isinstance(file.session_id, str) or not file.session_id:
        return None
    at = file.status_updated_at
    is_number = isinstance(at, int | float) and not isinstance(at, bool)
    return _Said(file.session_id, state, file.pid, float(at) if is_number else 0.0)
