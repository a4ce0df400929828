"""Makes Codex rollouts line by line, every count chosen by the test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.domain.times import iso_time
from tests.made_lines import moment

START = moment("2026-05-01T10:00")
COUNTS = (
    "input_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
)


def uuid7(time: int, number: int = 0) -> str:
    """Return an id as Codex makes them of a time."""
    digits = f"{time:012x}"
    return f"{digits[:8]}-{digits[8:]}-7000-8000-{number:012x}"


def counts(*numbers: int) -> dict[str, int]:
    """Return a usage of input, cached, written, output and reasoning tokens."""
    given = dict(zip(COUNTS, numbers, strict=True))
    return {**given, "total_tokens": given["input_tokens"] + given["output_tokens"]}


def line(kind: str, at: int, **payload: Any) -> bytes:
    """Return a line of a rollout; its `ordinal` is the line's, not the payload's."""
    envelope = {"timestamp": iso_time(at)}
    if "ordinal" in payload:
        envelope["ordinal"] = payload.pop("ordinal")
    return _compact({**envelope, "type": kind, "payload": payload})


def _compact(record: dict[str, Any]) -> bytes:
    """Return a record as a line without blanks: others look for keys as Codex writes them."""
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def token_count(at: int, total: dict[str, int], last: dict[str, int] | None, **more: Any) -> bytes:
    """Return a running total."""
    info = {"total_token_usage": total, "last_token_usage": last, "model_context_window": 272_000}
    return line("event_msg", at, type="token_count", info=info, **more)


class Thread:
    """A thread's rollout as it grows; a minute passes between two responses."""

    def __init__(self, number: int = 1, at: int = START, **meta: Any) -> None:
        self.id = meta.pop("id", None) or uuid7(at, number)
        self.at = at
        self.lines: list[bytes] = []
        self.total = [0, 0, 0, 0, 0]
        self.last = [0, 0, 0, 0, 0]
        self.turns = 0
        self.number = number
        self.turn_id = ""
        fields = {"cwd": "/code/app", "originator": "codex_cli_rs", "model_provider": "openai"}
        self.add("session_meta", **{"id": self.id, "source": "cli", **fields, **meta})

    def add(self, kind: str, **payload: Any) -> None:
        """Write a line of any kind."""
        self.lines.append(line(kind, self.at, **payload))

    def turn(self, model: str = "gpt-5.2", **more: Any) -> None:
        """Begin a turn, with an id of its own unless one is given."""
        self.turns += 1
        self.at += 1_000
        self.turn_id = more.setdefault("turn_id", uuid7(self.at, self.number))
        self.add("turn_context", model=model, cwd="/code/app", **more)

    def respond(self, *used: int) -> None:
        """Write the running total after a response."""
        self.use(*used)
        self.emit()

    def use(self, *used: int) -> None:
        """Let a response be used without writing anything of it."""
        self.at += 60_000
        self.last = list(used)
        self.total = [a + b for a, b in zip(self.total, used, strict=True)]

    def emit(self, **more: Any) -> None:
        """Write the running total, again or not."""
        self.at += 100
        last, total = counts(*self.last), counts(*self.total)
        self.lines.append(token_count(self.at, total, last, **more))

    def record(self, name: str, *used: int, **more: Any) -> None:
        """Write a response as its Codex writes it today: a record, then the running total."""
        self.use(*used)
        fields = {
            "thread_id": self.id,
            "turn_id": self.turn_id,
            "session_id": self.id,
            "response_id": name,
            "usage": counts(*used),
        }
        self.add("token_usage_record", **{**fields, **more})
        self.emit()

    def copy_into(self, child: Thread, start: int = 0) -> None:
        """Write this thread's history into a fork's, stamped with the fork's time."""
        for number, each in enumerate(self.lines[start:]):
            copied = json.loads(each)
            copied["timestamp"] = iso_time(child.at + number)
            child.lines.append(_compact(copied))
        child.total = list(self.total)

    def write(self, home: Path, name: str = "", below: str = "sessions/2026/05/01") -> Path:
        """Write the rollout below a home; return its path."""
        path = home / below / (name or f"rollout-2026-05-01T10-00-00-{self.id}.jsonl")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(self.lines))
        return path


def zstandard(data: bytes) -> bytes:
    """Return data as a Zstandard file whose blocks are not compressed (RFC 8878)."""
    most = 100_000
    pieces = [data[start : start + most] for start in range(0, len(data), most)] or [b""]
    frame = b"\x28\xb5\x2f\xfd\xa0" + len(data).to_bytes(4, "little")
    for number, piece in enumerate(pieces):
        is_last = number == len(pieces) - 1
        frame += (len(piece) << 3 | is_last).to_bytes(3, "little") + piece
    return frame
