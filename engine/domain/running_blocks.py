"""The block that is running, and how fast it is used: what a status line needs of a snapshot."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from engine.domain.reports import Figures, Part


class Trace(Struct, frozen=True):
    """Tokens and cost of equal steps over a block, from its start up to now.

    Steps that have not begun are absent, so `len(tokens)` grows up to `steps`.
    """

    start: int
    step: int
    steps: int
    tokens: tuple[int, ...]
    cost: tuple[int, ...]
    running_tokens: tuple[int, ...]
    """Tokens of the block up to the end of each step."""
    running_cost: tuple[int, ...]


class BurnRate(Struct, frozen=True):
    """How fast tokens and money were used over a recent window (SPEC §8)."""

    window: int
    """The window's length in milliseconds (idle time in it counts as idle)."""
    tokens_per_minute: float
    plain_tokens_per_minute: float
    """The same of input and output alone, without cache."""
    cost_per_hour: int
    word: str
    """`idle`, `calm`, `steady`, `busy` or `intense`."""


class Block(Struct, frozen=True):
    """The active 5-hour block: the true window where that is known, else as SPEC §7 has it."""

    start: int
    end: int
    figures: Figures
    by_model: tuple[Part, ...]
    elapsed: int
    remaining: int
    elapsed_share: float
    anchor: Literal["estimated", "official", "pinned"] = "estimated"
    """Where the block's start is known from: its responses, an official reset, the user."""
