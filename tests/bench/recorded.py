"""A terminal that notes when each piece of output came, and draws it only afterwards.

What is measured has the processor to itself: no emulator works beside it.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Iterator

from tests.terminal import Terminal


class Recorded(Terminal):
    """A program in a terminal of 120x40, and the moments of its output."""

    def __init__(self, command: tuple[str, ...], environment: dict[str, str]) -> None:
        self.begun = time.monotonic()
        super().__init__(list(command), environment)
        self._pieces: list[tuple[float, bytes]] = []

    def _read(self) -> bool:
        ready, _, _ = select.select([self._descriptor], [], [], 0.05)
        if not ready:
            return False
        try:
            data = os.read(self._descriptor, 1 << 16)
        except OSError:
            time.sleep(0.05)
            return False
        self.written += len(data)
        self._pieces.append((time.monotonic(), data))
        return True

    def frames(self) -> Iterator[tuple[float, str]]:
        """Draw what came since the last call; yield the screen after each piece, and when."""
        while self._pieces:
            moment, data = self._pieces.pop(0)
            self.draw(data)
            yield moment, self.text

    def moment_of(self, is_shown: Callable[[str], bool], seconds: float) -> float | None:
        """Return when a screen was first so, `None` where none was in time."""
        end = time.monotonic() + seconds
        while True:
            for moment, text in self.frames():
                if is_shown(text):
                    return moment
            if time.monotonic() >= end:
                return None
            self.drain(0.5)
