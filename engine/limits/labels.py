"""What people call windows and the sources of their figures."""

from __future__ import annotations

from engine.agents.registry import title_of
from engine.domain.limit_windows import WindowSource
from engine.limits.readings import FIVE_HOUR, SEVEN_DAY, SPEND_LIMIT

BUDGET = "budget"

_LABELS = {
    FIVE_HOUR: "5 hours",
    SEVEN_DAY: "Week",
    SPEND_LIMIT: "Credits",
    "credits": "API credits",
    "unknown": "Limit",
    BUDGET: "Budget",
}
_BASES: dict[WindowSource, str] = {
    "statusline": "official · status line",
    "oauth": "official · usage endpoint",
    "claude.json": "official · .claude.json",
    "desktop": "official · desktop app",
    "agent": "official · its own store",
    "hit": "official · limit message",
    "budget": "your budget · this machine",
}


def label_of(window: str) -> str:
    """Return what people call a window: `5 hours`, `Week · Fable`, `Week · Codex`.

    Unknown ones are called by their name.
    """
    kind, _, scope = window.partition(":")
    label = _LABELS.get(kind, kind)
    return f"{label} · {title_of(scope)}" if scope else label


def basis_of(source: WindowSource) -> str:
    """Return what a source is called that says the same of every window."""
    return _BASES[source]


def rank_of(window: str) -> tuple[int, str]:
    """Return where a window stands in a list: by kind, those of models after the whole.

    Those of other agents are the last, each agent's together.
    """
    kind, _, scope = window.partition(":")
    kinds = (FIVE_HOUR, SEVEN_DAY, SPEND_LIMIT)
    if scope and title_of(scope) != scope:
        return len(kinds) + 2, f"{scope} {kinds.index(kind) if kind in kinds else len(kinds)}"
    if kind == BUDGET:
        return len(kinds) + 1, f"{('day', 'week', 'month').index(scope)}"
    return (kinds.index(kind), scope) if kind in kinds else (len(kinds), window)
