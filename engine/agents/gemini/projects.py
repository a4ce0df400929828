"""Finds the directory that Gemini CLI's chats of a project belong to."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import msgspec

from engine.domain.files import read_regular

_LONGEST = 1 << 20
"""A larger file beside the chats is none of Gemini's small ones."""


def directory_of(root: str, project: str) -> str:
    """Return the working directory of a directory below `tmp`, empty where none is known.

    Today's directories say it themselves; earlier ones are named by the SHA-256 of the
    path, which is known where the path is among the registered projects.
    """
    told = _content(Path(root, "tmp", project, ".project_root")).decode("utf-8", "replace").strip()
    if told:
        return told
    for directory, name in _registered(root):
        if name == project or _hash(directory) == project:
            return directory
    return ""


def _registered(root: str) -> list[tuple[str, object]]:
    """Return the registered directories with their short names."""
    try:
        document = msgspec.json.decode(_content(Path(root, "projects.json")))
    except (ValueError, RecursionError):
        return []
    projects = document.get("projects") if isinstance(document, dict) else None
    return list(projects.items()) if isinstance(projects, dict) else []


def _hash(directory: str) -> str:
    return sha256(directory.encode("utf-8", "replace")).hexdigest()


def _content(path: Path) -> bytes:
    """Return a small file's content, nothing where it cannot be read."""
    try:
        if os.path.getsize(path) > _LONGEST:
            return b""
        return read_regular(path)
    except OSError:
        return b""
