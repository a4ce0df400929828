"""What was last answered of a provider, kept across restarts, and one asker at a time."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from engine.domain.files import read_or_nothing, write_whole
from engine.domain.locks import take_lock
from engine.domain.provider_usage import ProviderUsage
from engine.net.turns import Turn

_FORM = 1
"""Counts up where what is kept means something else."""


class Kept(Struct, frozen=True, omit_defaults=True):
    """One provider's last answer, and how the last question went; holds no secret."""

    form: int = _FORM
    asked: int = 0
    """How often it was asked, by whichever process."""
    mark: str = ""
    """Which key, address and settings it was asked with, as a hash."""
    turn: Turn = Turn()
    retry_at: int = 0
    """Up to when the provider asked to be left alone; nobody asks before."""
    state: str = ""
    """How the last question went: `ok`, or why it failed; empty if none was finished."""
    missing: str = ""
    usage: ProviderUsage | None = None
    """The last good answer."""
    fetched_at: int = 0
    """When it came."""


class KeptAnswer:
    """The file of one provider."""

    def __init__(self, directory: Path, provider: str) -> None:
        self._path = directory / f"{provider}.json"
        self._lock = directory / f"{provider}.lock"

    def load(self) -> Kept:
        """Return what is kept; what is damaged, missing or of another form is nothing known."""
        try:
            kept = msgspec.json.decode(read_or_nothing(self._path), type=Kept)
        except (ValueError, RecursionError):
            return Kept()
        return kept if kept.form == _FORM else Kept()

    def save(self, kept: Kept) -> None:
        """Keep it whole or not at all, for its owner alone; raises `OSError`."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(self._path, msgspec.json.encode(kept))

    def forget(self) -> None:
        """Forget everything; raises `OSError`."""
        self._path.unlink(missing_ok=True)

    @contextmanager
    def alone(self, patience: float) -> Iterator[bool]:
        """Keep all others from asking; yield whether the turn came in so many seconds.

        Raises `OSError` where no lock can be made.
        """
        self._lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self._lock, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            end = time.monotonic() + patience
            while not (has_turn := take_lock(handle)) and time.monotonic() < end:
                time.sleep(0.01)
            yield has_turn
        finally:
            os.close(handle)
