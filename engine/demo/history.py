"""Writes the made-up user's history up to now."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from engine.demo.plan import plan_sessions
from engine.demo.session import session_lines
from engine.demo.user import DemoUser

_KEPT_BACK = 4_000_000


class Written(Struct, frozen=True):
    """What `write_history` wrote: transcripts, their lines, responses and bytes."""

    files: int
    lines: int
    responses: int
    bytes: int


class _Transcripts:
    """The files being written, each from its start, a few megabytes kept back."""

    def __init__(self, projects: Path) -> None:
        self._projects = projects
        self._waiting: dict[str, list[bytes]] = {}
        self._size = 0
        self._ends: dict[str, int] = {}

    @property
    def count(self) -> int:
        """How many transcripts there are."""
        return sum(path.endswith(".jsonl") for path in self._ends)

    def add(self, path: str, data: bytes, time: int) -> None:
        """Append to a file, as of a time."""
        if path not in self._ends:
            (self._projects / path).parent.mkdir(parents=True, exist_ok=True)
            (self._projects / path).write_bytes(b"")
        self._ends[path] = time
        self._waiting.setdefault(path, []).append(data)
        self._size += len(data)
        if self._size > _KEPT_BACK:
            self.flush()

    def flush(self) -> None:
        """Write what is kept back."""
        for path, parts in self._waiting.items():
            with (self._projects / path).open("ab") as file:
                file.write(b"".join(parts))
        self._waiting.clear()
        self._size = 0

    def date(self) -> None:
        """Give each file the time of its last line, as if written then."""
        for path, time in self._ends.items():
            os.utime(self._projects / path, ns=(time * 1_000_000, time * 1_000_000))


def write_history(directory: Path, user: DemoUser) -> Written:
    """Write the user's transcripts up to now below `<directory>/projects`.

    Files the same user wrote before are written anew, others stay as they are.
    """
    transcripts = _Transcripts(directory / "projects")
    lines = responses = size = 0
    for plan in plan_sessions(user):
        for line in session_lines(user, plan):
            if line.time > user.now_ms:
                break
            transcripts.add(line.path, line.data, line.time)
            lines += line.path.endswith(".jsonl")
            responses += line.responses
            size += len(line.data)
    transcripts.flush()
    transcripts.date()
    return Written(transcripts.count, lines, responses, size)
