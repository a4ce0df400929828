"""Stores of several agents in one home, with a history, that grow a response at a time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Protocol

from engine.domain.settings import system_clock
from engine.domain.times import DAY, HOUR, MINUTE, iso_time
from tests.agents import made_gemini
from tests.agents.made_codex import Thread
from tests.agents.writers import add_session, assistant, counted, create, put_message
from tests.bench.lines import response_line

_SESSIONS = 200
_RESPONSES = 25
"""Of each session of history."""


class Store(Protocol):
    """What one agent writes."""

    def append(self) -> None:
        """Write a response of now."""


class ClaudeStore:
    """A transcript of Claude Code."""

    def __init__(self, home: Path) -> None:
        self._file = home / ".claude" / "projects" / "-bench-project" / f"{time.time_ns()}.jsonl"
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._written = 0

    def append(self) -> None:
        """Write a response of now."""
        with self._file.open("ab") as out:
            out.write(response_line(self._written, self._file.stem))
        self._written += 1


class CodexStore:
    """Rollouts of Codex, one of which grows."""

    def __init__(self, home: Path) -> None:
        self._home = home / ".codex"
        for number in range(_SESSIONS):
            thread = Thread(number, _time_of(number))
            thread.turn()
            for _ in range(_RESPONSES):
                thread.respond(1_000, 600, 0, 200, 40)
            thread.write(self._home)
        self._thread = Thread(_SESSIONS, system_clock())
        self._thread.turn()
        self._path = self._thread.write(self._home)

    def append(self) -> None:
        """Write a response of now."""
        thread = self._thread
        before = len(thread.lines)
        thread.use(1_000, 600, 0, 200, 40)
        thread.at = system_clock()
        thread.emit()
        with self._path.open("ab") as out:
            out.write(b"".join(thread.lines[before:]))


class GeminiStore:
    """Chats of Gemini CLI, one of which grows."""

    def __init__(self, home: Path) -> None:
        self._home = home / ".gemini"
        for number in range(_SESSIONS):
            start = _time_of(number)
            records = [_message(f"{number}-{n}", start + n * MINUTE) for n in range(_RESPONSES)]
            self._write(f"s{number}", *records)
        self._path = self._write("growing")
        self._written = 0

    def _write(self, name: str, *records: dict[str, object]) -> Path:
        chat = f"tmp/bench/chats/session-{name}.jsonl"
        return made_gemini.write(self._home, chat, made_gemini.head(name), *records)

    def append(self) -> None:
        """Write a response of now."""
        line = json.dumps(_message(f"growing-{self._written}", system_clock()))
        with self._path.open("a") as out:
            out.write(line + "\n")
        self._written += 1


class OpenCodeStore:
    """A database of OpenCode, written as its program does: a connection stays open."""

    def __init__(self, home: Path) -> None:
        path = home / ".local" / "share" / "opencode" / "opencode.db"
        self._connection = create(path)
        self._connection.execute("BEGIN")
        for number in range(_SESSIONS):
            start = _time_of(number)
            add_session(self._connection, f"s{number}", created=start)
            for each in range(_RESPONSES):
                self._put(f"m{number}-{each}", f"s{number}", start + each * MINUTE)
        add_session(self._connection, "growing", created=system_clock())
        self._connection.execute("COMMIT")
        self._written = 0

    def _put(self, name: str, session: str, at: int) -> None:
        data = assistant(at, tokens=counted(1_000, 200, 40, 600))
        put_message(self._connection, name, session, data, at)

    def append(self) -> None:
        """Write a response of now."""
        self._put(f"growing-{self._written}", "growing", system_clock())
        self._written += 1

    def close(self) -> None:
        """Let the database go."""
        with closing(self._connection):
            pass


OTHERS: tuple[Callable[[Path], Store], ...] = (CodexStore, GeminiStore, OpenCodeStore)


def _time_of(number: int) -> int:
    """Return when a session of history began: one every six hours, the last one yesterday."""
    return system_clock() - DAY - number * 6 * HOUR


def _message(name: str, at: int) -> dict[str, object]:
    used = {"input": 1_000, "output": 160, "cached": 600, "thoughts": 40, "total": 1_200}
    message: dict[str, object] = made_gemini.message(name, **used)
    return {**message, "timestamp": iso_time(at)}
