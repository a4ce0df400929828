"""A Textual app that does nothing, or nothing but show a clock: the least a live screen costs.

python -m tests.bench.bare [clock]
"""

from __future__ import annotations

import sys
import time

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """One widget with one word."""

    ENABLE_COMMAND_PALETTE = False

    def compose(self) -> ComposeResult:
        yield Static("ready", id="word")

    def on_mount(self) -> None:
        """Begin to tick, where a clock is wanted."""
        if "clock" in sys.argv:
            word = self.query_one("#word", Static)
            self.set_interval(1.0, lambda: word.update(f"ready {time.strftime('%H:%M:%S')}"))


if __name__ == "__main__":
    Bare().run()
