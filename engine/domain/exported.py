"""Responses as other programs are given them: a row for each, months, and what stamps them.

A month is one of UTC, by the time of the response. Money is whole pico-dollars, times are UTC
milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol


class ExportedResponse(NamedTuple):
    """One response with all that is known of it, names in place of numbers."""

    response_id: int
    """A number that is the same wherever the response is seen: 63 bits of a digest of its key."""
    time: int
    person: str
    """Who works on the machine, empty where nobody said so."""
    machine: str
    """Empty where no other machine is known."""
    agent: str
    """The coding agent: `claude`, `codex`."""
    provider: str
    model: str
    """`-fast` follows the name of one that ran in fast mode."""
    session_id: str
    project: str
    """What names the project: a path, or a directory's name."""
    sub_agent: str
    is_sidechain: bool
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_5m_tokens: int
    cache_write_1h_tokens: int
    reasoning_tokens: int
    """Inside the output."""
    web_searches: int
    cost: int | None
    """In the cost mode asked for; `None` where it is not known."""
    recorded_cost: int | None
    calculated_cost: int | None


class BookedResponse(NamedTuple):
    """One response as whoever keeps it does, with its own numbers for names."""

    id: int
    time: int
    session: int
    workplace: int
    """0 where nothing is known of it."""
    model: int
    sub_agent: int
    is_sidechain: int
    input: int
    output: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int
    reasoning: int
    searches: int
    cost: int | None
    recorded: int | None
    calculated: int | None


class ExportedMonth(NamedTuple):
    """A month that has responses, and what tells whether they are the same as before."""

    month: str
    """`2026-11`."""
    responses: int
    stamp: str
    """Differs where any response of the month does."""


class ResponsesChosen(Protocol):
    """The responses that a selection chooses, all seen at one moment."""

    notes: tuple[str, ...]
    """Names that nothing bears; then there is no month."""

    @property
    def stamp(self) -> str:
        """Tells what was chosen and what machines and people are called, as a digest."""

    def months(self) -> list[ExportedMonth]:
        """Return the months that have responses, the earliest first."""

    def of_month(self, month: str) -> Iterator[ExportedResponse]:
        """Yield the responses of a month in time order."""
