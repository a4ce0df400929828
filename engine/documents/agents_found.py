"""The coding agents found as the document of `ccmon agents --json`."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from engine.documents.encoding import dollars, iso
from engine.domain.found import AgentFound
from engine.domain.scans import PlaceLookedAt
from engine.domain.times import iso_time


class UnreadDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """Something that could not be read, and why."""

    path: str
    reason: str


class AgentDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """One coding agent: where it was looked for, and what is counted of it."""

    agent: str
    title: str
    is_found: bool
    places: tuple[PlaceLookedAt, ...]
    files: int
    records: int
    bad_records: int
    bytes: int
    responses: int
    total_tokens: int
    total_cost: float
    recorded_cost: float
    calculated_cost: float
    unpriced_models: tuple[str, ...]
    first_activity: str | None
    last_activity: str | None
    unreadable: list[UnreadDocument]
    note: str | None
    silence: str | None
    promptless_responses: int
    promptless_tokens: int


class AgentsDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """What `ccmon agents --json` prints."""

    generated_at: str
    agents: list[AgentDocument]


def agents_document(agents: Iterable[AgentFound], now: int) -> AgentsDocument:
    """Return agents as the document that scripts read."""
    return AgentsDocument(generated_at=iso_time(now), agents=[_agent(each) for each in agents])


def _agent(found: AgentFound) -> AgentDocument:
    return AgentDocument(
        agent=found.agent,
        title=found.title,
        is_found=found.is_found,
        places=found.places,
        files=found.files,
        records=found.records,
        bad_records=found.bad,
        bytes=found.bytes,
        responses=found.responses,
        total_tokens=found.tokens,
        total_cost=dollars(found.cost),
        recorded_cost=dollars(found.recorded_cost),
        calculated_cost=dollars(found.calculated_cost),
        unpriced_models=found.unpriced,
        first_activity=iso(found.first_response),
        last_activity=iso(found.last_response),
        unreadable=[UnreadDocument(path=path, reason=why) for path, why in found.unreadable],
        note=found.note or None,
        silence=found.silence or None,
        promptless_responses=found.promptless[0],
        promptless_tokens=found.promptless[1],
    )
