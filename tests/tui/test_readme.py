"""README and the pages beside the code say what is so: tables, commands, pictures, links, keys."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from engine.documents.encoding import encode
from engine.documents.live import live_document
from engine.domain.notices import Notice
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tui.dev.readme import PAGES, updated
from tui.live.themes import THEME_NAMES
from tui.options.catalog import NAMES

PROJECT = Path(__file__).resolve().parents[2]
README = (PROJECT / "README.md").read_text("utf-8")
JSON_PAGE = (PROJECT / "engine" / "documents" / "README.md").read_text("utf-8")
WRITTEN = sorted(
    [
        *PROJECT.glob("*.md"),
        *(path for room in ("engine", "tui", "tests") for path in PROJECT.glob(f"{room}/**/*.md")),
    ]
)
_LINK = re.compile(r"\]\(([^) ]+)\)")
_PICTURE = re.compile(r"!\[[^]]+\]\(([^)]+)\)")
_COMMAND = re.compile(r"^python3 -m venv \.venv && .*$", re.MULTILINE)


def section(title: str) -> str:
    """Return what stands below a heading of the page of the JSON."""
    _, _, rest = JSON_PAGE.partition(f"\n## {title}\n")
    assert rest, title
    return rest.partition("\n## ")[0]


def page(name: str) -> str:
    return (PROJECT / name).read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_the_made_parts_are_those_of_the_code(name: str) -> None:
    assert updated(name, page(name)) == page(name), "python -m tui.dev.readme makes them anew"


def test_a_stale_table_is_made_anew() -> None:
    name = "tui/live/README.md"
    stale = page(name).replace("| Quit |", "| Give up |")
    assert stale != page(name)
    assert updated(name, stale) == page(name)


def test_the_readme_can_be_read_in_a_few_minutes() -> None:
    assert 150 <= len(README.splitlines()) <= 250


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    for link in _LINK.findall(path.read_text("utf-8")):
        place, _, heading = link.partition("#")
        if place.startswith(("https://", "http://")):
            continue
        target = path.parent / place if place else path
        assert target.exists(), link
        if heading:
            assert heading in headings(target.read_text("utf-8")), link


def headings(text: str) -> set[str]:
    """Return the headings of a page as links name them."""
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in found}


def test_the_first_screen_has_a_picture_what_it_is_and_the_two_commands() -> None:
    first = "\n".join(README.splitlines()[:25])
    assert (PROJECT / _PICTURE.findall(first)[0]).is_file()
    live, tests = _COMMAND.findall(first)
    assert live.endswith("ccmon live")
    assert tests.endswith("pytest -n 2")


def test_the_continuous_integration_runs_the_readmes_test_command() -> None:
    script = (PROJECT / ".ci" / "run").read_text("utf-8")
    found = re.search(r"grep -m1 -E '(.+)' README\.md", script)
    assert found is not None
    taken = [line for line in README.splitlines() if re.search(found[1], line)]
    assert taken == [_COMMAND.findall(README)[1]]


def test_every_picture_named_is_there_and_shows_something() -> None:
    pictures = _PICTURE.findall(README)
    assert len(pictures) > 3
    for picture in pictures:
        begin = (PROJECT / picture).read_bytes()[:200]
        assert b"<svg" in begin or begin.startswith(b"\x89PNG"), picture


def test_every_command_and_theme_is_named() -> None:
    for name in NAMES:
        assert f"**`ccmon {name}`**" in page("tui/options/README.md")
    for theme in THEME_NAMES:
        assert f"`{theme}`" in page("tui/live/README.md")


def documented() -> dict[str, set[str]]:
    """Return each key of the JSON's table with the keys said to be inside it."""
    found: dict[str, set[str]] = {}
    for line in section("For scripts").splitlines():
        if line.startswith("| `"):
            _, names, text, _ = line.split("|")
            inside = set(re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", text))) - {"null"}
            found |= dict.fromkeys(re.findall(r"`(\w+)`", names), inside)
    return found


@pytest.fixture
def document(made_up_monitor: Callable[..., Monitor]) -> dict[str, Any]:
    with made_up_monitor() as monitor:
        monitor.read()
        told = replace(monitor.snapshot(), notices=(Notice("warning", "Look here."),))
        made: dict[str, Any] = json.loads(encode(live_document(told)))
        return made


def test_every_key_of_the_json_is_documented_and_every_documented_key_is_there(
    document: dict[str, Any],
) -> None:
    said = documented()
    assert set(document) == set(said) - {"tokenCounts", "forecast"}
    assert set(document["block"]["tokenCounts"]) == said["tokenCounts"]
    for name, value in document.items():
        if name in ("hit", "events") and not value:
            continue
        inside = value[0] if isinstance(value, list) and value else value
        keys = set(inside) if isinstance(inside, dict) else set()
        assert keys == said[name], name


def test_the_words_that_stand_for_levels_and_sources_are_those_in_use(
    document: dict[str, Any],
) -> None:
    text = section("For scripts")
    for name in ("source", "unit", "level"):
        assert f"`{document['limit'][name]}`" in text
    assert f"`{document['block']['anchor']}`" in text


def test_an_absent_block_is_null_but_its_key_is_there(settings: Callable[..., Settings]) -> None:
    with Monitor(settings()) as monitor:
        monitor.read()
        made = json.loads(encode(live_document(monitor.snapshot())))
    assert set(made) == set(documented()) - {"tokenCounts", "forecast"}
    assert made["block"] is None
    assert made["projection"] is None
