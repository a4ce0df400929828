"""Reports as flat tables: CSV for programs, Markdown for people's documents."""

from __future__ import annotations

from collections.abc import Mapping

from engine.domain.questions import Answer, Comparison, SessionAnswer, Summary
from tui.flat.answers import answer_table
from tui.flat.pages import comparison_table, session_table, summary_table
from tui.flat.table import FlatTable

__all__ = ["FlatTable", "flat_table"]


def flat_table(
    asked: Answer | SessionAnswer | Comparison | Summary,
    *,
    is_broken_down: bool = False,
    is_by_agent: bool = False,
    is_without_cost: bool = False,
    aliases: Mapping[str, str] | None = None,
) -> FlatTable:
    """Return anything that a report answers as one flat table.

    Broken down, an answer has a line for each model below its row, by agent one for each
    agent. Without cost no column of money is left. `aliases` are names for projects, by
    directory or short name.
    """
    names = aliases or {}
    if isinstance(asked, Answer):
        table = answer_table(asked, is_broken_down, is_by_agent, names)
    elif isinstance(asked, SessionAnswer):
        table = session_table(asked)
    elif isinstance(asked, Comparison):
        table = comparison_table(asked, names)
    else:
        table = summary_table(asked, names)
    return table.without_cost() if is_without_cost else table
