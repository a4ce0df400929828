"""What a live tab's rows hold and what is inside each, in one line for each row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from engine.domain.settings import Settings
from engine.monitor import Monitor

_KINDS = ("daily", "weekly", "monthly", "sessions", "blocks", "models", "projects")
_SPANS = ("5h", "24h", "7d", "30d", "all")
_NARROWED = ((), ("claude",), ("codex", "gemini"))


def opened() -> str:
    """Return every row of every tab and what it opens to, for all agents and for some."""
    return "\n".join(chain.from_iterable(map(_lines_of, _NARROWED))) + "\n"


def _lines_of(agents: tuple[str, ...]) -> Iterator[str]:
    with Monitor(Settings(is_offline=True, agents=agents)) as monitor:
        monitor.read()
        for kind in _KINDS:
            yield f"# {kind}{' of ' if agents else ''}{', '.join(agents)}"
            for span in _SPANS:
                report = monitor.report(kind, span)  # type: ignore[arg-type]
                yield f"{span}: {len(report.rows)} rows, {_figures(report.totals.figures)}"
            for row in report.rows:
                if not row.is_gap:
                    yield from _row(monitor, kind, row)


def _row(monitor: Monitor, kind: str, row: object) -> Iterator[str]:
    key = row.key  # type: ignore[attr-defined]
    label = row.label or row.start  # type: ignore[attr-defined]
    yield f"{key} · {label} · {_figures(row.figures)}"  # type: ignore[attr-defined]
    detail = monitor.detail(kind, key)  # type: ignore[arg-type]
    if detail is None:
        yield "  opens nothing"
        return
    yield f"  {detail.title} · {_figures(detail.figures)}"
    yield f"  facts: {' · '.join(f'{name} {value}' for name, value in detail.facts)}"
    points = (f"{each.label}={each.tokens}/{each.cost}" for each in detail.series if each.tokens)
    yield f"  {len(detail.series)} x {detail.series_name}: {' '.join(points)}"
    yield f"  models: {_named((each.name, each.figures) for each in detail.by_model)}"
    yield f"  sessions: {_named((each.key, each.figures) for each in detail.sessions)}"
    yield f"  sub-agents: {_named((each.name, each.figures) for each in detail.agents)}"
    count, spent = len(detail.responses), sum(each.cost or 0 for each in detail.responses)
    yield f"  responses: {count} for {spent}"


def _named(parts: Iterable[tuple[str, object]]) -> str:
    return " · ".join(f"{name} {_figures(figures)}" for name, figures in parts)


def _figures(figures: object) -> str:
    """Return the figures as `responses/tokens/pico-dollars`."""
    found = figures
    return f"{found.responses}/{found.tokens.total}/{found.cost}"  # type: ignore[attr-defined]
