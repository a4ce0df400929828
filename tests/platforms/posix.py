"""Finds what only POSIX has in the text of tests, so that a mark can say so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.platforms.pretended import POSIX_MODULES

TESTS = Path(__file__).resolve().parents[1]
MARKS = ("posix", "skipif", "importorskip")
"""What says of a test, or of its module, that it does not run everywhere."""

_ONLY_THERE = re.compile(
    r"symlink|mkfifo|\.chmod\((?:0|0o[0-5]\d\d)\)|geteuid|getuid|setresuid|S_IMODE|\.st_mode\b"
    r"|SIG(?:STOP|CONT|KILL|HUP|TTOU|TSTP|WINCH|USR1|PIPE)\b|os\.fork|os\.killpg|setrlimit"
    r"|#!/bin|\"/bin/|'/bin/|/dev/(?!null)|/proc/|\bpty\.|\btermios\.|\bfcntl\.|\btzset\b"
    r"|getrusage|\bas_another_user\b"
)

_NAMED = re.compile(rf"\b(?:{'|'.join(POSIX_MODULES)}|SIGKILL)\b")
_OF_TERMINALS = re.compile(rf"{_ONLY_THERE.pattern}|\bTerminal\(")


def sources() -> Iterator[tuple[str, str]]:
    """Yield the name below `tests` and the text of each module, but for this room's own."""
    for path in sorted(TESTS.rglob("*.py")):
        name = path.relative_to(TESTS).as_posix()
        if not name.startswith("platforms/"):
            yield name, path.read_text("utf-8")


def imported_at_once(text: str) -> set[str]:
    """Return the POSIX modules that a text imports when it is loaded, and does not try to."""
    found: set[str] = set()
    if not _NAMED.search(text):
        return found
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found.add(node.module)
            if node.module == "signal":
                found |= {each.name for each in node.names if each.name == "SIGKILL"}
    return found & {*POSIX_MODULES, "SIGKILL"}


def unmarked(text: str) -> list[str]:
    """Return the tests of a text that use what only POSIX has, and do not say so."""
    only_there = _OF_TERMINALS if "tests.terminal" in text else _ONLY_THERE
    if not only_there.search(text):
        return []
    tree = ast.parse(text)
    parts = {
        node.name: node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    marks = [
        node
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
    ]
    if any(mark in ast.unparse(node) for node in marks for mark in MARKS):
        return []
    used = _uses(parts, only_there)
    marked = {
        node.targets[0].id
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and any(mark in ast.unparse(node.value) for mark in MARKS)
    }
    return [
        name
        for name, node in parts.items()
        if name.startswith("test_") and name in used and not _is_marked(node, marked)
    ]


def _uses(parts: Mapping[str, ast.AST], only_there: re.Pattern[str]) -> set[str]:
    """Return the names of the parts that use it, by themselves or by way of another part."""
    texts = {name: ast.unparse(node) for name, node in parts.items()}
    found = {name for name, text in texts.items() if only_there.search(text)}
    while True:
        named = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(found))) or '(?!)'})\b")
        more = {name for name, text in texts.items() if named.search(text)} - found
        if not more:
            return found
        found |= more


def _is_marked(node: ast.AST, marked: set[str]) -> bool:
    text = [ast.unparse(each) for each in getattr(node, "decorator_list", [])]
    if any(mark in each for each in text for mark in MARKS):
        return True
    return any(name in each for each in text for name in marked)
