"""What another agent's module offers: where its store lies, and what a piece of it tells.

`Agent` is the interface that a module of this room, or a package of its own (the entry
point group `ccmon.agents`), implements. An agent is given bytes or an open database and
says of every response what it knows (`Told.see`); which files are new, how far they were
read, what is counted twice and what it costs is not its business.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping
from typing import Literal, Protocol

from msgspec import Struct

from engine.domain.responses import MOST_DOLLARS, Sighting, Tokens
from engine.domain.scans import WindowUse
from engine.domain.workplaces import MAIN, SIDE, UNNAMED, Workplace, note

Kind = Literal["lines", "document", "database"]
"""How a file grows: by whole lines, by being written anew, as an SQLite database."""

MOST_TOKENS = 10**9
"""A larger count than any response can have is damage and counts as 0."""

NANO_AIU = 10**11
"""Billionths of GitHub's AI unit in one US dollar: a unit is one cent."""

_NO_LETTER = r"[^A-Za-z0-9]"


class Unreadable(Exception):
    """A record that should tell of a response and cannot be read; the text says why."""


class UnknownStore(Exception):
    """A store whose form is not known; the text is one clear sentence for the user."""


class Tree(Struct, frozen=True):
    """A directory of a store, and which files in it are read."""

    below: str
    """Relative to the root, with `/`; empty for the root itself."""
    kind_of: Callable[[str], Kind | None]
    """Says of a path relative to the root how the file grows, `None` for no store's file."""
    is_deep: bool = True
    """Whether directories in it are looked through too."""


def one_file(path: str, kind: Kind) -> Tree:
    """Return the place of a single file, by its path below the root."""
    below = path.rpartition("/")[0]
    return Tree(below, lambda found: kind if found == path else None, is_deep=False)


class Place(Struct, frozen=True):
    """Which file is being read, and when."""

    root: str
    path: str
    """Relative to the root, with `/`."""
    now: int
    """UTC milliseconds: when counts that only grow are booked."""


class Told:
    """What reading on in one file gave; grows while the file is read."""

    def __init__(self, agent: str) -> None:
        self.sightings: list[tuple[str, Sighting]] = []
        """Each with what names its response among those of all agents."""
        self.withdrawn: dict[str, int] = {}
        """What names a response that is none after all, and how many sightings came before."""
        self.workplaces: dict[str, Workplace] = {}
        """Where each session seen works."""
        self.uses: list[WindowUse] = []
        self.problems: list[tuple[int, str]] = []
        """Where (byte, row or entry) and why something could not be read."""
        self._agent = agent

    def see(
        self,
        key: str,
        *,
        time: int,
        model: str,
        tokens: Tokens,
        session: str,
        directory: str = "",
        provider: str = "",
        reasoning: int = 0,
        cost: object = None,
        is_sidechain: bool = False,
        sub_agent: str = "",
        is_fast: bool = False,
        is_batch: bool = False,
        is_forked: bool = False,
    ) -> None:
        """Tell of a response (SPEC §3 and §4); of one key the telling with most output holds.

        `key` names the response within the agent, whatever file it stands in. Tokens are
        disjoint, `reasoning` is the part of the output that is known to be reasoning. `cost`
        is what the agent itself recorded, in US dollars; what cannot be one is none.
        `directory` is where the session works. `is_fast` and `is_batch` mean the model's priority
        tier, or a cheaper one (flex, batch). `is_forked` means a copy in a session that
        began with the history of another, to which the response belongs. What has neither tokens
        nor cost is not a response and is passed over.
        """
        recorded = pico(cost)
        if not tokens.total and not recorded:
            return
        sighting = Sighting(
            is_sidechain=is_sidechain,
            won_at=time,
            model=model,
            input=tokens.input,
            output=tokens.output,
            cache_read=tokens.cache_read,
            cache_write_5m=tokens.cache_write_5m,
            cache_write_1h=tokens.cache_write_1h,
            is_fast=is_fast,
            is_us=False,
            is_batch=is_batch,
            searches=0,
            recorded=recorded,
            agent=sub_agent,
            time=time,
            is_forked=is_forked,
            session=session,
            project=self.project(directory),
            provider=provider,
            reasoning=min(reasoning, tokens.output),
        )
        self.sightings.append((f"{self._agent}\n{key}", sighting))
        rank = (SIDE if is_sidechain else MAIN) if directory else UNNAMED
        note(self.workplaces, {session: Workplace(rank, time, directory)})

    def withdraw(self, key: str) -> None:
        """Take back what was told under a key, now or ever: it is told better under another."""
        self.withdrawn[f"{self._agent}\n{key}"] = len(self.sightings)

    def standing(self) -> list[tuple[str, Sighting]]:
        """Return the sightings that were not withdrawn after they were told."""
        if not self.withdrawn:
            return self.sightings
        return [
            each
            for number, each in enumerate(self.sightings)
            if number >= self.withdrawn.get(each[0], 0)
        ]

    def project(self, directory: str) -> str:
        """Return a working directory's name, as Claude Code names its own below `projects`."""
        return re.sub(_NO_LETTER, "-", directory)

    def use(
        self, window: str, percent: float, resets_at: int | None, time: int, plan: str = ""
    ) -> None:
        """Tell what the agent's server said of a limit window, and of which plan that is."""
        self.uses.append(WindowUse(window, percent, resets_at, time, plan))

    def problem(self, where: int, reason: str) -> None:
        """Tell of something that could not be read, by byte, row or entry."""
        self.problems.append((where, reason))


