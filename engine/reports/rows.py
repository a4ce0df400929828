"""Makes the rows of every report, and finishes them with shares and totals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from engine.aggregates.blocks import BlockSpan
from engine.aggregates.projects import Projects
from engine.aggregates.sessions import Group
from engine.aggregates.tally import Tally, share
from engine.domain.reports import Figures, Row
from engine.domain.responses import CLAUDE
from engine.domain.totals import total_of
from engine.ledger.names import ModelNames


def period_row(
    key: str, label: str, tally: Tally, span: tuple[int, int], sessions: int, name: ModelNames
) -> Row:
    """Return the row of a period from a moment up to another."""
    return Row(
        key=key,
        label=label,
        figures=tally.figures(name),
        cost_share=0.0,
        token_share=0.0,
        sessions=sessions,
        start=span[0],
        end=span[1],
        by_model=tally.parts(name),
        by_agent=tally.agent_parts(name),
        by_machine=tally.machine_parts(name),
        by_person=tally.person_parts(name),
    )


def block_key(start: int, agent: str) -> str:
    """Return what names a block among those of all agents: Claude Code's by its start alone."""
    return str(start) if agent == CLAUDE else f"{start} {agent}"


def block_row(
    block: BlockSpan, tally: Tally, is_active: bool, name: ModelNames, agent: str = CLAUDE
) -> Row:
    """Return a block's row with what a tally sums of it; every agent has blocks of its own."""
    return Row(
        key=block_key(block.start, agent),
        label="",
        figures=tally.figures(name),
        cost_share=0.0,
        token_share=0.0,
        start=block.start,
        end=block.end,
        is_active=is_active,
        by_model=tally.parts(name),
        by_agent=tally.agent_parts(name),
        by_machine=tally.machine_parts(name),
        by_person=tally.person_parts(name),
    )


def gap_row(start: int, end: int) -> Row:
    """Return the row of idle time between two blocks."""
    return Row(
        key=f"gap-{start}",
        label="",
        figures=Figures(),
        cost_share=0.0,
        token_share=0.0,
        start=start,
        end=end,
        is_gap=True,
    )


def session_row(key: str, label: str, group: Group, projects: Projects, name: ModelNames) -> Row:
    """Return a session's row."""
    figures = group.tally.figures(name)
    named = _named(group, projects)
    return Row(
        key=key,
        label=label,
        figures=figures,
        cost_share=0.0,
        token_share=0.0,
        sessions=1,
        project=named[0],
        projects=named,
        start=figures.first,
        end=figures.last,
        by_model=group.tally.parts(name),
        by_agent=group.tally.agent_parts(name),
        by_machine=group.tally.machine_parts(name),
        by_person=group.tally.person_parts(name),
    )


def project_row(key: str, label: str, group: Group, name: ModelNames) -> Row:
    """Return a project's row."""
    figures = group.tally.figures(name)
    return Row(
        key=key,
        label=label,
        figures=figures,
        cost_share=0.0,
        token_share=0.0,
        sessions=len(group.sessions),
        project=label,
        start=figures.first,
        end=figures.last,
        by_model=group.tally.parts(name),
        by_agent=group.tally.agent_parts(name),
        by_machine=group.tally.machine_parts(name),
        by_person=group.tally.person_parts(name),
    )


def model_row(model: int, group: Group, projects: Projects, name: ModelNames) -> Row:
    """Return a model's row: a model that several agents use has one of each."""
    figures = group.tally.figures(name)
    return Row(
        key=name.key(model),
        label=name(model),
        figures=figures,
        cost_share=0.0,
        token_share=0.0,
        sessions=len(group.sessions),
        projects=_named(group, projects),
        start=figures.first,
        end=figures.last,
        by_agent=group.tally.agent_parts(name),
        by_machine=group.tally.machine_parts(name),
        by_person=group.tally.person_parts(name),
        provider=name.provider(model),
    )


def _named(group: Group, projects: Projects) -> tuple[str, ...]:
    return tuple(map(projects.label, group.projects(projects)))


def finish(rows: Sequence[Row], sessions: int) -> tuple[list[Row], Row]:
    """Return rows with their shares of all, and their totals over so many sessions."""
    totals = total_of(rows)
    tokens, cost = totals.figures.tokens.total, totals.figures.cost
    finished = replace(
        totals,
        label="Total",
        cost_share=share(cost, cost),
        token_share=share(tokens, tokens),
        sessions=sessions,
    )
    return list(with_shares(rows, tokens, cost)), finished


def with_shares(rows: Iterable[Row], tokens: int, cost: int) -> Iterable[Row]:
    """Yield rows with their shares of a whole."""
    for row in rows:
        yield replace(
            row,
            cost_share=share(row.figures.cost, cost),
            token_share=share(row.figures.tokens.total, tokens),
        )
