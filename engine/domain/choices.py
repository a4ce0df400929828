"""The words in which reports are asked for: whose cost counts, what rows are ordered by.

The command line reads these before anything else is loaded, so nothing is imported here.
"""

from __future__ import annotations

from typing import Literal, get_args

Mode = Literal["auto", "calculate", "display"]
"""Whose cost counts (SPEC §5): the recorded one where there is one, ours, only the recorded."""
MODES: tuple[Mode, ...] = get_args(Mode)

Order = Literal["asc", "desc"]
ORDERS: tuple[Order, ...] = get_args(Order)

SortColumn = Literal[
    "name",
    "first",
    "last",
    "responses",
    "sessions",
    "input",
    "output",
    "cache-write",
    "cache-read",
    "tokens",
    "cost",
]
SORT_COLUMNS: tuple[SortColumn, ...] = get_args(SortColumn)

Measure = Literal["cost", "tokens"]
"""What a day's intensity is taken from."""
MEASURES: tuple[Measure, ...] = get_args(Measure)

Apart = Literal["agent", "machine", "person"]
"""Whose parts a row is shown with."""
APARTS: tuple[Apart, ...] = get_args(Apart)
