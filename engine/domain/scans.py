"""What reading goes over and gives: roots, files, how far each was read, what was new in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from typing import Literal

from msgspec import Struct

from engine.domain.files import real_path
from engine.domain.hits import Hit
from engine.domain.mistakes import SettingsError
from engine.domain.responses import CLAUDE, Sighting
from engine.domain.workplaces import Workplace

COWORK = "local-agent-mode-sessions"
"""The directory in which Claude Desktop keeps its agent sessions, each with transcripts."""


class PlaceLookedAt(Struct, frozen=True, rename="camel"):
    """One place where transcripts were looked for, and what was found."""

    path: str
    found: str
    """Such as `12 files`, `no projects directory`, `permission denied`."""
    is_root: bool


ALL = 1 << 62
"""As many bytes as there are."""


class Root(Struct, frozen=True):
    """A directory that an agent keeps its data in."""

    path: str
    """The real path: of Claude Code's the config directory, whose `projects` is read, or the
    store of Claude Desktop's agent sessions, each with a config directory of its own."""
    agent: str = CLAUDE
    is_shared: bool = False
    """Not the agent's own: what other machines shared of their use of it (`engine.machines`)."""

    @classmethod
    def at(cls, path: Path, agent: str = CLAUDE) -> Root:
        """Return the root at a path, links resolved; raises `SettingsError` for no text."""
        real = real_path(path)
        if real.encode("utf-8", "replace").decode("utf-8") != real:
            shown = real.encode("utf-8", "replace").decode("utf-8")
            raise SettingsError(
                f"The path {shown} is not written in UTF-8: give a link to it that is."
            )
        return cls(real, agent)

    @property
    def is_claude(self) -> bool:
        """Whether it is Claude Code's on this machine."""
        return self.agent == CLAUDE and not self.is_shared

    @property
    def is_cowork(self) -> bool:
        """Whether it is the store of Claude Desktop's agent sessions."""
        return self.is_claude and os.path.basename(self.path) == COWORK

    @property
    def projects(self) -> str:
        """The directory below which Claude Code's transcripts lie."""
        return self.path if self.is_cowork else os.path.join(self.path, "projects")

    @property
    def base(self) -> str:
        """The directory that the paths of its files are relative to."""
        return self.projects if self.is_claude else self.path


class Found(Struct, frozen=True, gc=False):
    """A transcript as the file system shows it now."""

    path: str
    relative: str
    """Below the root's `projects`, with `/`; what is not UTF-8 in names is replaced."""
    device: int
    inode: int
    size: int
    mtime: int
    """Nanoseconds since 1970."""


Mark = tuple[int, int, int, int]
"""Device, inode, size and mtime (nanoseconds): where they are as they were, nothing is new."""

mark_of: Callable[[Found | Cursor], Mark] = attrgetter("device", "inode", "size", "mtime")
"""Returns the mark of a transcript as it is now, or as it was read."""


class Cursor(Struct, frozen=True, gc=False):
    """How far one transcript was read; kept in the ledger with what it gave."""

    device: int
    inode: int
    size: int
    mtime: int
    offset: int
    """Where the first line begins that is not finished."""
    fingerprint: int
    lines: int
    bad: int
    """Lines that could not be read."""


def is_new(found: Found, cursor: Cursor | None) -> bool:
    """Say whether a transcript may hold something unread."""
    return cursor is None or mark_of(found) != mark_of(cursor)


class Place(Struct, frozen=True, gc=False):
    """Where a line stands: the file below `projects`, and what its path says."""

    path: str
    """Relative to the root's `projects` directory, with `/`."""
    project: str
    """The directory directly below `projects`, empty where there is none."""
    session: str
    """The session that the path names, for lines that name none."""


class Problem(Struct, frozen=True, gc=False):
    """A line that could not be read: where and why."""

    offset: int
    reason: str


Age = Literal["", "answer", "grown"]
"""How the time of a session's reading is known: not, so that it is when it was said; by the
session's last response; or since an answer came just now (its time in the API has grown)."""


class WindowUse(Struct, frozen=True):
    """What an agent's server said of a limit window."""

    window: str
    """`five_hour` or `seven_day`, else a name of its own."""
    percent: float
    """Used, 0 to 100."""
    resets_at: int | None
    """UTC milliseconds."""
    time: int
    """When it was said."""
    plan: str = ""
    """The plan it is of, as the server calls it."""


class Scan(Struct):
    """What reading on in one transcript gave."""

    place: Place
    cursor: Cursor
    sightings: dict[int, Sighting]
    """By the number of their response; what is in a pack is not told here."""
    problems: list[Problem]
    is_anew: bool
    """Reading began at the file's start: earlier problems of the file are void."""
    is_finished: bool
    """Everything there was has been read; else the same call reads on."""
    withdrawn: set[int] = set()
    """Numbers of responses that are none after all, unless they are among the sightings."""
    hits: list[Hit] = []
    """Limits that were hit."""
    state: bytes = b""
    """What reading on needs to know, of another agent's file."""
    workplaces: dict[str, Workplace] = {}
    """Where sessions work."""
    uses: list[WindowUse] = []
    """What another agent's server said of limit windows."""
    packed: int = 0
    """How many responses it gave that are in a pack."""

    @property
    def responses(self) -> int:
        """How many responses it gave."""
        return len(self.sightings) + self.packed