BY_SESSION = (
    "counts by session: what it used before ccmon saw it is booked on its first day, later use "
    "on the day when ccmon saw it grow"
)
"""The note of agents whose stores hold one sum per session, and no times within it."""
BY_REPLY = "counts by session: spread evenly over its replies"
"""The note of agents whose stores hold one sum per session, and the times of its replies."""


class Lines(Protocol):
    """Reads one append-only file on; made anew, from `state`, whenever it has grown."""

    def read(self, line: bytes, offset: int) -> None:
        """Take a finished line that begins at a byte; raises `Unreadable`."""

    def state(self) -> bytes:
        """Return what reading on after the lines so far needs to know."""


class Agent:
    """A coding agent: implement what its kinds of files need.

    `state` is what the same file's reading returned before, empty where it is read from
    its start. Nothing below a root may be written, and a call reads no other file than its
    own, except small ones beside it (a session's settings).
    """

    name = ""
    """In JSON and on the command line: `codex`."""
    title = ""
    """On screens: `Codex`."""
    is_cumulative = False
    """Its store holds growing counts per session, of which it stays known what they were."""
    has_records = True
    """Every line of its files of kind `lines` is a JSON record; of others none is missed."""
    note = ""
    """What one should know of its figures."""

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return where below a root its files are."""
        raise NotImplementedError

    def lines(self, place: Place, state: bytes, told: Told) -> Lines:
        """Return what reads a file of kind `lines` on."""
        raise NotImplementedError

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Tell of all responses in a file of kind `document` and return the new state.

        The file is handed over whole whenever it has changed, so only counts that grow need
        a state. Raises `Unreadable`.
        """
        raise NotImplementedError

    def database(
        self, connection: sqlite3.Connection, place: Place, state: bytes, told: Told
    ) -> bytes:
        """Tell what is new in a file of kind `database` and return the new state.

        The connection can only read, and rows are tuples. Raises `UnknownStore` for tables
        that are not known; `sqlite3.Error` may be left to the caller.
        """
        raise NotImplementedError

    def unknown(self, place: Place, what: str) -> UnknownStore:
        """Return the error for a database in which what is read was not found."""
        return UnknownStore(
            f"{place.path} has no {what}: it is of an unknown version of {self.title}, "
            "or just being made."
        )


def count(value: object) -> int:
    """Return a token count; null, missing, negative, fractional or absurd ones are 0."""
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return value if 0 < value <= MOST_TOKENS else 0


def counts(record: Mapping[str, object], *names: str) -> tuple[int, ...]:
    """Return several token counts of a record."""
    return tuple(count(record.get(name)) for name in names)


def pico(dollars: object) -> int | None:
    """Return a recorded cost in pico-dollars; what cannot be one is none."""
    if isinstance(dollars, bool) or not isinstance(dollars, int | float):
        return None
    return round(dollars * 10**12) if 0 <= dollars <= MOST_DOLLARS else None


__all__ = [
    "BY_REPLY",
    "BY_SESSION",
    "NANO_AIU",
    "Agent",
    "Kind",
    "Lines",
    "Place",
    "Tokens",
    "Told",
    "Tree",
    "UnknownStore",
    "Unreadable",
    "WindowUse",
    "count",
    "counts",
    "one_file",
    "pico",
]
