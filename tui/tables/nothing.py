"""Why a report has nothing to show, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.agents.names import title_of
from engine.domain.questions import Answer, Answered, Comparison, SessionAnswer
from engine.domain.responses import CLAUDE
from tui.words.format import plain

if TYPE_CHECKING:
    from engine.monitor import Monitor


def why_nothing(monitor: Monitor, asked: Answered) -> str:
    """Return why there is nothing to show and what to do; empty where there is something."""
    if _has_something(asked):
        return ""
    if monitor.settings.database is not None:
        return "The database has no response of the days, projects and models asked for."
    snapshot = monitor.snapshot()
    named = monitor.settings.agents
    if not snapshot.responses and named and CLAUDE not in named:
        titles = " or ".join(map(title_of, named))
        silent = _silent(monitor)
        if silent:
            return f"No response of {titles} is known. {silent}"
        return f"No response of {titles} is known: ccmon agents --all shows the places looked at."
    if snapshot.responses:
        is_list = isinstance(asked, Answer) and not asked.question.is_active_only
        said = "Nothing matches: no response is in the days, projects and models asked for."
        return said if is_list else ""
    silent = f"{said} " if (said := _silent(monitor)) else ""
    places = "; ".join(f"{plain(place.path)} ({place.found})" for place in snapshot.places)
    return (
        f"No response is known yet. Looked at: {places}. {silent}"
        "Point elsewhere with CLAUDE_CONFIG_DIR or --config-dir PATH, or try ccmon live --demo."
    )


def _silent(monitor: Monitor) -> str:
    """Say of which stores that are there nothing could be counted; empty where there is none."""
    named = monitor.settings.agents
    found = [
        f"{plain(each.title)} ({each.silence})"
        for each in monitor.agents()
        if each.silence and (each.files or each.unreadable) and (not named or each.agent in named)
    ]
    if not found:
        return ""
    return f"Nothing could be counted of {'; '.join(found)}: see ccmon agents."


def _has_something(asked: Answered) -> bool:
    if isinstance(asked, Answer):
        return bool(asked.rows)
    if isinstance(asked, SessionAnswer):
        return True
    if isinstance(asked, Comparison):
        return any(side.row.figures.responses for side in (asked.left, asked.right))
    return asked.month.figures.responses > 0
