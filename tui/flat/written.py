"""What a report answers as text for scripts and documents: JSON, CSV or Markdown.

Nothing that draws is loaded for it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from engine.domain.choices import Apart
from engine.domain.questions import Answer, Answered, Comparison, SessionAnswer
from engine.domain.typed.asked import apart_of
from tui.options.definition import Namespace
from tui.terminal.encoding import writable, writable_json

if TYPE_CHECKING:
    from tui.flat.table import FlatTable


def written_text(asked: Answered | None, zone: str, options: Namespace) -> str:
    """Return an answer as asked for; what is not known is JSON's `null`, else nothing."""
    encoding = sys.stdout.encoding
    told = {"is_without_cost": options.no_cost, "aliases": options.project_alias_map}
    if options.json or options.jq:
        from engine.documents.answered import answered_document
        from engine.documents.encoding import encode

        document = asked and answered_document(asked, apart=apart_of(vars(options)), **told)
        return _filtered(encode(document), options.jq)
    if asked is None:
        return ""
    table = flat_table(
        asked, is_broken_down=options.breakdown, apart=apart_of(vars(options)), **told
    )
    if options.no_total:
        table = table.without_totals()
    if options.csv:
        from tui.flat.csv_text import csv_text

        return writable(csv_text(table), encoding)
    from tui.flat.markdown import markdown_text

    return writable(markdown_text(table, zone), encoding)


def sections_text(asked: Sequence[Answer], options: Namespace) -> str:
    """Return several answers of one reading as one JSON document."""
    from engine.documents.encoding import encode
    from engine.documents.sections import sections_document

    document = sections_document(
        asked,
        is_without_cost=options.no_cost,
        aliases=options.project_alias_map,
        apart=apart_of(vars(options)),
    )
    return _filtered(encode(document), options.jq)


def _filtered(document: str, jq: str | None) -> str:
    """Return a document, or what the program jq makes of it."""
    if jq is not None:
        from tui.flat.jq import through_jq

        return writable(through_jq(document, jq), sys.stdout.encoding)
    return f"{writable_json(document, sys.stdout.encoding)}\n"


def flat_table(
    asked: Answered,
    *,
    is_broken_down: bool = False,
    apart: Apart | None = None,
    is_without_cost: bool = False,
    aliases: Mapping[str, str] | None = None,
) -> FlatTable:
    """Return anything that a report answers as one flat table.

    Broken down, an answer has a line for each model below its row, and one for each agent,
    machine or person where those are `apart`. Without cost no column of money is left.
    `aliases` are names for projects, by directory or short name.
    """
    from tui.flat.answers import answer_table
    from tui.flat.pages import comparison_table, session_table, summary_table

    names = aliases or {}
    if isinstance(asked, Answer):
        table = answer_table(asked, is_broken_down, apart, names)
    elif isinstance(asked, SessionAnswer):
        table = session_table(asked)
    elif isinstance(asked, Comparison):
        table = comparison_table(asked, names)
    else:
        table = summary_table(asked, names)
    return table.without_cost() if is_without_cost else table
