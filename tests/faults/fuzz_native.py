"""What must hold for any bytes in a transcript: both readers tell the same of them."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from zlib import crc32

from tests.both_readers import read_by, why_not

_RELATIVE = "-code-app/s1.jsonl"
_PIECES = (40, 700, 5_000, 1 << 20)


def check_readers(data: bytes) -> None:
    """The native reader tells what Python's tells: responses, prices, sums, problems, cursors."""
    if why_not():
        return
    dice = random.Random(crc32(data))
    most = dice.choice((1 << 62, 1 << 62, 2_000, 100))
    with tempfile.TemporaryDirectory(prefix="ccmon-fuzz-") as place:
        path = Path(place, "s1.jsonl")
        path.write_bytes(data)
        usual = read_by(path, _RELATIVE, is_native=False, most=most)
        native = read_by(path, _RELATIVE, is_native=True, most=most, piece=dice.choice(_PIECES))
    for one, other in zip(native, usual, strict=True):
        assert one == other, (one, other)
