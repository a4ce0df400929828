"""Makes strange bytes out of known ones: flips, cuts, splices, words that parsers dislike."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

_WORDS = (
    *(b"{", b"}", b"[", b"]", b'"', b"\\", b",", b":", b"\n", b"\r", b"\t", b" ", b"=", b"|", b"'"),
    *(b"\x00", b"\x1b[31m", b"\x7f", b"\xc2\x9b", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xff"),
    *("·", "∙", "\u202e", "\u2028", "\ud7ff", "😀", "٣", "²", "İ", "\u2019"),
    *(b"\\u0000", b"\\ud83d", b"\\u001b[2J", b"\\n", b"null", b"true", b"false", b"{}", b"[]"),
    *(b"NaN", b"Infinity", b"-Infinity", b"-0", b"0", b"1", b"-1", b"1e400", b"1e-400", b"1E9"),
    *(b"9223372036854775808", b"18446744073709551616", b"9" * 320, b"9" * 4_400, b"0.1", b"5."),
    *(b"[" * 1_200, b'{"a":' * 1_200, b'"' + b"a" * 300 + b'"', b"1970-01-01", b"9999-12-31"),
    *(b"2026-02-30T25:61:61Z", b"2026-11-22T13:00:00.000+23:59", b"0001-01-01T00:00:00Z"),
    *(b"resets ", b" at 12am", b"(UTC)", b"(../x)", b"Feb 29", b"year 0000", b"99999999999999"),
    *(b'"usage":{}', b'"message":', b'"type":"assistant"', b'"iterations":[]', b'"data":{}'),
)
_DICTIONARY = tuple(word.encode("utf-8") if isinstance(word, str) else word for word in _WORDS)
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_STRING = re.compile(rb'"[^"\\]{0,60}"')
_LONGEST = 60_000

Change = Callable[[bytearray, random.Random, Sequence[bytes]], None]


def _flip(data: bytearray, dice: random.Random, known: Sequence[bytes]) -> None:
    if data:
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def _put(data: bytearray, dice: random.Random, known: Sequence[bytes]) -> None:
    place = dice.randrange(len(data) + 1)
    data[place:place] = dice.choice(_DICTIONARY)


def _overwrite(data: bytearray, dice: random.Random, known: Sequence[bytes]) -> None:
    place = dice.randrange(len(data) + 1)
    data[place : place + dice.randint(1, 8)] = dice.randbytes(dice.randint(0, 8))


def _drop(data: bytearray, dice: random.Random, known: Sequence[bytes]) -> None:
    place = dice.randrange(len(data) + 1)
    del data[place : place + dice.choice((1, 2, 5, 40, len(data) // 3 + 1))]


def _repeat(data: bytearray, dice: random.Random, known: Sequence[bytes]) -> None:
    place = dice.randrange(len(data) + 1)
    data[place:place] = data[place : place + dice.randint(1, 200)] * dice.randint(1, 3)


def _splice(data: bytearray, dice: random.Random, known: Sequence[bytes]) -> None:
    other = dice.choice(known)
    begin = dice.randrange(len(other) + 1)
    place = dice.randrange(len(data) + 1)
    data[place : place + dice.randint(0, 80)] = other[begin : begin + dice.randint(1, 400)]


def _renumber(data: bytearray, dice: random.Random, known: Sequence[bytes]) -> None:
    _exchange(data, dice, _NUMBER)


def _reword(data: bytearray, dice: random.Random, known: Sequence[bytes]) -> None:
    _exchange(data, dice, _STRING)


def _exchange(data: bytearray, dice: random.Random, what: re.Pattern[bytes]) -> None:
    """Put something from the dictionary, or another value of the data, in a value's place."""
    found = [match.span() for match in what.finditer(bytes(data))]
    if found:
        begin, end = dice.choice(found)
        other = dice.choice(found)
        data[begin:end] = dice.choice((dice.choice(_DICTIONARY), data[slice(*other)]))


_CHANGES: tuple[Change, ...] = (
    _flip,
    _put,
    _overwrite,
    _drop,
    _repeat,
    _splice,
    _renumber,
    _renumber,
    _reword,
)


def mutated(known: Sequence[bytes], dice: random.Random) -> bytes:
    """Return one of the known inputs, changed in one to eight ways; the dice decide all."""
    data = bytearray(dice.choice(known))
    for _ in range(dice.choice((1, 1, 2, 3, 8))):
        dice.choice(_CHANGES)(data, dice, known)
    return bytes(data[:_LONGEST])


def damaged(known: bytes, dice: random.Random) -> bytes:
    """Return a large file with some bytes, a page, or its end lost."""
    data = bytearray(known)
    kind = dice.randrange(4)
    if kind < 2:
        for _ in range(dice.choice((1, 1, 4, 60))):
            place = dice.randrange(100 if kind else len(data))
            data[place] ^= 1 << dice.randrange(8)
    elif kind == 2:
        place = dice.randrange(len(data) // 4096) * 4096
        data[place : place + 4096] = dice.choice((bytes(4096), dice.randbytes(4096)))
    else:
        del data[dice.randrange(len(data)) :]
    return bytes(data)
