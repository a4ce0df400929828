"""Flat tables: named columns of one form each, and lines of values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from engine.documents.figures import UNKNOWN_MODEL, unpriced_names
from engine.domain.reports import Figures, Part
from engine.domain.responses import Tokens

Form = Literal[
    "text", "names", "models", "time", "count", "usd", "percent", "change", "flag", "agents"
]
"""How a column's values are written; `usd` are pico-dollars, `percent` and
`change` shares, the latter of what was before."""
Value = str | int | float | bool | tuple[str, ...] | None


class Column(Struct, frozen=True):
    """A column: its name in CSV, what people call it, and its values' form."""

    name: str
    title: str
    """Empty for what only programs want."""
    form: Form = "count"
    is_money: bool = False


class FlatLine(Struct, frozen=True):
    """Values by their columns' names; what a line has not is empty."""

    values: Mapping[str, Value]
    is_part: bool = False
    """A model's part of the line above it."""
    is_partial: bool = False
    """The cost leaves out responses without a known price."""


class FlatTable(Struct, frozen=True):
    """A table to write, its totals, and the models that its costs leave out."""

    columns: tuple[Column, ...]
    lines: tuple[FlatLine, ...]
    totals: FlatLine | None = None
    unpriced: tuple[str, ...] = ()

    def without_cost(self) -> FlatTable:
        """Return the same table without its columns of money."""
        kept = tuple(column for column in self.columns if not column.is_money)
        return FlatTable(kept, self.lines, self.totals)

    def without_totals(self) -> FlatTable:
        """Return the same table without its last line."""
        return FlatTable(self.columns, self.lines, None, self.unpriced)


TOTAL = "Total"
AGENT = Column("agent", "Agent", "agents")
MACHINE = Column("machine", "Machine", "names")
PERSON = Column("person", "Person", "names")
MODEL = Column("model", "", "text")
TOKENS = (
    Column("inputTokens", "Input"),
    Column("outputTokens", "Output"),
    Column("cacheCreationTokens", "Cache write"),
    Column("cacheCreation1hTokens", ""),
    Column("cacheReadTokens", "Cache read"),
    Column("totalTokens", "Tokens"),
)
RESPONSES = Column("responses", "Responses")
COST = Column("totalCost", "Cost", "usd", is_money=True)
SUMS = (RESPONSES, *TOKENS, COST)
MODELS = (Column("modelsUsed", "Models", "models"), Column("unpricedModels", "", "names"))
ACTIVITY = (
    Column("firstActivity", "First response", "time"),
    Column("lastActivity", "Last response", "time"),
)
SESSIONS = Column("sessions", "Sessions")
CHANGES = (
    Column("totalTokensPercent", "Change of tokens", "change"),
    Column("totalCostPercent", "Change of cost", "change", is_money=True),
)


def token_values(tokens: Tokens) -> dict[str, Value]:
    """Return tokens as the values of `TOKENS`."""
    return {
        "inputTokens": tokens.input,
        "outputTokens": tokens.output,
        "cacheCreationTokens": tokens.cache_write,
        "cacheCreation1hTokens": tokens.cache_write_1h,
        "cacheReadTokens": tokens.cache_read,
        "totalTokens": tokens.total,
    }


def figure_values(figures: Figures) -> dict[str, Value]:
    """Return figures as the values of `SUMS`, `MODELS` and `ACTIVITY`."""
    return {
        **token_values(figures.tokens),
        "responses": figures.responses,
        "totalCost": figures.cost,
        "modelsUsed": tuple(model for model in figures.models if model),
        "agent": figures.agents,
        "machine": figures.machines,
        "person": figures.people,
        "unpricedModels": tuple(unpriced_names(figures.unpriced) or ()),
        "firstActivity": figures.first,
        "lastActivity": figures.last,
    }


def figure_line(figures: Figures, values: Mapping[str, Value]) -> FlatLine:
    """Return figures with further values as a line."""
    return FlatLine({**figure_values(figures), **values}, is_partial=bool(figures.unpriced))


def total_line(figures: Figures, first: Column, sessions: int) -> FlatLine:
    """Return the last line, which bears the name `Total` in a table's first column."""
    values = figure_values(figures)
    for name in ("agent", "machine", "person", "modelsUsed", "firstActivity", "lastActivity"):
        del values[name]
    return FlatLine(
        {**values, "sessions": sessions, first.name: TOTAL}, is_partial=bool(figures.unpriced)
    )


def model_lines(parts: Iterable[Part], values: Mapping[str, Value]) -> list[FlatLine]:
    """Return one line for each model, each with the values that name the whole."""
    return [part_line(part, {**values, **model_values(part.name)}) for part in parts]


def part_line(part: Part, values: Mapping[str, Value]) -> FlatLine:
    """Return the line of a part, with the values that name the whole."""
    return FlatLine(
        {**figure_values(part.figures), **values},
        is_part=True,
        is_partial=bool(part.figures.unpriced),
    )


def model_values(name: str) -> dict[str, Value]:
    """Return the values of a line that is one model's."""
    return {"model": name or UNKNOWN_MODEL, "modelsUsed": (name or UNKNOWN_MODEL,)}
