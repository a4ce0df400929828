"""How often what is new is drawn: ten times a second at most."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.domain.pace import DRAWN


class Pulse:
    """Calls `on_change` for what is new, unless it did so just before."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._last = 0.0

    @property
    def left(self) -> float:
        """Seconds until it may call again; nothing or less where it may at once."""
        return DRAWN - (time.monotonic() - self._last)

    def __call__(self) -> None:
        """Say that there is something to draw, unless that was said just now."""
        if self.left <= DRAWN * 0.01:
            self._last = time.monotonic()
            self._on_change()
