"""Reads what a strict JSON decoder refuses: every whole object in a damaged line.

Seen in the wild: byte order marks, NUL runs, lone surrogates, invalid UTF-8 in text,
raw control characters, two objects on one line, a broken record followed by a whole one.
"""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_MOST_DIGITS = 400
"""Of a whole number; Python refuses to read one of some thousands, and no count has as many."""


def _whole_number(digits: str) -> int | float:
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)


_DECODER = json.JSONDecoder(strict=False, parse_int=_whole_number)
_RECORD = (
    r'\{\s*"(?:parentUuid|type|messageId|timestamp|sessionId|message|uuid|isSidechain|cwd)"\s*:'
)
_TOKENS = r'(?s)"(?:[^"\\]|\\.)*"|[\[\]{}]'
_DEEPEST = 200
"""Levels of nesting that are read."""
_MOST_FAILURES = 60
"""So many beginnings of records that never end are tried in one line, fewer in a long one."""
_MOST_WORK = 100 << 20
"""Characters that may be read in vain."""


def read_objects(line: bytes) -> tuple[list[tuple[int, dict[str, Any]]], bool]:
    """Return the whole objects in a line with their positions, and whether that was all.

    A position is counted in characters from the line's start; `True` says that nothing
    but blanks lies outside the objects. What is nested deeper than any decoder goes is 0.
    """
    text = line.decode("utf-8", "surrogatepass" if _has_surrogates(line) else "replace")
    try:
        return _objects_in(text, (ValueError,))
    except RecursionError:
        return _objects_in(shallow(text), (ValueError, RecursionError))


def _objects_in(
    text: str, refused: tuple[type[Exception], ...]
) -> tuple[list[tuple[int, dict[str, Any]]], bool]:
    failures_left = max(3, min(_MOST_FAILURES, _MOST_WORK // (len(text) + 1)))
    objects: list[tuple[int, dict[str, Any]]] = []
    is_whole = True
    position = _skip_blank(text, 0)
    while position < len(text) and failures_left:
        if text[position] == "{":
            found = _decode_at(text, position, refused)
            if found is not None:
                objects.append((position, found[0]))
                position = _skip_blank(text, found[1])
                continue
            failures_left -= 1
        is_whole = False
        match = re.compile(_RECORD).search(text, position + 1)
        position = match.start() if match else len(text)
    return objects, is_whole


def shallow(text: str) -> str:
    """Return text of JSON, as long as before, with 0 for each value that is nested too deep.

    No field that is read lies as deep, so that a response is not lost with what stands beside it.
    """
    depth = start = 0
    kept: list[str] = []
    end = 0
    for token in re.finditer(_TOKENS, text):
        sign = token[0][0]
        if sign in "[{":
            depth += 1
            if depth == _DEEPEST:
                start = token.start()
        elif sign in "]}":
            depth = max(0, depth - 1)
            if depth == _DEEPEST - 1:
                kept += text[end:start], "0".ljust(token.end() - start)
                end = token.end()
    return "".join((*kept, text[end:]))


def read_records(line: bytes, decoder: msgspec.json.Decoder[T]) -> tuple[list[T], str | None]:
    """Return the records in a line, and why it was not whole (`None` where it was).

    A whole line is decoded strictly and fast; of any other every object is taken that has
    the fields asked for.
    """
    try:
        return [decoder.decode(line)], None
    except (ValueError, RecursionError):
        objects, is_whole = read_objects(line)
    records: list[T] = []
    for _, value in objects:
        try:
            records.append(msgspec.convert(value, decoder.type))
        except (ValueError, RecursionError):
            is_whole = False
    if is_whole:
        return records, None
    return records, "a broken record beside a whole one" if records else "a broken record"


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


def _decode_at(
    text: str, position: int, refused: tuple[type[Exception], ...]
) -> tuple[dict[str, Any], int] | None:
    """Return the object that begins at a brace, and where it ends."""
    try:
        value, end = _DECODER.raw_decode(text, position)
    except refused:
        return None
    return value, end
