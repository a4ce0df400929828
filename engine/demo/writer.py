"""Goes on writing where the made-up user's history ends."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from engine.demo.lines import Line
from engine.demo.plan import plan_later, plan_sessions
from engine.demo.session import session_lines
from engine.demo.user import DemoUser
from engine.domain.settings import system_clock

_LONGEST_WAIT = 1.0


class DemoWriter:
    """Appends the user's lines as they fall due: bursts, then seconds of silence.

    About ten to twenty responses a minute come from two or three sessions at once; a
    new session begins every quarter of an hour. Not for use by several threads.
    """

    def __init__(self, directory: Path, user: DemoUser) -> None:
        """Take up at the user's `now_ms`, below the directory `write_history` was given."""
        self._projects = directory / "projects"
        self._user = user
        self._due: list[tuple[int, int, Line, Iterator[Line]]] = []
        self._later = 0
        for plan in plan_sessions(user):
            if plan.until:
                self._follow(plan.number, session_lines(user, plan))
        self._announce()

    def step(self, now_ms: int) -> int:
        """Append every line due up to now (UTC milliseconds); return how many lines."""
        texts: dict[str, list[bytes]] = {}
        while self._due[0][0] <= now_ms:
            _, number, line, following = heapq.heappop(self._due)
            texts.setdefault(line.path, []).append(line.data)
            self._follow(number, following)
            if number == self._user.sessions + self._later - 1:
                self._announce()
        for path, parts in texts.items():
            place = self._projects / path
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("ab") as file:
                file.write(b"".join(parts))
        return sum(len(parts) for path, parts in texts.items() if path.endswith(".jsonl"))

    def run(self, stop: threading.Event, clock: Callable[[], int] = system_clock) -> None:
        """Step in real time until told to stop."""
        while not stop.is_set():
            self.step(clock())
            wait = (self._due[0][0] - clock()) / 1_000
            stop.wait(min(_LONGEST_WAIT, max(0.02, wait)))

    def _follow(self, number: int, lines: Iterator[Line]) -> None:
        """Queue the next line of a session that history does not hold yet."""
        for line in lines:
            if line.time > self._user.now_ms:
                heapq.heappush(self._due, (line.time, number, line, lines))
                return

    def _announce(self) -> None:
        """Queue the next session that begins by itself."""
        plan = plan_later(self._user, self._later)
        self._later += 1
        self._follow(plan.number, session_lines(self._user, plan))
