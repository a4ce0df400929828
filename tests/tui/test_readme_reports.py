"""The page of the JSON names every key of the reports' JSON, and no key that is not there."""

import re
from pathlib import Path

import pytest

from engine.documents.schemas import DOCUMENTS, schema_of

_PAGE = Path(__file__).resolve().parents[2] / "engine" / "documents" / "README.md"
PAGE = _PAGE.read_text("utf-8")
REPORTS = tuple(name for name in DOCUMENTS if name not in ("live", "doctor"))
_KEY = re.compile(r"`(\w+)`")
_WORDS = {"true", "null", "unknown", "periods", "ok", "warning", "exceeds"}
_WORDS |= {"all", "claude", "codex"}
"""What stands in code's type and is a value."""


def documented() -> tuple[set[str], set[str]]:
    """Return the keys that the section's tables explain, and all that it names."""
    section = PAGE.partition("\n## JSON of the reports\n")[2].partition("\n## ")[0]
    explained, named = set(), set()
    for line in section.splitlines():
        if line.startswith("| `"):
            _, names, _, _ = line.split("|")
            explained.update(_KEY.findall(names))
            named.update(_KEY.findall(line))
    return explained, named


def documented_of_live() -> set[str]:
    """Return the keys that the live document's section names, which others share."""
    return set(_KEY.findall(PAGE.partition("\n## For scripts\n")[2].partition("\n## ")[0]))


def keys_of(name: str) -> set[str]:
    """Return every key of a report's document, at any depth."""
    definitions = schema_of(name)["$defs"].values()
    return {key for each in definitions for key in each.get("properties", ())}


@pytest.mark.parametrize("name", REPORTS)
def test_every_key_of_a_reports_json_is_documented(name: str) -> None:
    shared = documented_of_live() if name in ("limits", "events") else set()
    assert keys_of(name) - documented()[1] - shared == set()


def test_every_documented_key_is_in_some_report() -> None:
    explained, named = documented()
    keys = {key for name in REPORTS for key in keys_of(name)}
    assert explained - keys - set(REPORTS) == set()
    assert named - keys - set(REPORTS) - _WORDS == set()


def test_every_report_has_its_rows_named() -> None:
    section = PAGE.partition("\n## JSON of the reports\n")[2].partition("\n**Of every report**")[0]
    for name in set(REPORTS) - {"session-id"}:
        assert f"`{name}`" in section
