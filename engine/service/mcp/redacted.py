"""Leaves out what names the user's work: paths, projects and titles, each told from the others."""

from __future__ import annotations

import re
import secrets
from hashlib import blake2b
from typing import Any

_NAMING = frozenset(
    (
        *("project", "projectName", "projectPath", "projectPaths", "worktree"),
        *("title", "name", "path", "paths"),
    )
)
"""Keys whose texts name a project, a session's title or a place; `id` only where it is a path."""
_PATH = re.compile(r"(?:[A-Za-z]:)?[\\/](?:[^\s\\/:\"'`()]+[\\/])*[^\s\\/:\"'`()]*")
_ENCODED = re.compile(r"-[A-Za-z]+-\S*|.+ \(\w+ worktrees\)")
"""A directory name below `projects`, which is a path with hyphens, or a tool's worktrees."""


class Redactor:
    """Gives each name another, the same one for as long as the process lives."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(16)

    def redacted(self, document: Any, key: str = "") -> Any:
        """Return a document without what names the user's work."""
        if isinstance(document, dict):
            return {self.text(name): self.redacted(each, name) for name, each in document.items()}
        if isinstance(document, list | tuple):
            return [self.redacted(each, key) for each in document]
        if not isinstance(document, str) or not document:
            return document
        if key in _NAMING or (key == "id" and _ENCODED.fullmatch(document)):
            return self._other(document)
        return self.text(document)

    def text(self, sentence: str) -> str:
        """Return a sentence without the paths in it."""
        return _PATH.sub(self._path, sentence)

    def _path(self, found: re.Match[str]) -> str:
        return self._other(found[0]) if len(found[0]) > 1 else found[0]

    def _other(self, name: str) -> str:
        digest = blake2b(name.encode("utf-8", "replace"), key=self._salt, digest_size=4)
        return f"redacted-{digest.hexdigest()}"
