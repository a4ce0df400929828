"""Whose turn it is at a ledger's file: many may open it at once, one alone replaces it.

The lock is a file of its own beside the ledger, since the ledger itself is what gets renamed.
It stays there, empty, and so also tells that what lies beside it was a ledger.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from engine.domain.locks import take_lock

PATIENCE = 5.0
"""Seconds to wait for a turn."""


def lock_of(path: str) -> str:
    """Return the path of the lock of a ledger."""
    return f"{path}.lock"


def leave_mark(path: str) -> None:
    """Make the lock of a ledger that has just been opened, where its directory allows that."""
    lock = lock_of(path)
    if not os.path.exists(lock):
        with suppress(OSError):
            os.close(os.open(lock, os.O_CREAT | os.O_RDWR, 0o600))


@contextmanager
def alone_at(path: str) -> Iterator[bool]:
    """Keep others from opening or replacing a ledger; yield whether the turn came.

    Raises `OSError` where no lock can be made.
    """
    handle = os.open(lock_of(path), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        yield _wait(handle, alone=True)
    finally:
        os.close(handle)


@contextmanager
def among_others_at(path: str) -> Iterator[None]:
    """Open a ledger while nobody replaces it; who replaces it for too long is not waited for."""
    try:
        handle = os.open(lock_of(path), os.O_RDWR)
    except OSError:
        yield
        return
    try:
        _wait(handle, alone=False)
        yield
    finally:
        os.close(handle)


def _wait(handle: int, *, alone: bool) -> bool:
    end = time.monotonic() + PATIENCE
    while not take_lock(handle, alone=alone):
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
