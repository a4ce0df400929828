"""What a report answers as text for scripts and documents: JSON, CSV or Markdown.

Nothing that draws is loaded for it.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from engine.domain.questions import Answer, Answered, Comparison, SessionAnswer
from tui.terminal.encoding import writable, writable_json


def written_text(asked: Answered | None, zone: str, options: Namespace) -> str:
    """Return an answer as asked for; what is not known is JSON's `null`, else nothing."""
    encoding = sys.stdout.encoding
    told = {"is_without_cost": options.no_cost, "aliases": options.project_alias_map}
    if options.json:
        from engine.documents.encoding import encode

        document = asked and _document(asked, told, is_by_agent=options.by_agent)
        return f"{writable_json(encode(document), encoding)}\n"
    if asked is None:
        return ""
    from tui.flat import flat_table

    table = flat_table(
        asked, is_broken_down=options.breakdown, is_by_agent=options.by_agent, **told
    )
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
        is_by_agent=options.by_agent,
    )
    return f"{writable_json(encode(document), sys.stdout.encoding)}\n"


def _document(asked: Answered, told: dict[str, Any], is_by_agent: bool) -> object:
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
