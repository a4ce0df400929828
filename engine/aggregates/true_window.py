"""The 5-hour window where more is known of it than this machine's responses tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from engine.aggregates.blocks import BlockSpan
from engine.aggregates.tally import Tally
from engine.domain.sums import SessionSums
from engine.domain.times import BLOCK_LENGTH, HOUR


class Anchor(Struct, frozen=True):
    """When the present window began and when it ends, and who says so.

    One that is `estimated` says that a window ended at its start: the next one begins with the
    first response after it, and no later window is known up to its end.
    """

    start: int
    end: int
    kind: Literal["official", "pinned", "estimated"]

    def is_in_force(self, now: int) -> bool:
        """Whether it says anything of a moment."""
        return self.start <= now < self.end


class TrueSpan:
    """The responses from a window's start up to its end (that excluded), to the response."""

    __slots__ = ("anchor", "end", "has_begun", "since", "start", "tally")

    def __init__(self, anchor: Anchor, rows: Iterable[SessionSums]) -> None:
        """Sum rows of session, project, model and sums."""
        self.start = anchor.start
        self.end = anchor.end
        self.anchor = anchor.kind
        counted = [row for row in rows if row.sums.responses]
        self.tally = Tally()
        for row in counted:
            self.tally.add(row.model, row.sums)
        self.since = anchor.start
        self.has_begun = True
        if anchor.kind == "estimated":
            self.has_begun = bool(counted)
            first = min((row.sums.first for row in counted), default=anchor.start)
            self.start = max(anchor.start, first - first % HOUR)
            self.end = self.start + BLOCK_LENGTH

    def holds(self, now: int) -> bool:
        """Whether it says which window is running at a moment, or that none is."""
        return self.since <= now < self.end

    @property
    def first(self) -> int:
        """From when responses count: the window's start."""
        return self.start


Running = BlockSpan | TrueSpan
"""What the live pane shows as the active window."""
