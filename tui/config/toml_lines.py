"""Finds the lines on which the keys of a TOML file stand."""

from __future__ import annotations

import re
import tomllib
from typing import Any

KeyPath = tuple[str, ...]

_HEADER = re.compile(r"\s*\[\[?(?P<name>.*?)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*(?P<name>(?:\"[^\"]*\"|'[^']*'|[\w\-]+|\s*\.\s*)+)\s*=")


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the line, from 1, of each table and key by its path.

    What looks like a key inside a text of several lines is taken for one, which only
    matters where a key of that name is missed.
    """
    found: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        key = _KEY.match(line)
        if header is not None:
            table = _path(header["name"])
            _note(found, table, 1, number)
        elif key is not None:
            path = table + _path(key["name"])
            _note(found, path, len(table) + 1, number)
    return found


def _note(found: dict[KeyPath, int], path: KeyPath, shortest: int, number: int) -> None:
    """Note the line of a key and of the tables on its path, from a length on."""
    for length in range(shortest, len(path) + 1):
        found.setdefault(path[:length], number)


def line_of(lines: dict[KeyPath, int], path: KeyPath) -> int | None:
    """Return the line of a key, else of the nearest table that holds it."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _path(name: str) -> KeyPath:
    """Return a dotted and perhaps quoted key as its parts."""
    try:
        inside: Any = tomllib.loads(f"{name} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    path: list[str] = []
    while isinstance(inside, dict):
        (key,) = inside
        path.append(key)
        inside = inside[key]
    return tuple(path)
