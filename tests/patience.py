"""How long a test waits for what must come. It goes on as soon as that came, however idle or busy
the machine is: only what never comes costs this long."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds after which what should have happened has not."""
_TRIES = 30


def wait_until(holds: Callable[[], object], what: str = "it", seconds: float = PATIENCE) -> None:
    """Wait until something holds; fail where it never does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"{what} did not come within {seconds:.0f} s"
        time.sleep(0.01)


def done_within(seconds: float, do: Callable[[], T]) -> T:
    """Return what doing something gave when it took no longer than that.

    What waits for something takes as long each time; what a busy machine holds up does not.
    """
    for _ in range(_TRIES):
        begun = time.monotonic()
        found = do()
        if time.monotonic() - begun < seconds:
            return found
    raise AssertionError(f"it took more than {seconds:g} s, {_TRIES} times over")
