"""The exact totals of any rows of a report, such as those a filter lets through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import fsum

from engine.domain.reports import Figures, Row
from engine.domain.responses import Tokens


def total_of(rows: Sequence[Row]) -> Row:
    """Return the sums of rows as a row without key and label.

    Models stand in order of first use. `sessions` stays 0, since one session may be in
    several rows. The shares are those of the report the rows were taken from.
    """
    figures = [row.figures for row in rows if row.figures.responses]
    return Row(
        key="",
        label="",
        figures=sum_of(figures),
        cost_share=fsum(row.cost_share for row in rows),
        token_share=fsum(row.token_share for row in rows),
        projects=_united(row.projects for row in rows),
    )


def sum_of(figures: Sequence[Figures]) -> Figures:
    """Return what several sets of responses, none in two of them, sum to."""
    by_first_use = sorted(figures, key=lambda each: each.first or 0)
    tokens = [each.tokens for each in figures]
    return Figures(
        responses=sum(each.responses for each in figures),
        tokens=Tokens(
            input=sum(each.input for each in tokens),
            output=sum(each.output for each in tokens),
            cache_read=sum(each.cache_read for each in tokens),
            cache_write_5m=sum(each.cache_write_5m for each in tokens),
            cache_write_1h=sum(each.cache_write_1h for each in tokens),
        ),
        cost=sum(each.cost for each in figures),
        models=_united(each.models for each in by_first_use),
        unpriced=tuple(sorted({model for each in figures for model in each.unpriced})),
        first=min((each.first for each in figures if each.first is not None), default=None),
        last=max((each.last for each in figures if each.last is not None), default=None),
        agents=_united(each.agents for each in by_first_use),
        machines=_united(each.machines for each in by_first_use),
        people=_united(each.people for each in by_first_use),
        reasoning=sum(each.reasoning for each in figures),
    )


def _united(names: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return all names once, in the order in which they first appear."""
    return tuple(dict.fromkeys(name for group in names for name in group))
