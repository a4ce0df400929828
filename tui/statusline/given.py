"""What is handed over on standard input, read once however often it is asked for."""

from __future__ import annotations

import os
import sys

_PATIENCE = 1.0
"""Seconds to wait for the end of what is handed over."""
_MOST = 4 << 20

_taken: list[tuple[object, bytes]] = []
"""The stream that was read last, with what it gave: a stream ends but once."""


def given_input() -> bytes:
    """Return standard input up to its end; one that does not end in time is cut there."""
    if sys.stdin is None:
        return b""
    if not _taken or _taken[0][0] is not sys.stdin:
        _taken[:] = [(sys.stdin, _read_in_time(sys.stdin.fileno()))]
    return _taken[0][1]


def _read_in_time(source: int) -> bytes:
    from threading import Thread

    parts: list[bytes] = []
    thread = Thread(target=_read, args=(source, parts), daemon=True)
    thread.start()
    thread.join(_PATIENCE)
    return b"".join(parts)


def _read(source: int, parts: list[bytes]) -> None:
    size = 0
    try:
        while size < _MOST and (some := os.read(source, 1 << 16)):
            parts.append(some)
            size += len(some)
    except OSError:
        return
