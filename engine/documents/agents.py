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
from engine.domain.choices import Apart
from engine.domain.reports import Figures, Part, Row

ALL = "all"
"""Whose a row is that may be of several agents."""


class AgentBreakdown(Sums, frozen=True, kw_only=True, rename="camel"):
    """One agent's part of a row, with its models: by first use, and most expensive first."""

    agent: str
    models_used: list[str]
    model_breakdowns: list[ModelBreakdown]


class MachineBreakdown(Sums, frozen=True, kw_only=True, rename="camel"):
    """One machine's part of a row, with its models."""

    machine: str
    models_used: list[str]
    model_breakdowns: list[ModelBreakdown]


class PersonBreakdown(Sums, frozen=True, kw_only=True, rename="camel"):
    """One person's part of a row, empty for who is not named, with its models."""

    person: str
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
    machines_used: list[str] | UnsetType = UNSET
    people_used: list[str] | UnsetType = UNSET
    machines: list[MachineBreakdown] | UnsetType = UNSET
    people: list[PersonBreakdown] | UnsetType = UNSET


class Telling(Struct, frozen=True):
    """What a document says of agents."""

    only: str = ALL
    """The one agent asked about."""
    apart: Apart | None = None
    """Whether rows have a part for each agent, machine or person."""
    has_machines: bool = False
    """Whether rows say of which machines they are: there are several."""
    has_people: bool = False


def telling(figures: Figures, asked: Iterable[str] = (), apart: Apart | None = None) -> Telling:
    """Return what is said of agents, machines and people in an answer with such totals.

    `asked` are the agents that the question is about.
    """
    names = tuple(asked)
    return Telling(
        names[0] if len(names) == 1 else ALL,
        apart,
        len(figures.machines) > 1,
        len(figures.people) > 1,
    )


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
    if told.apart != "agent":
        return {}
    return {"agents": agent_parts(row.by_agent, row.by_model, price)}


def of_machines(row: Row, told: Telling, price: Price) -> dict[str, Any]:
    """Return of which machines and people a row is, as the fields of `AgentRow`."""
    fields: dict[str, Any] = {}
    if told.has_machines:
        fields["machines_used"] = list(row.figures.machines)
    if told.has_people:
        fields["people_used"] = list(row.figures.people)
    if told.apart == "machine":
        fields["machines"] = [
            MachineBreakdown(**_part(part, price), machine=part.name)
            for part in sorted(row.by_machine, key=lambda part: part.name)
        ]
    if told.apart == "person":
        fields["people"] = [
            PersonBreakdown(**_part(part, price), person=part.name)
            for part in sorted(row.by_person, key=lambda part: part.name)
        ]
    return fields


def _part(part: Part, price: Price) -> dict[str, Any]:
    return {
        **sums(part.figures, price),
        "models_used": model_names(part.figures.models),
        "model_breakdowns": breakdowns(part.parts, price),
    }


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
