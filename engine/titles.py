"""What a session is called, and what its sub-agents do: read from its files when asked.

Titles are the user's own text, so the ledger never keeps them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable

_TITLES = {"custom-title": "customTitle", "ai-title": "aiTitle", "last-prompt": "lastPrompt"}
_LINE = re.compile(rb'^\{[^\n]*"type":\s*"(custom-title|ai-title|last-prompt)"[^\n]*', re.MULTILINE)
_MOST_BYTES = 64 << 20
_MOST_CHARACTERS = 200


def session_title(paths: Iterable[str]) -> str:
    """Return a session's title, empty where it has none.

    A title the user gave goes before a made one, that before the last prompt; of several
    lines the last holds. A file that cannot be read has no title.
    """
    found: dict[str, str] = {}
    for path in paths:
        for kind, text in _titles_in(path):
            found[kind] = text
        if found:
            break
    return next((found[kind] for kind in _TITLES if found.get(kind)), "")


def _titles_in(path: str) -> Iterable[tuple[str, str]]:
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(0, size - _MOST_BYTES))
            data = file.read(_MOST_BYTES)
    except OSError:
        return
    for match in _LINE.finditer(data):
        try:
            value = json.loads(match[0])
        except ValueError:
            continue
        kind = value.get("type")
        text = value.get(_TITLES.get(kind, ""))
        if isinstance(text, str) and text.strip():
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
        except (OSError, ValueError):
            continue
        said = [value.get("agentType"), value.get("description")] if isinstance(value, dict) else []
        text = " · ".join(" ".join(each.split()) for each in said if isinstance(each, str) and each)
        if text:
            names[agent] = text[:_MOST_CHARACTERS]
    return names
