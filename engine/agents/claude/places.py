"""Claude Code: where its transcripts lie (SPEC §1)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SUFFIX = ".jsonl"
"""What the name of a transcript ends with."""


def candidate_roots(environment: Mapping[str, str], home: Path) -> tuple[list[Path], bool]:
    """Return the config directories to look at, and whether the user named them.

    `CLAUDE_CONFIG_DIR` is a comma-separated list; an entry that is itself a `projects`
    directory means its parent.
    """
    named = environment.get("CLAUDE_CONFIG_DIR", "").strip()
    if named:
        entries = [entry.strip() for entry in named.split(",")]
        return [as_root(entry, home) for entry in entries if entry], True
    config = environment.get("XDG_CONFIG_HOME", "").strip() or str(home / ".config")
    return [as_root(config, home) / "claude", home / ".claude"], False


def as_root(entry: str, home: Path) -> Path:
    """Return the config directory that a user's entry means."""
    is_at_home = entry == "~" or entry.startswith(("~/", "~\\"))
    path = home / entry[2:] if is_at_home else Path(entry)
    if path.name == "projects" and not (path / "projects").is_dir():
        return path.parent
    return path
