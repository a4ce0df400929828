"""A made-up user of a subscription: sessions, a phone, sleep, limits, and a clock that runs."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from engine.domain.times import iso_time
from engine.limits.readings import Reading, readings_of_hook
from tests.made_lines import HOUR, MINUTE, SECOND, Clock, answer, write

WEEK = 7 * 24 * HOUR
_SESSIONS = 4


class Allowance:
    """One limit window of the account, as only Anthropic knows it."""

    def __init__(self, name: str, start: int, length: int) -> None:
        self.name = name
        self.start = start
        self.end = start + length
        self.percent = 0.0
        self.told = -1
        """The highest whole percentage that any session has handed on, -1 for none."""


class Account:
    """Works, is idle, sleeps; hands on official percentages as Claude Code's sessions do.

    A session's percentages are those of its last answer, repeated while it is idle. Now and
    then a time stands where the percentage should. `hit` is the window that refuses work.
    """

    def __init__(self, seed: int, root: Path, clock: Clock) -> None:
        self.clock = clock
        self.five_hour: Allowance | None = None
        self.week = Allowance("seven_day", clock.now - 5 * 24 * HOUR, WEEK)
        self.hit: Allowance | None = None
        self._random = Random(seed)
        self._root = root
        self._memories: dict[str, dict[str, Any]] = {}
        self._count = 0

    @property
    def windows(self) -> list[Allowance]:
        """The windows that are running."""
        return [each for each in (self.five_hour, self.week) if each is not None]

    def step(self) -> list[Reading]:
        """Let some time go by; return what the status line records in it."""
        random, clock = self._random, self.clock
        is_night = random.random() < 0.012
        clock.now += 8 * HOUR if is_night else random.randint(1, 9) * MINUTE + random.randint(0, 59)
        self._roll()
        session = f"s{random.randrange(_SESSIONS)}"
        kind = random.random()
        if kind < 0.6:
            return self._work(session)
        if kind < 0.75:
            self._use(random.uniform(1.0, 8.0))
            return []
        if kind < 0.9:
            return self._hand_on(session)
        return self._hand_on(session, is_odd=True) if kind < 0.93 else []

    def _roll(self) -> None:
        now = self.clock.now
        if self.five_hour is not None and now >= self.five_hour.end:
            self.five_hour = None
        if now >= self.week.end:
            self.week = Allowance("seven_day", self.week.end, WEEK)
        if self.hit is not None and self.hit not in self.windows:
            self.hit = None

    def _use(self, percent: float) -> None:
        """Use some of all windows, wherever: here, on the web, on the phone."""
        if self.five_hour is None:
            start = self.clock.now - self.clock.now % MINUTE
            self.five_hour = Allowance("five_hour", start, 5 * HOUR)
        for window in self.windows:
            share = percent if window is self.five_hour else percent / 9
            window.percent = min(window.percent + share, 100.0)

    def _work(self, session: str) -> list[Reading]:
        """Ask Claude for something: it answers, or refuses since a limit is hit."""
        self._use(self._random.uniform(0.5, 7.0))
        full = next((each for each in self.windows if each.percent >= 100), None)
        is_let_go_on = self.hit is not None and self._random.random() < 0.2
        if full is not None and not is_let_go_on and (self.hit is not None or full.told < 100):
            if self.hit is None:
                self.hit = full
            self._write_refusal(session, self.hit)
        else:
            self.hit = None
            self._count += 1
            line = answer(f"m{self._count}", self.clock.now, 1_000, session=session)
            write(self._root, line, name=f"-code-app/{session}.jsonl")
        self._memories[session] = {
            each.name: {
                "used_percentage": int(each.percent),
                "resets_at": each.end // SECOND + self._random.choice((-1, 0, 1)),
            }
            for each in self.windows
        }
        return self._hand_on(session)

    def _hand_on(self, session: str, *, is_odd: bool = False) -> list[Reading]:
        """Return what a session's status line says now, which may be long out of date."""
        said = {name: dict(each) for name, each in self._memories.get(session, {}).items()}
        for each in said.values():
            if is_odd:
                each["used_percentage"] = each["resets_at"]
        for window in self.windows:
            mine = said.get(window.name)
            is_of_it = mine is not None and abs(mine["resets_at"] - window.end // SECOND) < 30
            if mine is not None and is_of_it and not is_odd:
                window.told = max(window.told, mine["used_percentage"])
        return list(readings_of_hook(said, self.clock.now, session))

    def _write_refusal(self, session: str, window: Allowance) -> None:
        self._count += 1
        record = {
            "type": "assistant",
            "uuid": f"refusal-{self._count}",
            "timestamp": iso_time(self.clock.now),
            "sessionId": session,
            "isApiErrorMessage": True,
            "error": "rate_limit",
            "quotaLimits": {
                "status": "rejected",
                "rateLimitType": window.name,
                "resetsAt": window.end // SECOND,
            },
            "message": {
                "model": "<synthetic>",
                "content": [{"type": "text", "text": "You've hit your limit."}],
                "usage": {"input_tokens": 0, "output_tokens": 0},
            },
        }
        line = json.dumps(record).encode() + b"\n"
        write(self._root, line, name=f"-code-app/{session}.jsonl")
