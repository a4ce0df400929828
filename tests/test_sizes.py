"""A module is short enough to be read at once, and a function to be seen at once."""

from __future__ import annotations

import ast
from pathlib import Path

_HERE = Path(__file__).resolve().parents[1]
_MOST_OF_MODULE = 300
_MOST_OF_FUNCTION = 45

# Each is one thing that would be harder to read in two places.
_LONG_MODULES = {
    "engine/ledger/rows.py",
    "engine/live/updater.py",
    "engine/monitor.py",
    "tui/live/panes/sessions.py",
    "tui/live/report/table.py",
}
_LONG_FUNCTIONS = {
    "engine/agents/base.py:see",
    "engine/aggregates/view.py:__init__",
    "engine/ledger/record_rows.py:row_of",
    "engine/live/read_model.py:__init__",
    "engine/reports/health.py:examine",
    "engine/reports/queries/calendar.py:calendar_of",
}


def _modules() -> dict[str, str]:
    paths = [path for package in ("engine", "tui") for path in (_HERE / package).rglob("*.py")]
    assert len(paths) > 300
    return {path.relative_to(_HERE).as_posix(): path.read_text("utf-8") for path in paths}


def _lengths(text: str) -> dict[str, int]:
    """Return the lines of each function of a module, with those of its docstring."""
    return {
        node.name: (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_modules_are_short_but_for_those_listed() -> None:
    long = {name for name, text in _modules().items() if text.count("\n") > _MOST_OF_MODULE}
    assert long <= _LONG_MODULES


def test_functions_are_short_but_for_those_listed() -> None:
    long = {
        f"{name}:{function}"
        for name, text in _modules().items()
        for function, lines in _lengths(text).items()
        if lines > _MOST_OF_FUNCTION
    }
    assert long <= _LONG_FUNCTIONS
