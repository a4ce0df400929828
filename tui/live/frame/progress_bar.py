"""The first reading's progress, in one line."""

from __future__ import annotations

from engine.domain.snapshots import Progress
from tui.live.drawing.lines import OneLine
from tui.live.drawing.plot import gauge
from tui.live.words import figure
from tui.words import format as fmt
from tui.words.lines import BLANK, Line, Piece, cells, joined

_MEGABYTE = 1_000_000


class ProgressBar(OneLine):
    """Files, megabytes, responses and time left; its view is the progress or `None`."""

    def line(self, width: int) -> Line:
        """Return the line: words as far as they fit, the bar in what they leave."""
        progress = self.view
        if not isinstance(progress, Progress):
            return BLANK
        files = f"{progress.files_done:,}/{progress.files_total:,}"
        read, total = progress.bytes_done // _MEGABYTE, progress.bytes_total // _MEGABYTE
        parts = [
            (Piece(fmt.percent(progress.share), "bold"),),
            figure(files, "files"),
            figure(f"{read:,}/{total:,}", "MB"),
            figure(fmt.tokens_exact(progress.responses), "responses"),
        ]
        if progress.seconds_left is not None:
            left = fmt.duration(round(progress.seconds_left) * 1_000)
            parts.insert(1, figure(left, "left"))
        name: Line = (Piece(" Reading ", "second"),)
        words = joined(parts, width - cells(name) - 8, " · ")
        room = width - cells(name) - cells(words) - 2
        bar = gauge(progress.share, min(40, room), ink="second")
        return (*name, *bar, Piece(" "), *words)
