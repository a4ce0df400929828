"""Whatever a report answers as the document that scripts read."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from engine.domain.choices import Apart
from engine.domain.questions import Answer, Answered, Comparison, SessionAnswer


def answered_document(
    asked: Answered,
    *,
    is_without_cost: bool = False,
    aliases: Mapping[str, str] | None = None,
    apart: Apart | None = None,
) -> Struct:
    """Return an answer as a document; what the answer does not need is not loaded."""
    if isinstance(asked, Answer):
        from engine.documents.answers import answer_document

        return answer_document(asked, is_without_cost=is_without_cost, aliases=aliases, apart=apart)
    if isinstance(asked, SessionAnswer):
        from engine.documents.sessions import session_document

        return session_document(asked, is_without_cost=is_without_cost, aliases=aliases)
    if isinstance(asked, Comparison):
        from engine.documents.comparisons import comparison_document

        return comparison_document(asked, is_without_cost=is_without_cost, aliases=aliases)
    from engine.documents.summaries import summary_document

    return summary_document(asked, is_without_cost=is_without_cost, aliases=aliases)
