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
    row = _row(key, label, tally, name)
    return replace(row, sessions=sessions, start=span[0], end=span[1])


def block_key(start: int, agent: str) -> str:
    """Return what names a block among those of all agents: Claude Code's by its start alone."""
    return str(start) if agent == CLAUDE else f"{start} {agent}"


def block_row(
    block: BlockSpan, tally: Tally, is_active: bool, name: ModelNames, agent: str = CLAUDE
) -> Row:
    """Return a block's row with what a tally sums of it; every agent has blocks of its own."""
    row = _row(block_key(block.start, agent), "", tally, name)
    return replace(row, start=block.start, end=block.end, is_active=is_active)


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
    named = _named(group, projects)
    row = _row(key, label, group.tally, name)
    return replace(row, sessions=1, project=named[0], projects=named)


def project_row(key: str, label: str, group: Group, name: ModelNames) -> Row:
    """Return a project's row."""
    row = _row(key, label, group.tally, name)
    return replace(row, sessions=group.session_count, project=label)


def model_row(model: int, group: Group, projects: Projects, name: ModelNames) -> Row:
    """Return a model's row: a model that several agents use has one of each."""
    return replace(
        _row(name.key(model), name(model), group.tally, name),
        sessions=group.session_count,
        projects=_named(group, projects),
        by_model=(),
        provider=name.provider(model),
    )


def _row(key: str, label: str, tally: Tally, name: ModelNames) -> Row:
    """Return a row of what a tally sums, from the first of it to the last; shares come later."""
    figures = tally.figures(name)
    return Row(
        key=key,
        label=label,
        figures=figures,
        cost_share=0.0,
        token_share=0.0,
        start=figures.first,
        end=figures.last,
        by_model=tally.parts(name),
        by_agent=tally.agent_parts(name),
        by_machine=tally.machine_parts(name),
        by_person=tally.person_parts(name),
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
