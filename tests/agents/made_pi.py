"""Entries of pi's sessions as tests need them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

MODEL = "claude-sonnet-4-5"


def head(session: str, time: str = "2026-05-01T10:00:00.000Z", **more: Any) -> dict[str, Any]:
    return {
        "type": "session",
        "version": 3,
        "id": session,
        "timestamp": time,
        "cwd": "/home/u/alpha",
        **more,
    }


def usage(given: int, output: int, read: int = 0, write: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "input": given,
        "output": output,
        "cacheRead": read,
        "cacheWrite": write,
        "totalTokens": given + output + read + write,
        **more,
    }


def answer(id_: str | None, minute: int, used: dict[str, Any], **message: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "id": id_,
        "parentId": None,
        "timestamp": f"2026-05-01T10:{minute:02}:00.000Z",
        "message": {
            "role": "assistant",
            "provider": "anthropic",
            "model": MODEL,
            "usage": used,
            **message,
        },
    }


def write(path: Path, *records: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(each) + "\n" for each in records))
    return path
