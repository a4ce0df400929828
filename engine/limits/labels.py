"""What people call windows and the sources of their figures."""

from __future__ import annotations

from engine.agents.registry import title_of
from engine.domain.hits import FIVE_HOUR, SEVEN_DAY, SPEND_LIMIT
from engine.domain.limit_windows import WindowSource
from engine.domain.times import DAY, HOUR, MINUTE
from engine.limits.readings import known_length

BUDGET = "budget"
PROVIDER = "provider"
_PERIODS = ("day", "week", "month")

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
    "provider": "official · its provider",
}


def label_of(window: str) -> str:
    """Return what people call a window: `5 hours`, `Week · Fable`, `Week · Codex`.

    Unknown ones are called by their name.
    """
    kind, _, scope = window.partition(":")
    label = _LABELS.get(kind) or _of_length(window) or kind
    model, _, agent = scope.rpartition(":")
    if model and title_of(agent) != agent:
        return f"{model} {label[0].lower()}{label[1:]}"
    return f"{label} · {title_of(scope)}" if scope else label


def _of_length(window: str) -> str:
    """Return what a window is called by its length: `30 days`, `12 hours`, `90 minutes`."""
    length = known_length(window)
    if length is None:
        return ""
    units = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"))
    unit, name = next(each for each in units if length % each[0] == 0)
    count = length // unit
    return f"{count} {name}{'' if count == 1 else 's'}"


def basis_of(source: WindowSource) -> str:
    """Return what a source is called that says the same of every window."""
    return _BASES[source]


def rank_of(window: str) -> tuple[int, str]:
    """Return where a window stands in a list: by kind, those of models after the whole.

    Those of other agents are the last, each agent's together.
    """
    kind, _, scope = window.partition(":")
    kinds = (FIVE_HOUR, SEVEN_DAY, SPEND_LIMIT)
    if kind == PROVIDER:
        return len(kinds) + 3, scope
    if kind == BUDGET:
        return len(kinds) + 1, f"{_PERIODS.index(scope.partition(':')[0])} {scope}"
    model, _, agent = scope.rpartition(":")
    if scope and title_of(agent) != agent:
        place = kinds.index(kind) if kind in kinds else len(kinds)
        return len(kinds) + 2, f"{agent} {model} {place}"
    return (kinds.index(kind), scope) if kind in kinds else (len(kinds), window)


def is_of_model(window: str) -> bool:
    """Say whether a window is of single models: `seven_day:Fable`, `five_hour:<model>:codex`."""
    scope = window.partition(":")[2]
    return ":" in scope or (bool(scope) and title_of(scope) == scope)
