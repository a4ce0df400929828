"""The columns of the tables inside a row's details: parts of a whole, single responses."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from engine.domain.model_labels import labels_of, short_model
from engine.domain.reports import Part, ResponseRow
from engine.domain.responses import Tokens
from tui.live.report.column_widths import Column
from tui.live.words import Basis, cost_text, share_text
from tui.words.format import day_clock, dollars, plain, tokens

R = TypeVar("R")


@lru_cache(maxsize=8)
def part_columns(title: str, by: Basis, models: tuple[str, ...] = ()) -> tuple[Column[Part], ...]:
    """Return the columns of sub-agents or `models`, with their share of cost or tokens."""
    labels = labels_of(models)
    return (
        Column[Part](
            "name",
            title,
            text=lambda part, _zone, _cells: labels.get(part.name) or plain(part.name) or "unknown",
            value=lambda part: part.name,
            align="left",
            least=28,
            most=60,
            widest="rows",
        ),
        Column[Part](
            "share",
            "Share",
            text=lambda part, _zone, _cells: share_text(share_of_part(part, by), part.figures, by),
            value=lambda part: share_of_part(part, by),
        ),
        *_kinds_of(lambda part: part.figures.tokens),
        Column[Part](
            "cost",
            "Cost ",
            text=lambda part, _zone, _cells: cost_text(part.figures),
            value=lambda part: part.figures.cost,
            least=9,
            tone="strong",
        ),
        Column[Part](
            "responses",
            "Resp.",
            text=lambda part, _zone, _cells: f"{part.figures.responses:,}",
            value=lambda part: part.figures.responses,
            least=6,
            rank=2,
            tone="muted",
        ),
    )


def share_of_part(part: Part, by: Basis) -> float:
    """Return a part's share of the whole's cost or tokens."""
    return part.cost_share if by == "cost" else part.token_share


@lru_cache(maxsize=8)
def response_columns(models: tuple[str, ...]) -> tuple[Column[ResponseRow], ...]:
    """Return the columns of a session's single responses, which are of so many models."""
    labels = labels_of(models)
    return (
        Column[ResponseRow](
            "time",
            "Time",
            text=lambda row, zone, _cells: day_clock(row.time, zone),
            value=lambda row: row.time,
            align="left",
            least=16,
        ),
        Column[ResponseRow](
            "model",
            "Model",
            text=lambda row, _zone, _cells: labels.get(row.model) or short_model(row.model),
            value=lambda row: row.model,
            align="left",
            least=10,
            most=24,
            widest="rows",
        ),
        *_kinds_of(lambda row: row.tokens),
        Column[ResponseRow](
            "cost",
            "Cost",
            text=lambda row, _zone, _cells: "no price" if row.cost is None else dollars(row.cost),
            value=lambda row: row.cost or 0,
            least=8,
            tone="strong",
        ),
        _agent_column(),
    )


def _agent_column() -> Column[ResponseRow]:
    return Column(
        "agent",
        "Sub-agent",
        text=lambda row, _zone, _cells: plain(row.agent) or ("yes" if row.is_sidechain else ""),
        value=lambda row: row.agent,
        align="left",
        rank=5,
        least=9,
        most=24,
        widest="rows",
        tone="muted",
    )


def _kinds_of(tokens_of: Callable[[R], Tokens]) -> tuple[Column[R], ...]:
    return (
        _count("input", "Input", lambda row: tokens_of(row).input, 6),
        _count("output", "Output", lambda row: tokens_of(row).output, 3),
        _count("cache_write", "Cache W", lambda row: tokens_of(row).cache_write, 8),
        _count("cache_read", "Cache R", lambda row: tokens_of(row).cache_read, 7),
        _count("total", "Total", lambda row: tokens_of(row).total, 0),
    )


def _count(field: str, title: str, count: Callable[[R], int], rank: int) -> Column[R]:
    return Column(
        field,
        title,
        text=lambda row, _zone, _cells: tokens(count(row)),
        value=count,
        rank=rank,
        tone="muted" if rank else "normal",
    )
