"""What sessions are called, and what sub-agents do: read from their files when asked.

Titles are the user's own text: they are kept in memory alone, never in the ledger.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from typing import BinaryIO

from msgspec import Struct

from engine.domain.files import open_regular

_KINDS = {"custom-title": "customTitle", "ai-title": "aiTitle", "last-prompt": "lastPrompt"}
"""Kinds of title lines with their key: the user's own before a made one, that before none."""
_NEEDLES = (b'"custom-title"', b'"ai-title"', b'"last-prompt"')
_MOST_BYTES = 4 << 20
"""Of a longer transcript the end is read: title lines are repeated, and the last holds."""
_MOST_CHARACTERS = 200
_LONGEST = 1 << 20
"""A longer line holds no title."""


class _Known(Struct):
    """What is known of one transcript: the titles found, and how far it was read."""

    offset: int
    """Where the first line begins that is not finished."""
    searched: int
    """Up to where no end of that line was found."""
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

        A transcript that cannot be read, or is gone, gives no title.
        """
        has_news = False
        for session, path in transcripts.items():
            with self._lock:
                title = self._read_on(path)
                if title != self._titles.get(session, ""):
                    self._titles[session] = title
                    has_news = True
        return has_news

    def _read_on(self, path: str) -> str:
        try:
            with open_regular(path) as file:
                status = os.fstat(file.fileno())
                known = self._transcripts.get(path)
                if known is None or known.inode != status.st_ino or status.st_size < known.searched:
                    start = max(0, status.st_size - _MOST_BYTES)
                    known = self._transcripts[path] = _Known(start, start, status.st_ino, {})
                if status.st_size > known.searched:
                    _read_new(file, known)
        except OSError:
            return ""
        return next((known.found[kind] for kind in _KINDS if known.found.get(kind)), "")


def _read_new(file: BinaryIO, known: _Known) -> None:
    """Take the titles of lines that were finished since."""
    file.seek(known.searched)
    new = file.read(_MOST_BYTES)
    if b"\n" not in new:
        known.searched += len(new)
        return
    if known.searched > known.offset:
        file.seek(max(known.offset, known.searched - _MOST_BYTES))
        new = file.read(known.searched - file.tell()) + new
    end = new.rfind(b"\n") + 1
    known.found.update(_titles_in(new[:end]))
    known.searched = known.offset = file.tell() - len(new) + end


def _titles_in(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield kind and text of the title lines in whole lines, each kind's in order."""
    for needle in _NEEDLES:
        place = data.find(needle)
        while place >= 0:
            end = data.find(b"\n", place)
            line = data[data.rfind(b"\n", 0, place) + 1 : end]
            title = _title_of(line) if line.startswith(b"{") and len(line) < _LONGEST else None
            if title is not None:
                yield title
            place = data.find(needle, end)


def _title_of(line: bytes) -> tuple[str, str] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    kind = value.get("type") if isinstance(value, dict) else None
    text = value.get(_KINDS[kind]) if isinstance(kind, str) and kind in _KINDS else None
    if not isinstance(kind, str) or not isinstance(text, str) or not text.strip():
        return None
    said = " ".join(text.split())[:_MOST_CHARACTERS]
    return kind, said.encode("utf-8", "replace").decode("utf-8")


def agent_names(paths: Iterable[str]) -> dict[str, str]:
    """Return sub-agents' ids with their type and description, where files say so."""
    names: dict[str, str] = {}
    for path in paths:
        name = os.path.basename(path)
        if not name.startswith("agent-"):
            continue
        agent = name[len("agent-") : -len(".jsonl")]
        try:
            with open_regular(path[: -len(".jsonl")] + ".meta.json") as file:
                value = json.loads(file.read(1 << 20))
        except (OSError, ValueError, RecursionError):
            continue
        said = [value.get("agentType"), value.get("description")] if isinstance(value, dict) else []
        text = " · ".join(" ".join(each.split()) for each in said if isinstance(each, str) and each)
        if text:
            names[agent] = text[:_MOST_CHARACTERS]
    return names
