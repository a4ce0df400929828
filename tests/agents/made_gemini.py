"""Makes chats of Gemini CLI, every count chosen by the test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CHAT = "tmp/app/chats/session-2026-05-01T10-00-aaaaaaaa"


def message(id_: str, minute: int = 0, model: str = "gemini-2.5-pro", **tokens: int) -> Any:
    """Return a response of a chat; without tokens it is one that is not finished."""
    at = f"2026-05-01T10:{minute:02}:00.000Z"
    record: dict[str, Any] = {"id": id_, "timestamp": at, "type": "gemini", "model": model}
    return {**record, "tokens": tokens} if tokens else record


def write(home: Path, name: str, *records: Any) -> Path:
    """Write records below a home, a line each; return the path."""
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(each) + "\n" for each in records))
    return path


def head(session: str = "s1", **more: Any) -> dict[str, Any]:
    """Return what a chat begins with."""
    return {"sessionId": session, "projectHash": "ff", "startTime": "x", **more}
