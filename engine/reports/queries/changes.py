"""How one set of responses differs from another."""

from __future__ import annotations

from engine.domain.questions import Change
from engine.domain.reports import Figures


def change_between(left: Figures, right: Figures) -> Change:
    """Return the way from one set's figures to another's."""
    tokens = right.tokens.total - left.tokens.total
    cost = right.cost - left.cost
    return Change(
        tokens=tokens,
        cost=cost,
        responses=right.responses - left.responses,
        token_share=_share_of(tokens, left.tokens.total),
        cost_share=_share_of(cost, left.cost),
    )


def _share_of(difference: int, first: int) -> float | None:
    return difference / first if first else None
