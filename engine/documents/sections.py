"""Several reports of one reading as one document: `ccmon daily --sections daily,session`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from engine.documents.answers import (
    DailyDocument,
    DayRow,
    MonthlyDocument,
    MonthRow,
    WeeklyDocument,
    WeekRow,
    answer_document,
)
from engine.documents.figures import Totals
from engine.documents.sessions import SessionRow, SessionsDocument
from engine.domain.choices import Apart
from engine.domain.questions import Answer


class SectionsDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """What `--sections --json` prints: the rows asked for, and the totals of the first of them."""

    daily: list[DayRow] | UnsetType = UNSET
    weekly: list[WeekRow] | UnsetType = UNSET
    monthly: list[MonthRow] | UnsetType = UNSET
    session: list[SessionRow] | UnsetType = UNSET
    totals: Totals
    timezone: str
    notes: list[str] | UnsetType = UNSET


def sections_document(
    answers: Sequence[Answer],
    *,
    is_without_cost: bool = False,
    aliases: Mapping[str, str] | None = None,
    apart: Apart | None = None,
) -> SectionsDocument:
    """Return answers about periods and sessions, at least one, as one document."""
    documents = [
        answer_document(answer, is_without_cost=is_without_cost, aliases=aliases, apart=apart)
        for answer in answers
    ]
    rows: dict[str, Any] = {}
    for document in documents:
        rows |= _rows(document)
    notes = list(dict.fromkeys(note for answer in answers for note in answer.notes))
    first = documents[0]
    assert isinstance(first, DailyDocument | WeeklyDocument | MonthlyDocument | SessionsDocument)
    return SectionsDocument(
        **rows, totals=first.totals, timezone=first.timezone, notes=notes or UNSET
    )


def _rows(document: Struct) -> dict[str, Any]:
    """Return a document's rows by the name of its report."""
    if isinstance(document, DailyDocument):
        return {"daily": document.daily}
    if isinstance(document, WeeklyDocument):
        return {"weekly": document.weekly}
    if isinstance(document, MonthlyDocument):
        return {"monthly": document.monthly}
    assert isinstance(document, SessionsDocument)
    return {"session": document.sessions}
