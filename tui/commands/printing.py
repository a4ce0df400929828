"""Prints what a report answers: as JSON, CSV, Markdown, or a page for people.

What scripts read is printed without loading anything that draws.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.domain.questions import Answer, Comparison, Selection, SessionAnswer, Summary
from tui.terminal.encoding import writable, writable_json

if TYPE_CHECKING:
    from tui.tables.lines import Line
    from tui.tables.look import Look

Asked = Answer | SessionAnswer | Comparison | Summary
"""What reports answer."""


def is_written(options: Namespace) -> bool:
    """Say whether the report is for a script or a document, not for the terminal."""
    return bool(options.json or options.csv or options.markdown)


def print_written(asked: Asked | None, zone: str, options: Namespace) -> None:
    """Print as JSON, CSV or Markdown; what is not known is JSON's `null`, else nothing."""
    encoding = sys.stdout.encoding
    told = {"is_without_cost": options.no_cost, "aliases": options.project_alias_map}
    if options.json:
        from engine.documents.encoding import encode

        document = asked and _document(asked, told, is_by_agent=options.by_agent)
        print(writable_json(encode(document), encoding))
    elif asked is not None:
        from tui.flat import flat_table

        table = flat_table(
            asked, is_broken_down=options.breakdown, is_by_agent=options.by_agent, **told
        )
        if options.csv:
            from tui.flat.csv_text import csv_text

            text = csv_text(table)
        else:
            from tui.flat.markdown import markdown_text

            text = markdown_text(table, zone)
        sys.stdout.write(writable(text, encoding))


def print_sections(asked: Sequence[Answer], options: Namespace) -> None:
    """Print several answers of one reading as one JSON document."""
    from engine.documents.encoding import encode
    from engine.documents.sections import sections_document

    document = sections_document(
        asked,
        is_without_cost=options.no_cost,
        aliases=options.project_alias_map,
        is_by_agent=options.by_agent,
    )
    print(writable_json(encode(document), sys.stdout.encoding))


def _document(asked: Asked, told: dict[str, Any], is_by_agent: bool) -> object:
    if isinstance(asked, Answer):
        from engine.documents.answers import answer_document

        return answer_document(asked, is_by_agent=is_by_agent, **told)
    if isinstance(asked, SessionAnswer):
        from engine.documents.sessions import session_document

        return session_document(asked, **told)
    if isinstance(asked, Comparison):
        from engine.documents.comparisons import comparison_document

        return comparison_document(asked, **told)
    from engine.documents.summaries import summary_document

    return summary_document(asked, **told)


def print_page(asked: Asked, zone: str, selection: Selection, options: Namespace) -> None:
    """Print a page that fits the terminal, in colours where somebody looks."""
    from tui.tables.look import Look
    from tui.tables.terminal import has_styles, print_lines, width_of

    look = Look(
        width=width_of(sys.stdout),
        zone=zone,
        is_compact=options.compact,
        has_cost=not options.no_cost,
        projects=options.project_alias_map,
        models=options.model_alias_map,
    )
    lines = page_of(
        asked,
        look,
        selection,
        is_broken_down=options.breakdown,
        is_by_agent=options.by_agent,
    )
    print_lines(lines, is_styled=has_styles(options.color, sys.stdout))


def page_of(
    asked: Asked,
    look: Look,
    selection: Selection,
    is_broken_down: bool,
    is_by_agent: bool = False,
) -> list[Line]:
    """Return a page's lines, title first."""
    from tui.tables.lines import BLANK
    from tui.tables.title import selected, title_line, title_of

    if isinstance(asked, Answer):
        title = title_of(asked.question, look.zone, look.width)
        return [title, BLANK, *_table(asked, look, is_broken_down, is_by_agent)]
    if isinstance(asked, SessionAnswer):
        from tui.tables.session_page import session_lines

        return [title_line("Session", [look.zone], look.width), BLANK, *session_lines(asked, look)]
    parts = [*selected(selection), look.zone]
    if isinstance(asked, Comparison):
        from tui.tables.comparison import comparison_lines

        return [title_line("Comparison", parts, look.width), BLANK, *comparison_lines(asked, look)]
    from tui.tables.summary_page import summary_lines

    return [title_line("Summary", parts, look.width), BLANK, *summary_lines(asked, look)]


def _table(answer: Answer, look: Look, is_broken_down: bool, is_by_agent: bool) -> list[Line]:
    if answer.question.kind != "blocks":
        from tui.tables.usage_table import usage_lines

        return usage_lines(answer, look, is_broken_down, is_by_agent)
    from tui.tables.block_table import active_block_lines, block_lines

    if answer.question.is_active_only:
        return active_block_lines(answer, look)
    return block_lines(answer, look, is_broken_down)
