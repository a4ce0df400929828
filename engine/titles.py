"""What sessions are called, and what sub-agents do: read from their files when asked.

Titles are the user's own text: they are kept in memory alone, never in the ledger.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from threading import Lock

from msgspec import Struct

_KINDS = {"custom-title": "customTitle", "ai-title": "aiTitle", "last-prompt": "lastPrompt"}
"""Kinds of title lines with their key: the user's own before a made one, that before none."""
_LINE = re.compile(rb'^\{[^\n]*"type":\s*"(?:custom-title|ai-title|last-prompt)"[^\n]*', re.M)
_MOST_BYTES = 64 << 20
"""Of a longer file the end is read: the last title holds."""
_MOST_CHARACTERS = 200


class _Known(Struct):
    """What is known of one transcript: the titles found, and how far it was read."""

    offset: int
    inode: int
    found: dict[str, str]


class Titles:
    """Titles of sessions, read on from where their transcripts were read to before."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._transcripts: dict[str, _Known] = {}
        self._titles: dict[str, str] = {}

    def title(self, session: str) -> str:
        """Return the title learnt of a session, empty where there is none."""
        return self._titles.get(session, "")

    def learn(self, transcripts: Mapping[str, str]) -> bool:
        """Read titles from sessions' transcripts (paths by session); say if any is new.

        A transcript that cannot be read gives no title.
        """
        before = dict(self._titles)
        with self._lock:
            for session, path in transcripts.items():
                title = self._read_on(path)
                if title:
                    self._titles[session] = title
        return self._titles != before

    def _read_on(self, path: str) -> str:
        try:
            with open(path, "rb") as file:
                status = os.fstat(file.fileno())
                known = self._transcripts.get(path)
                if known is None or known.inode != status.st_ino or status.st_size < known.offset:
                    start = max(0, status.st_size - _MOST_BYTES)
                    known = self._transcripts[path] = _Known(start, status.st_ino, {})
                if status.st_size > known.offset:
                    file.seek(known.offset)
                    data = file.read(_MOST_BYTES)
                    end = data.rfind(b"\n") + 1
                    known.found.update(_titles_in(data[:end]))
                    known.offset += end
        except OSError:
            return ""
        return next((known.found[kind] for kind in _KINDS if known.found.get(kind)), "")


def _titles_in(data: bytes) -> Iterator[tuple[str, str]]:
    for match in _LINE.finditer(data):
        try:
            value = json.loads(match[0])
        except (ValueError, RecursionError):
            continue
        kind = value.get("type") if isinstance(value, dict) else None
        text = value.get(_KINDS[kind]) if isinstance(kind, str) and kind in _KINDS else None
        if isinstance(kind, str) and isinstance(text, str) and text.strip():
            yield kind, " ".join(text.split())[:_MOST_CHARACTERS]


def agent_names(paths: Iterable[str]) -> dict[str, str]:
    """Return sub-agents' ids with their type and description, where files say so."""
    names: dict[str, str] = {}
    for path in paths:
        name = os.path.basename(path)
        if not name.startswith("agent-"):
            continue
        agent = name[len("agent-") : -len(".jsonl")]
        try:
            with open(path[: -len(".jsonl")] + ".meta.json", "rb") as file:
                value = json.loads(file.read(1 << 20))
        except (OSError, ValueError, RecursionError):
            continue
        said = [value.get("agentType"), value.get("description")] if isinstance(value, dict) else []
        text = " · ".join(" ".join(each.split()) for each in said if isinstance(each, str) and each)
        if text:
            names[agent] = text[:_MOST_CHARACTERS]
    return names
