"""Reads single fields of a Protocol Buffers message whose schema is not published.

Only what the wire format says is used: a field's number and how it is encoded. A message
that breaks off gives the fields before the break, so a damaged one never raises.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT = 10
"""Bytes of the largest number there is, of 64 bits."""

Field = int | bytes


def fields(message: bytes) -> Iterator[tuple[int, Field]]:
    """Yield number and value of each field: whole numbers, and bytes for all else."""
    yield from _walked(message)


def is_whole(message: bytes) -> bool:
    """Say whether a message does not break off, nor hold what no message does."""
    walk = _walked(message)
    while True:
        try:
            next(walk)
        except StopIteration as ended:
            return bool(ended.value)


def _walked(message: bytes) -> Generator[tuple[int, Field], None, bool]:
    """Yield each field; return whether the message ended with one."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, at = _varint(message, at)
            if at > len(message):
                return False
            yield number, value
            continue
        if wire == _BYTES:
            size, at = _varint(message, at)
        elif wire in (_FIXED32, _FIXED64):
            size = 4 if wire == _FIXED32 else 8
        else:
            return False
        if at + size > len(message):
            return False
        yield number, message[at : at + size]
        at += size
    return True


def number(message: bytes, field: int) -> int:
    """Return a whole number in a message, 0 where there is none."""
    return next((v for n, v in fields(message) if n == field and isinstance(v, int)), 0)


def nested(message: bytes, *path: int) -> bytes:
    """Return the message or text at a path of field numbers, empty where there is none."""
    for field in path:
        found = (v for n, v in fields(message) if n == field and isinstance(v, bytes))
        message = next(found, b"")
    return message


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number and where it ends; beyond the end of what breaks off."""
    value = 0
    for place in range(_LONGEST_VARINT):
        if at + place >= len(data):
            break
        byte = data[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    return 0, len(data) + 1
