"""The JSON Schemas: up to date, and true of every document."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from engine.documents.answers import answer_document
from engine.documents.encoding import encode
from engine.documents.health import health_document
from engine.documents.live import live_document
from engine.documents.schemas import DOCUMENTS, schema_of, schema_path, schema_text
from engine.domain.typed.amounts import parse_limit
from engine.monitor import Monitor
from tests.made_answers import NOBODY, answer
from tests.made_documents import every_document
from tests.made_lines import MINUTE, moment, write
from tests.made_lines import answer as line


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_schemas_files_are_those_of_the_types(name: str) -> None:
    told = "python -m engine.documents.schemas brings the schemas up to date"
    assert schema_path(name).read_text("utf-8") == schema_text(name), told


def test_there_is_a_file_for_each_schema_and_no_other() -> None:
    found = {path.name for path in schema_path("daily").parent.glob("*.json")}
    assert found == {f"{name}.schema.json" for name in DOCUMENTS}


def unknown_keys(value: object, schema: dict[str, Any], root: dict[str, Any]) -> list[str]:
    """Return the keys of a value that its schema does not know."""
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        items = _one_of(schema, "items")
        return [key for each in value for key in unknown_keys(each, items, root)]
    if not isinstance(value, dict):
        return []
    known = _one_of(schema, "properties", root)
    if not known:
        further = schema["additionalProperties"]
        return [key for each in value.values() for key in unknown_keys(each, further, root)]
    missing = [key for key in value if key not in known]
    inner = [
        found
        for key, each in value.items()
        if key in known
        for found in unknown_keys(each, known[key], root)
    ]
    return missing + inner


def _one_of(schema: dict[str, Any], key: str, root: dict[str, Any] | None = None) -> Any:
    """Return what a schema, or one of its alternatives, says under a key."""
    for each in (schema, *schema.get("anyOf", ())):
        while root is not None and "$ref" in each:
            each = root["$defs"][each["$ref"].rpartition("/")[2]]
        if key in each:
            return each[key]
    return {}


def _check(name: str, document: object) -> None:
    """Read a document by its type, strictly, and look each of its keys up in the schema."""
    text = encode(document)
    again = msgspec.json.decode(text, type=DOCUMENTS[name], strict=True)
    assert encode(again) == text
    schema = schema_of(name)
    assert unknown_keys(json.loads(text), schema, schema) == []
    whole = next(each for each in (schema, *schema.get("anyOf", ())) if "$ref" in each)
    required = schema["$defs"][whole["$ref"].rpartition("/")[2]]["required"]
    assert set(required) - set(json.loads(text)) == set()


@pytest.mark.parametrize("is_without_cost", [False, True])
def test_documents_are_as_their_schemas_say(is_without_cost: bool) -> None:
    checked = set()
    for name, document in every_document(is_without_cost=is_without_cost):
        _check(name, document)
        checked.add(name)
    assert checked == set(DOCUMENTS) - {"live", "doctor"}


def test_a_key_that_a_schema_does_not_know_is_found() -> None:
    schema = schema_of("daily")
    made = json.loads(encode(answer_document(answer("daily"))))
    made["daily"][0]["modelBreakdowns"][0]["surprise"] = 1
    assert unknown_keys(made, schema, schema) == ["surprise"]
    made["daily"][0]["date"] = 20_261_122
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(json.dumps(made), type=DOCUMENTS["daily"])


def test_the_live_and_the_doctors_documents_are_as_their_schemas_say(
    tmp_path: Any, settings: Callable[..., Any]
) -> None:
    now = moment("2026-11-22T13:00")
    write(tmp_path, line("a", now - 90 * MINUTE), line("b", now - MINUTE, 600, model=NOBODY))
    write(tmp_path, b'{"type":"assistant","message":{"usage":{"input_tokens":1}}\n')
    with Monitor(
        settings(roots=(tmp_path,), clock=lambda: now, limit=parse_limit("$2"))
    ) as monitor:
        monitor.read()
        snapshot, health = monitor.snapshot(), monitor.health()
    _check("live", live_document(snapshot))
    _check("doctor", health_document(health))
    assert json.loads(encode(health_document(health)))["roots"][0]["oldestDeletedAt"].endswith("Z")
