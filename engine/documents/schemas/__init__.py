"""JSON Schemas of all documents, made from the types that write them.

The files beside this one are `python -m engine.documents.schemas`.
"""

from __future__ import annotations

from inspect import cleandoc
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from engine.documents.agents_found import AgentsDocument
from engine.documents.answers import (
    DailyDocument,
    HourlyDocument,
    ModelsDocument,
    MonthlyDocument,
    ProjectsDocument,
    WeeklyDocument,
)
from engine.documents.billed import BillDocument
from engine.documents.blocks import BlocksDocument
from engine.documents.calendars import GraphDocument
from engine.documents.comparisons import ComparisonDocument
from engine.documents.health import HealthDocument
from engine.documents.limits import EventsDocument, LimitsDocument
from engine.documents.live import LiveDocument
from engine.documents.providers import ProvidersDocument
from engine.documents.sections import SectionsDocument
from engine.documents.sessions import SessionDocument, SessionsDocument
from engine.documents.summaries import SummaryDocument

DOCUMENTS: dict[str, type[Struct]] = {
    "hourly": HourlyDocument,
    "daily": DailyDocument,
    "weekly": WeeklyDocument,
    "monthly": MonthlyDocument,
    "session": SessionsDocument,
    "session-id": SessionDocument,
    "blocks": BlocksDocument,
    "projects": ProjectsDocument,
    "models": ModelsDocument,
    "compare": ComparisonDocument,
    "sections": SectionsDocument,
    "summary": SummaryDocument,
    "graph": GraphDocument,
    "limits": LimitsDocument,
    "providers": ProvidersDocument,
    "bill": BillDocument,
    "events": EventsDocument,
    "agents": AgentsDocument,
    "live": LiveDocument,
    "doctor": HealthDocument,
}
"""What each command prints with `--json`; `bill` is `compare --provider`, `session-id` is
`session --id`, `sections` any report with `--sections`."""

_OR_NULL = ("session-id",)
"""Documents that are `null` where there is nothing of the name."""
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(name: str) -> dict[str, Any]:
    """Return the JSON Schema of a document."""
    made = msgspec.json.schema(DOCUMENTS[name] | None if name in _OR_NULL else DOCUMENTS[name])
    return {"$schema": _DIALECT, **_with_clean_texts(made)}


def _with_clean_texts(schema: dict[str, Any]) -> dict[str, Any]:
    """Take the indentation out of descriptions: releases of msgspec differ in that."""
    for key, value in schema.items():
        if key == "description" and isinstance(value, str):
            schema[key] = cleandoc(value)
        elif isinstance(value, dict):
            _with_clean_texts(value)
    return schema


def schema_text(name: str) -> str:
    """Return what a schema's file holds."""
    return msgspec.json.format(msgspec.json.encode(schema_of(name)), indent=2).decode() + "\n"


def schema_path(name: str) -> Path:
    """Return where a schema's file is."""
    return Path(__file__).with_name(f"{name}.schema.json")
