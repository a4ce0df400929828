"""Which responses a question sums, and one of them; numbers are those of whoever answers."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

LATEST_SLOT = 1 << 62

Key = Literal["slot", "session", "directory"]
"""What sums are kept by; a directory is the one below `projects` that a transcript lies in."""


class Chosen(Struct, frozen=True):
    """Which responses to sum: in a range of slots, of some sessions, places and models.

    `None` chooses all; numbers are the ledger's.
    """

    first: int = 0
    before: int = LATEST_SLOT
    sessions: tuple[int, ...] | None = None
    directories: tuple[int, ...] | None = None
    """Those below `projects` that transcripts lie in."""
    workplaces: tuple[int, ...] | None = None
    """Where sessions work: those of some projects."""
    models: tuple[int, ...] | None = None

    @property
    def is_of_all_time(self) -> bool:
        """Whether no slot is left out."""
        return self.first <= 0 and self.before >= LATEST_SLOT


class Step(Struct, frozen=True):
    """Equal steps of local time: so many quarter hours long, and ahead of UTC by so many."""

    quarters: int
    ahead: int


class Single(Struct, frozen=True, gc=False):
    """One response with both of its costs, as the ledger keeps it."""

    time: int
    model: int
    tokens: tuple[int, int, int, int, int]
    agent: int
    is_sidechain: bool
    cost: int | None
    recorded: int | None
