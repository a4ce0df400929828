"""Makes transcripts line by line, every figure chosen by the test, and a clock that stands."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.domain.settings import system_clock

SECOND = 1_000
MINUTE = 60_000
HOUR = 3_600_000
DAY = 86_400_000
OPUS = "claude-opus-5-5"
PICO_PER_INPUT = 4_000_000
"""What an input token of `OPUS` costs."""


class Clock:
    """A clock that stands where it was put."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def moment(text: str) -> int:
    """Return a time in UTC, such as `2026-11-22T13:00`, as milliseconds."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000)


def earlier_today(before: int = MINUTE) -> int:
    """Return a time so long ago by the system's clock, but of this day in UTC.

    A day that is all but over is waited for, so that the test does not end in the next one.
    """
    now = system_clock()
    left = DAY - now % DAY
    if left < 20 * SECOND:
        time.sleep(left / SECOND)
        now = system_clock()
    return max(now - before, now - now % DAY)


def answer(
    name: str, at: int, tokens: int = 100, *, model: str = OPUS, session: str = "s1", **more: Any
) -> bytes:
    """Return the line of one response with input tokens alone, named by its message id."""
    stamp = datetime.fromtimestamp(at / 1_000, UTC).isoformat(timespec="milliseconds")
    record = {
        "type": "assistant",
        "timestamp": stamp.replace("+00:00", "Z"),
        "sessionId": session,
        "message": {"id": f"msg_01{name}", "model": model, "usage": {"input_tokens": tokens}},
        **more,
    }
    return json.dumps(record).encode() + b"\n"


def write(root: Path, *lines: bytes, name: str = "-code-app/s1.jsonl") -> Path:
    """Append lines to a transcript below a root's `projects`; return its path."""
    path = root / "projects" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(b"".join(lines))
    return path
