"""A picture as PNG, written with nothing but zlib: eight tones on paper, letters of dots."""

from __future__ import annotations

import struct
import zlib

from tui.graph.letters import COLUMNS, letter
from tui.graph.picture import LETTER_WIDTH, Picture, Square, Text
from tui.graph.svg import LIGHT

_SCALE = 2
"""Dots for each of the picture's units, for screens with fine dots."""
_PAPER = len(LIGHT) - 1
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BITS, _INDEXED = 8, 3


def png_bytes(picture: Picture) -> bytes:
    """Return the file's bytes."""
    width, height = picture.width * _SCALE, picture.height * _SCALE
    rows = [bytearray([_PAPER]) * width for _ in range(height)]
    for square in picture.squares:
        _fill_square(rows, square)
    for text in picture.texts:
        _write_text(rows, text)
    header = struct.pack(">IIBBBBB", width, height, _BITS, _INDEXED, 0, 0, 0)
    tones = bytes.fromhex("".join(tone.removeprefix("#") for tone in LIGHT))
    dots = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = ((b"IHDR", header), (b"PLTE", tones), (b"IDAT", dots), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    checked = name + data
    return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))


def _fill_square(rows: list[bytearray], square: Square) -> None:
    _fill(rows, square.x * _SCALE, square.y * _SCALE, square.side * _SCALE, square.tone)


def _fill(rows: list[bytearray], x: int, y: int, side: int, tone: int) -> None:
    """Fill a square of dots; what lies beyond the picture is left out."""
    for row in rows[y : y + side]:
        end = min(x + side, len(row))
        row[x:end] = bytes([tone]) * (end - x)


def _write_text(rows: list[bytearray], text: Text) -> None:
    dot = text.size * _SCALE
    for place, sign in enumerate(text.text):
        left = text.x * _SCALE + place * LETTER_WIDTH * dot
        for column, bits in enumerate(letter(sign)[:COLUMNS]):
            for row in range(8):
                if bits >> row & 1:
                    _fill(rows, left + column * dot, text.y * _SCALE + row * dot, dot, text.tone)
