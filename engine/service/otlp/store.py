"""Writes requests to the API down: a file for each day, in a directory that is read as any store.

The files outlast the service, and reading them again counts nothing twice.
"""

from __future__ import annotations

import os
from datetime import UTC
from pathlib import Path
from threading import Lock

from engine.agents.claude_telemetry import ApiRequest, encoded
from engine.domain.times import day_of

DIRECTORY = "telemetry"


class TelemetryStore:
    """Appends to the files below ccmon's data directory; several threads may."""

    def __init__(self, data: Path) -> None:
        self._directory = data / DIRECTORY
        self._lock = Lock()

    def keep(self, requests: list[ApiRequest], now: int) -> bool:
        """Write requests down, all or none; return whether they are the first ever.

        Raises `OSError` where they cannot be kept.
        """
        if not requests:
            return False
        with self._lock:
            is_first = not self._directory.is_dir()
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            day = day_of(now, UTC).isoformat()
            _append(self._directory / f"{day}.jsonl", encoded(requests))
            return is_first


def _append(path: Path, data: bytes) -> None:
    """Append whole lines; what a full disk cuts off is taken away again."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
    with open(handle, "r+b", buffering=0) as file:
        before = os.fstat(handle).st_size
        if before:
            file.seek(before - 1)
            if file.read(1) != b"\n":  # a kill cut the last one off
                data = b"\n" + data
        try:
            if file.write(data) != len(data):
                raise OSError(0, "the disk is full")
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, before)
            raise
