"""What the questions of a report are asked of: the ledger, or a database that answers alike.

A *scope* is a set of one agent's roots. Slots are quarter hours (`engine.ledger.schema`), money
is whole pico-dollars, times are UTC milliseconds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Literal, Protocol

from engine.domain.choices import Mode
from engine.domain.chosen import Chosen, Key, Single, Step
from engine.domain.machines import Machine
from engine.domain.sums import KeyedSums, PlacedSums
from engine.ledger.names import ModelNames, NameTable

if TYPE_CHECKING:
    from engine.domain.exported import BookedResponse, ExportedMonth


class NameSource(Protocol):
    """What numbers are called."""

    model: ModelNames

    def name(self, table: NameTable, number: int) -> str:
        """Return the name of a number of `sessions`, `projects`, `models` or `agents`."""

    def find(self, table: NameTable, name: str) -> int | None:
        """Return the number of a name, `None` where it is not known."""

    def machines(self) -> dict[int, Machine]:
        """Return the machines by place: none where it knows of no other than its own."""

    def machine_label(self, place: int) -> str:
        """Return what a machine is called."""

    def workplaces(self) -> dict[int, tuple[str, bool]]:
        """Return all workplaces: path, and whether it is but the name of a directory."""


class SumSource(Protocol):
    """Sums the responses of some scopes in one cost mode."""

    def sums(self, by: Sequence[Key], chosen: Chosen, step: Step | None = None) -> list[KeyedSums]:
        """Return sums by keys and model; with a step its number comes before the keys."""

    def sessions_in_steps(
        self, by: Sequence[Key], chosen: Chosen, step: Step
    ) -> list[tuple[int, ...]]:
        """Return each step's number, keys and session that have responses together."""

    def session_steps(
        self, chosen: Chosen, length: int, offsets: Sequence[tuple[int, int]]
    ) -> list[tuple[int, int, int, int]]:
        """Return first and last step of local time with the sessions that begin and end there.

        Each is both steps' numbers, 0 and how many. With no step in between a session has
        responses in both; where there is one it comes alone: both numbers, the session, 1.
        """

    def end(self) -> int:
        """Return the slot after the last that has sums."""

    def slot_from(self, first: int) -> int | None:
        """Return the first slot that has sums, at a slot or after it."""

    def singles(self) -> list[KeyedSums]:
        """Return all responses in time order, each as sums of it by its directory and session."""

    def singles_of(self, session: int) -> list[Single]:
        """Return a session's responses in time order."""

    def numbers(self, key: Literal["session", "directory", "model"]) -> list[int]:
        """Return the sessions, directories or models that have responses."""

    def workplaces(self, sessions: Collection[int] | None = None, /) -> list[tuple[int, int]]:
        """Return where each session works, of some at least, also of those without responses."""

    def places(self) -> list[int] | None:
        """Return where sessions with responses work; `None` where `workplaces` is as quick."""

    def placed(self, by: Literal["project", "model"], chosen: Chosen, /) -> PlacedSums | None:
        """Return sums by where sessions work, and how many sessions each project or model has.

        `None` where summing by session is as quick.
        """

    def months(self, chosen: Chosen) -> list[ExportedMonth]:
        """Return the months of UTC that have responses, the earliest first."""

    def of_month(self, chosen: Chosen, month: str) -> Iterator[BookedResponse]:
        """Yield the responses of a month in time order."""


class ReportSource(Protocol):
    """Everything that a report asks."""

    @property
    def names(self) -> NameSource:
        """What numbers are called."""

    def sums_of(self, scopes: Sequence[int], mode: Mode) -> SumSource:
        """Return what sums the responses of some scopes, one of each agent, in a cost mode."""

    def at_one_moment(self) -> AbstractContextManager[None]:
        """See everything as it is now, whatever is written meanwhile."""
