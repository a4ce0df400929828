"""Whose responses a row is of: the keys that ccusage's reports of all agents have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from engine.documents.encoding import Price
from engine.documents.figures import (
    ModelBreakdown,
    RowSums,
    Sums,
    breakdowns,
    model_names,
    sums,
)
from engine.domain.reports import Part, Row

ALL = "all"
"""Whose a row is that may be of several agents."""


class AgentBreakdown(Sums, frozen=True, kw_only=True, rename="camel"):
    """One agent's part of a row, with its models: by first use, and most expensive first."""

    agent: str
    models_used: list[str]
    model_breakdowns: list[ModelBreakdown]


class Metadata(Struct, frozen=True, kw_only=True, rename="camel"):
    """The agents of a row, in alphabetical order; of a session when its last response came."""

    agents: list[str] | UnsetType = UNSET
    last_activity: str | UnsetType | None = UNSET


class AgentRow(RowSums, frozen=True, kw_only=True, rename="camel"):
    """A row that says whose it is.

    `agent` is `all` where the row may be of several, `period` what names the row.
    """

    agent: str | UnsetType = UNSET
    period: str | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET
    agents: list[AgentBreakdown] | UnsetType = UNSET


class Telling(Struct, frozen=True):
    """What a document says of agents."""

    is_apart: bool = False
    """Whether rows have a part for each agent."""
    only: str = ALL
    """The one agent asked about."""


def telling(asked: Iterable[str] = (), is_by_agent: bool = False) -> Telling:
    """Return what is said of agents in the answer to a question about those `asked` for."""
    names = tuple(asked)
    return Telling(is_by_agent, names[0] if len(names) == 1 else ALL)


def of_agents(row: Row, period: str, told: Telling, price: Price) -> dict[str, Any]:
    """Return whose a row of a period or project is, as the fields of `AgentRow`."""
    fields: dict[str, Any] = {
        "agent": told.only,
        "period": period,
        "metadata": Metadata(agents=sorted(row.figures.agents)),
    }
    return {**fields, **_parts(row, told, price)}


def of_agent(row: Row, told: Telling, price: Price) -> dict[str, Any]:
    """Return whose a row is that is of one agent, with its part where those are told."""
    return {"agent": agent_of(row), **_parts(row, told, price)}


def agent_of(row: Row) -> str | UnsetType:
    """Return the agent of a row that is of one, no key where it has no responses."""
    return row.figures.agents[0] if row.figures.agents else UNSET


def _parts(row: Row, told: Telling, price: Price) -> dict[str, Any]:
    return {"agents": agent_parts(row.by_agent, row.by_model, price)} if told.is_apart else {}


def agent_parts(
    by_agent: Iterable[Part], by_model: Iterable[Part], price: Price
) -> list[AgentBreakdown]:
    """Return the agents' parts by name, each with its models: of one agent alone all models."""
    return [
        AgentBreakdown(
            **sums(part.figures, price),
            agent=part.name,
            models_used=model_names(part.figures.models),
            model_breakdowns=breakdowns(part.parts or by_model, price),
        )
        for part in sorted(by_agent, key=lambda part: part.name)
    ]
