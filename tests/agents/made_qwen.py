"""Makes chats of Qwen Code, every count chosen by the test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CHAT = "projects/-code-app/chats/s1.jsonl"


def usage(prompt: int, candidates: int, thoughts: int, cached: int, total: int) -> dict[str, int]:
    """Return what a response used, as its backend says it."""
    return {
        "promptTokenCount": prompt,
        "candidatesTokenCount": candidates,
        "thoughtsTokenCount": thoughts,
        "cachedContentTokenCount": cached,
        "totalTokenCount": total,
    }


def line(uuid: str, usage_: Any, **more: Any) -> dict[str, Any]:
    """Return the assistant's line of a chat."""
    return {
        "uuid": uuid,
        "parentUuid": None,
        "sessionId": "s1",
        "timestamp": "2026-05-01T10:00:00.000Z",
        "type": "assistant",
        "cwd": "/code/app",
        "model": "qwen3-coder-plus",
        "usageMetadata": usage_,
        **more,
    }


def write(home: Path, *records: Any, name: str = CHAT) -> Path:
    """Write records below a home, a line each; return the path."""
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(each) + "\n" for each in records))
    return path
