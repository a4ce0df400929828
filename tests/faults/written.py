"""Makes transcript lines by hand, and waits for what a following monitor does with them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.domain.snapshots import Snapshot
from tests.conftest import NOW

MINUTE = 60_000


def response(number: int, *, session: str = "s1", text: str = "", at: int | None = None) -> bytes:
    """Return the line of one response; each number has tokens and a time of its own."""
    when = NOW - 30 * MINUTE + number * 1_000 if at is None else at
    return line(
        {
            "type": "assistant",
            "timestamp": datetime.fromtimestamp(when / 1000, UTC).isoformat(),
            "sessionId": session,
            "requestId": f"req_{session}_{number}",
            "cwd": "/code/somewhere",
            "message": {
                "id": f"msg_{session}_{number}",
                "model": "claude-opus-5-5",
                "content": [{"type": "text", "text": text}],
                "usage": {"input_tokens": 10 + number, "output_tokens": 1 + 2 * number},
            },
        }
    )


def responses(numbers: Iterable[int], session: str = "s1") -> bytes:
    """Return the lines of several responses."""
    return b"".join(response(number, session=session) for number in numbers)


def prompt(text: str) -> bytes:
    """Return a user's line, which holds no response."""
    return line({"type": "user", "message": {"role": "user", "content": text}})


def line(record: dict[str, Any]) -> bytes:
    """Return a record as a line."""
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def transcript(root: Path, name: str, content: bytes = b"") -> Path:
    """Write one transcript below a root's `projects` and return its path."""
    path = root / "projects" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def append(path: Path, content: bytes) -> None:
    """Append to a transcript as an agent does."""
    with path.open("ab") as file:
        file.write(content)


def sentences(snapshot: Snapshot, severity: str = "") -> str:
    """Return the texts of a snapshot's notices, or of those of one severity."""
    return "\n".join(
        notice.text for notice in snapshot.notices if severity in ("", notice.severity)
    )
