"""What a live view reads: the ledger, or a team's database that answers alike.

Numbers are those of whoever answers, slots are quarter hours (`engine.domain.slots`), money is
whole pico-dollars, times are UTC milliseconds. A revision counts up with every change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from engine.domain.machines import Machine
from engine.domain.sums import AgentSums, SessionSums, SlotSums
from engine.ledger.names import ModelNames, NameTable, Row
from engine.ledger.rows import Booked, Recent, Where


class LiveNames(Protocol):
    """What numbers are called."""

    model: ModelNames

    def name(self, table: NameTable, number: int) -> str:
        """Return the name of a number that is known."""

    def row(self, table: NameTable, number: int) -> Row:
        """Return what a number stands for: a session's name and agent first."""

    def session_key(self, session: int) -> str:
        """Return what names a session among those of all agents."""

    def find_session(self, key: str) -> int | None:
        """Return the number of a session by what names it."""

    def find_models(self, key: str) -> tuple[int, ...]:
        """Return the numbers, one of each machine, of a model by what names it among all."""

    def agent_of_session(self, session: int) -> str:
        """Return the agent whose session it is."""

    def machines(self) -> dict[int, Machine]:
        """Return the machines by place."""

    def machine_labels(self) -> tuple[str, ...]:
        """Return what all machines are called, this one first."""

    def learn_machines(self) -> None:
        """Learn what machines are called, which may change."""


class LiveRows(Protocol):
    """Rows of sums and responses: what `engine.ledger.rows.Reader` documents."""

    def slot_rows(self, since: int, first: int = 0, /) -> Iterable[SlotSums]:
        """Yield sums of slots, from one on, changed after a revision, in order of slots."""

    def session_rows(self, since: int = 0, /) -> Iterable[SessionSums]:
        """Yield sums of sessions changed after a revision, each session's in a row."""

    def session_rows_between(self, first: int, before: int) -> list[SessionSums]:
        """Return sums of sessions in a range of slots."""

    def session_rows_within(self, start: int, end: int) -> list[SessionSums]:
        """Return sums of sessions from a time up to another, to the response."""

    def bucket_rows_of_session(self, session: int) -> list[SlotSums]:
        """Return the sums of one session's slots."""

    def bucket_rows_where(self, column: Where, numbers: Sequence[int]) -> list[SlotSums]:
        """Return the sums of the slots of some sessions, of workplaces' sessions, or of models."""

    def session_rows_where(self, column: Where, numbers: Sequence[int]) -> list[SessionSums]:
        """Return the sums of some sessions, of workplaces' sessions, or of models."""

    def session_workplaces(self, since: int = 0, /) -> list[tuple[int, int]]:
        """Return sessions with where they work that came to be known after a revision."""

    def workplaces(self) -> dict[int, tuple[str, bool]]:
        """Return all workplaces: path, and whether it is but the name of a directory."""

    def session_counts(self, ranges: list[tuple[int, int]]) -> list[int]:
        """Return the number of sessions with responses in each range of slots, in order."""

    def recent(self, start: int, since: int) -> dict[int, Recent]:
        """Return responses from a time on that changed after a revision, by id."""

    def responses_of(self, session: int, most: int) -> list[Booked]:
        """Return the newest responses of a session, newest first."""

    def agents_of(self, session: int) -> list[AgentSums]:
        """Return the sums of a session's sub-agents."""

    def transcripts_of(self, roots: list[str], sessions: Iterable[str], /) -> dict[str, str]:
        """Return the main transcript of each session that has one, by session."""

    def transcripts(self, roots: list[str], projects: list[str], session: str, /) -> list[str]:
        """Return a session's transcripts that are known below some roots."""


class LiveSource(Protocol):
    """Everything that a live view reads of some agents."""

    @property
    def agents(self) -> tuple[str, ...]:
        """The agents whose rows there are."""

    @property
    def rows(self) -> LiveRows:
        """Their rows."""

    @property
    def first_reach(self) -> int:
        """How far back, in milliseconds, a first snapshot reads."""

    @property
    def names(self) -> LiveNames:
        """What numbers are called."""

    def revision(self) -> int:
        """Return the present revision."""
