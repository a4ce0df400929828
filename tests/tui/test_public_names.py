"""The screen uses nothing of Textual that Textual does not offer."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator

import pytest

import tui

MODULES = sorted(
    found.name
    for found in pkgutil.walk_packages(tui.__path__, "tui.")
    if not found.name.endswith("__main__")
)


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _imported(tree: ast.AST) -> Iterator[str]:
    """Yield what a module imports, dotted."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{each.name}" for each in node.names)


def _of_textual(module: str) -> Iterator[tuple[type, list[type]]]:
    """Yield a module's classes that are made from Textual's, each with those."""
    for made in vars(importlib.import_module(module)).values():
        if inspect.isclass(made) and made.__module__ == module:
            bases = [base for base in made.__mro__ if base.__module__.startswith("textual")]
            if bases:
                yield made, bases


@functools.cache
def _own_names(made: type) -> set[str]:
    """Return the private names that a class's code defines, or takes from itself."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(made))).body
    names: set[str] = set()
    for node in ast.walk(body):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            names |= {node.attr} if node.value.id in ("self", "cls") else set()
    assert isinstance(body, ast.ClassDef)
    for node in body.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {each.id for each in targets if isinstance(each, ast.Name)}
    return {name for name in names if _is_private(name)}


@pytest.mark.parametrize("module", MODULES)
def test_no_private_name_of_textual_is_imported_overridden_or_used(module: str) -> None:
    source = inspect.getsource(importlib.import_module(module))
    private = [
        name
        for name in _imported(ast.parse(source))
        if name.split(".")[0] == "textual" and any(map(_is_private, name.split(".")))
    ]
    assert private == []
    for made, bases in _of_textual(module):
        theirs = {name for base in bases for name in _own_names(base)}
        assert _own_names(made) & theirs == set(), made.__name__


def test_a_private_name_is_found() -> None:
    from textual.app import App

    class Overriding(App[None]):
        def _ready(self) -> None: ...

    assert "_ready" in _own_names(Overriding) & _own_names(App)
