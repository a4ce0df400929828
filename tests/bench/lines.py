"""Lines as Claude Code writes them, of now."""

from __future__ import annotations

import json
from datetime import UTC, datetime


def response_line(number: int, session: str, size: int = 0) -> bytes:
    """Return the line of a response of now, with text that makes it about that long."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = {
        "isSidechain": False,
        "cwd": "/bench/project",
        "sessionId": session,
        "message": {
            "model": "claude-opus-5-5",
            "id": f"msg_bench_{session}_{number}",
            "type": "message",
            "role": "assistant",
            "content": [{"type": "text", "text": "x" * max(0, size - 450)}],
            "usage": {"input_tokens": 10, "output_tokens": 100},
        },
        "requestId": f"req_{number}",
        "type": "assistant",
        "timestamp": now,
    }
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"
