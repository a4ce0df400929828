"""How long each phase of a one-shot report took, for `--benchmark`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

NAMES = ("start", "prices", "walk", "read", "book", "cursor sync", "answer", "print")


class Timings:
    """Seconds by phase, in the order of `NAMES`; a phase that comes again adds up."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(NAMES, 0.0)

    @contextmanager
    def measured(self, name: str) -> Iterator[None]:
        """Measure what is done within; a phase within another is taken out of that."""
        began = time.perf_counter()
        before = sum(self.seconds.values())
        try:
            yield
        finally:
            inner = sum(self.seconds.values()) - before
            self.seconds[name] += max(time.perf_counter() - began - inner, 0.0)

    def note(self, name: str, seconds: float) -> None:
        """Note a phase that ran in a thread of its own, beside the others."""
        self.seconds[name] += seconds
