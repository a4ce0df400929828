"""Two periods or projects side by side as the document of `ccmon compare --json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from engine.documents.changes import ChangeDocument, change_document
from engine.documents.encoding import iso, pricing
from engine.documents.figures import UNKNOWN_MODEL, RowSums, Sums, row_sums, sums
from engine.domain.projects import called
from engine.domain.questions import AnswerRow, ComparedPart, Comparison


class ComparedSide(RowSums, frozen=True, kw_only=True, rename="camel"):
    """One side: `id` is a period's first and last day, or a project's path."""

    id: str
    name: str
    sessions: int
    start_time: str | None
    end_time: str | None
    first_activity: str | None
    last_activity: str | None


class ComparedModel(Struct, frozen=True, kw_only=True, rename="camel"):
    """A model on both sides."""

    model_name: str
    left: Sums
    right: Sums
    change: ChangeDocument


class ComparisonDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """What `ccmon compare A B --json` prints; `change` goes from left to right."""

    kind: Literal["periods", "projects"]
    timezone: str
    left: ComparedSide
    right: ComparedSide
    change: ChangeDocument
    models: list[ComparedModel]


def comparison_document(
    comparison: Comparison,
    *,
    is_without_cost: bool = False,
    aliases: Mapping[str, str] | None = None,
) -> ComparisonDocument:
    """Return a comparison as the document that scripts read."""
    price = pricing(is_without_cost)
    names = aliases or {}

    def side(answer: AnswerRow) -> ComparedSide:
        row = answer.row
        is_project = comparison.kind == "projects"
        return ComparedSide(
            **row_sums(row, price),
            id=row.key,
            name=called(row.label, row.key, names) if is_project else row.label,
            sessions=row.sessions,
            start_time=iso(row.start),
            end_time=iso(row.end),
            first_activity=iso(row.figures.first),
            last_activity=iso(row.figures.last),
        )

    def model(part: ComparedPart) -> ComparedModel:
        return ComparedModel(
            model_name=part.name or UNKNOWN_MODEL,
            left=Sums(**sums(part.left, price)),
            right=Sums(**sums(part.right, price)),
            change=change_document(part.change, price),
        )

    return ComparisonDocument(
        kind=comparison.kind,
        timezone=comparison.zone,
        left=side(comparison.left),
        right=side(comparison.right),
        change=change_document(comparison.change, price),
        models=[model(part) for part in comparison.by_model],
    )
