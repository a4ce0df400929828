"""What was found on this machine: of each root, of each coding agent, and of ccmon itself.

Times are UTC milliseconds, money whole pico-dollars.
"""

from __future__ import annotations

from msgspec import Struct

from engine.domain.notices import Notice
from engine.domain.scans import PlaceLookedAt


class RootFindings(Struct, frozen=True, kw_only=True, rename="camel"):
    """One root: what was read, and how soon Claude Code deletes it; in JSON as here."""

    path: str
    files: int
    lines: int
    bad_lines: int
    bytes: int
    cleanup_days: int
    cleanup_is_default: bool
    files_deleted_within_week: int
    """Transcripts that Claude Code's clean-up will delete in the next seven days."""
    is_cowork: bool
    """Whether it is the store of Claude Desktop's agent sessions, which no clean-up is known of."""


class RootHealth(RootFindings, frozen=True, kw_only=True):
    """One root, with the time that JSON writes in its own way."""

    oldest_deleted_at: int | None
    """When the clean-up deletes the oldest transcript."""


class BadLine(Struct, frozen=True):
    """A line that could not be read: file, byte offset and reason."""

    path: str
    offset: int
    reason: str


class BadFile(Struct, frozen=True):
    """A file with lines that could not be read: how many, and where and why the first."""

    path: str
    lines: int
    records: int
    """How many it has."""
    offset: int
    reason: str


class Promptless(Struct, frozen=True):
    """An agent's responses of which the output alone is known, and its tokens."""

    agent: str
    title: str
    responses: int
    output: int


class EmptyResponses(Struct, frozen=True):
    """Responses of a model that came without tokens: its endpoint tells none."""

    model: str
    responses: int


class SilentStore(Struct, frozen=True):
    """An agent whose store is there and of which nothing could be counted, and why."""

    agent: str
    title: str
    reason: str


class OwnFigures(Struct, frozen=True, rename="camel"):
    """What Claude Code itself counted of sessions, beside what is counted here of the same."""

    sessions: int
    theirs: int
    """Pico-dollars."""
    ours: int
    """Pico-dollars."""


class Findings(Struct, frozen=True, kw_only=True, rename="camel"):
    """What `ccmon doctor` tells that stands in JSON as it is here."""

    places: tuple[PlaceLookedAt, ...]
    responses: int
    bad_lines: tuple[BadLine, ...]
    """The first ones, of every file some."""
    bad_files: tuple[BadFile, ...]
    refused: tuple[tuple[str, str], ...]
    """Paths that could not be read at all, with the reason."""
    unpriced_models: tuple[str, ...]
    other_prices_as_of: str
    ledger_path: str
    ledger_size: int
    """Bytes, with what SQLite keeps beside the file."""
    is_ledger_in_memory: bool
    watch: str
    notices: tuple[Notice, ...]
    agents: tuple[str, ...]
    """Coding agents beside Claude Code whose stores are there."""
    silent: tuple[SilentStore, ...]
    promptless: tuple[Promptless, ...]
    empty: tuple[EmptyResponses, ...]
    """Of Claude Code alone; they are in no figure."""


class Health(Findings, frozen=True, kw_only=True):
    """Everything that `ccmon doctor` tells, times and money as the engine has them."""

    generated_at: int
    roots: tuple[RootHealth, ...]
    first_response: int | None
    last_response: int | None
    versions: tuple[tuple[str, str], ...]
    own_figures: OwnFigures | None
    """`None` where no session says what Claude Code counted of it."""


class AgentFound(Struct, frozen=True, rename="camel"):
    """One coding agent: where it was looked for, and what is counted of it."""

    agent: str
    """Its name on the command line and in JSON: `codex`."""
    title: str
    places: tuple[PlaceLookedAt, ...]
    files: int
    records: int
    """Lines, rows or entries read."""
    bad: int
    """Those among them that could not be read."""
    bytes: int
    responses: int
    tokens: int
    cost: int
    """Pico-dollars: recorded where the agent recorded it, else calculated."""
    recorded_cost: int
    """What the agent itself recorded, as far as it did."""
    calculated_cost: int
    """What ccmon calculates for all responses, recorded or not."""
    unpriced: tuple[str, ...]
    first_response: int | None
    last_response: int | None
    unreadable: tuple[tuple[str, str], ...]
    """Path and reason of what could not be read."""
    note: str = ""
    """What one should know of its figures, such as that it counts by session."""
    silence: str = ""
    """Why nothing could be counted of a store that is there; empty where anything was."""
    promptless: tuple[int, int] = (0, 0)
    """Responses of which the output alone is known, and its tokens."""

    @property
    def is_found(self) -> bool:
        """Whether anything of it is there, was once, or should be."""
        return (
            self.responses > 0
            or bool(self.unreadable)
            or any(place.is_root for place in self.places)
        )
