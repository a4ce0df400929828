"""What a tool is, and the JSON Schemas of its arguments and of its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from engine.service.parameters import Parameter
from engine.service.source import Said, Source

USUAL_ROWS = 50
MOST_ROWS = 500


class PageDocument(Struct, frozen=True, kw_only=True, rename="camel"):
    """Which of the rows found are shown; totals are of all of them."""

    shown: int
    found: int
    next_cursor: str | None
    """What to give as `cursor` for the rows that follow; null where these are the last."""


class Tool(NamedTuple):
    """One question that an agent may ask."""

    name: str
    title: str
    description: str
    document: type[Struct]
    answer: Callable[[Source, Said], object]
    parameters: tuple[Parameter, ...] = ()
    rows: str = ""
    """The key of the document whose rows come in pages."""
    names_models: bool = False
    """Whether what its models are called is told beside them."""


def input_schema(tool: Tool) -> dict[str, Any]:
    """Return the JSON Schema of a tool's arguments."""
    properties: dict[str, Any] = {
        each.dest: {**each.schema, "description": each.help} for each in tool.parameters
    }
    if tool.rows:
        properties["limit"] = {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_ROWS,
            "default": USUAL_ROWS,
            "description": "at most so many rows",
        }
        properties["cursor"] = {"type": "string", "description": "nextCursor of the page before"}
    required = [each.dest for each in tool.parameters if each.is_required]
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": required} if required else schema


def output_schema(tool: Tool) -> Any:
    """Return the JSON Schema of a tool's answer, an object at its top as MCP asks."""
    (reference, page), components = msgspec.json.schema_components(
        [tool.document, PageDocument], ref_template="#/$defs/{name}"
    )
    name = reference["$ref"].rpartition("/")[2]
    top = dict(components.pop(name))
    if tool.rows:
        top["properties"] = {**top["properties"], "page": page}
        top["required"] = [*top.get("required", ()), "page"]
    else:
        del components["PageDocument"]
    if tool.names_models:
        labels = {"type": "object", "additionalProperties": {"type": "string"}}
        top["properties"] = {**top["properties"], "modelLabels": labels}
    return _portable({**top, "$defs": components})


def _portable(schema: Any) -> Any:
    """Return a schema whose every part is an object: some clients know no `false`."""
    if isinstance(schema, dict):
        return {
            key: {"not": {}} if key == "items" and each is False else _portable(each)
            for key, each in schema.items()
        }
    return [_portable(each) for each in schema] if isinstance(schema, list) else schema
