"""The page of whatever a report answers, title first."""

from __future__ import annotations

from collections.abc import Iterable

from engine.domain.choices import Apart
from engine.domain.questions import Answer, Answered, Comparison, Selection, SessionAnswer
from tui.tables.look import Look
from tui.tables.title import selected, title_line, title_of
from tui.words.lines import BLANK, Line


def page_of(
    asked: Answered,
    look: Look,
    selection: Selection,
    is_broken_down: bool,
    apart: Apart | None = None,
) -> list[Line]:
    """Return a page's lines, title first."""
    look = look.among(_models_of(asked))
    if isinstance(asked, Answer):
        title = title_of(asked.question, look.zone, look.width)
        return [title, BLANK, *_table(asked, look, is_broken_down, apart)]
    if isinstance(asked, SessionAnswer):
        from tui.tables.session_page import session_lines

        return [title_line("Session", [look.zone], look.width), BLANK, *session_lines(asked, look)]
    parts = [*selected(selection), look.zone]
    if isinstance(asked, Comparison):
        from tui.tables.comparison import comparison_lines

        return [title_line("Comparison", parts, look.width), BLANK, *comparison_lines(asked, look)]
    from tui.tables.summary_page import summary_lines

    return [title_line("Summary", parts, look.width), BLANK, *summary_lines(asked, look)]


def _models_of(asked: Answered) -> Iterable[str]:
    """Return the models that a page has lines of."""
    if isinstance(asked, Answer):
        return asked.totals.figures.models
    if isinstance(asked, SessionAnswer):
        return asked.row.row.figures.models
    return [part.name for part in asked.by_model]


def _table(answer: Answer, look: Look, is_broken_down: bool, apart: Apart | None) -> list[Line]:
    if answer.question.report.by != "block":
        from tui.tables.usage_table import usage_lines

        return usage_lines(answer, look, is_broken_down, apart)
    from tui.tables.block_table import active_block_lines, block_lines

    if answer.question.is_active_only:
        return active_block_lines(answer, look)
    return block_lines(answer, look, is_broken_down, apart)
