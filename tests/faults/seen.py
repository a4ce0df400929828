"""What transcripts ever said, to hold a monitor against whatever became of them."""

from __future__ import annotations

import time
from pathlib import Path

from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.patience import PATIENCE, wait_until
from tests.slow_prices import Prices
from tests.slow_reading import SlowLine, SlowResponse, put_together, read_bytes


class Seen:
    """All that transcripts below a root said whenever they were looked at."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lines: set[SlowLine] = set()

    @property
    def responses(self) -> list[SlowResponse]:
        """The responses that were ever there."""
        return put_together(self._lines, Prices())

    def note(self) -> int:
        """Take what lies below the root now; return how many responses were ever there."""
        projects = self._root / "projects"
        for path in projects.rglob("*.jsonl"):
            if path.is_file():
                parts = path.relative_to(projects).parts
                self._lines.update(read_bytes(path.read_bytes(), parts))
        return len(self.responses)

    def assert_counted(self, monitor: Monitor, seconds: float = PATIENCE) -> None:
        """Wait until the monitor counted all of it, and nothing more."""
        count = self.note()
        wait_until(lambda: monitor.snapshot().responses >= count, f"{count} responses", seconds)
        right, end = self.responses, time.monotonic() + seconds
        while True:
            try:
                assert_agreement(monitor, right)
            except AssertionError:
                if time.monotonic() > end or monitor.snapshot().responses > count:
                    raise
                time.sleep(0.02)
            else:
                return
