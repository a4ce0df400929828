"""Reads what a strict JSON decoder refuses: every whole object in a damaged line.

Seen in the wild: byte order marks, NUL runs, lone surrogates, invalid UTF-8 in text,
raw control characters, two objects on one line, a broken record followed by a whole one.
"""

from __future__ import annotations

import json
import re
from typing import Any

_DECODER = json.JSONDecoder(strict=False)
_RECORD = re.compile(
    r'\{\s*"(?:parentUuid|type|messageId|timestamp|sessionId|message|uuid|isSidechain|cwd)"\s*:'
)
_MOST_CANDIDATES = 200


def read_objects(line: bytes) -> tuple[list[tuple[int, dict[str, Any]]], bool]:
    """Return the whole objects in a line with their positions, and whether that was all.

    A position is counted in characters from the line's start; `True` says that nothing
    but blanks lies outside the objects.
    """
    text = line.decode("utf-8", "surrogatepass" if _has_surrogates(line) else "replace")
    objects: list[tuple[int, dict[str, Any]]] = []
    is_whole = True
    position = _skip_blank(text, 0)
    while position < len(text):
        found = _decode_at(text, position)
        if found is None:
            is_whole = False
            found = _decode_next(text, position + 1)
            if found is None:
                break
        start, value, position = found
        if isinstance(value, dict):
            objects.append((start, value))
        else:
            is_whole = False
        position = _skip_blank(text, position)
    return objects, is_whole


def _has_surrogates(line: bytes) -> bool:
    """Say whether a line holds surrogates encoded as bytes, and nothing worse."""
    try:
        line.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _skip_blank(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n\x00\ufeff":
        position += 1
    return position


def _decode_at(text: str, position: int) -> tuple[int, Any, int] | None:
    try:
        value, end = _DECODER.raw_decode(text, position)
    except (ValueError, RecursionError):
        return None
    return position, value, end


def _decode_next(text: str, position: int) -> tuple[int, Any, int] | None:
    """Find the next record that is whole, by the keys with which records begin."""
    for tried, match in enumerate(_RECORD.finditer(text, position)):
        if tried == _MOST_CANDIDATES:
            break
        found = _decode_at(text, match.start())
        if found is not None:
            return found
    return None
