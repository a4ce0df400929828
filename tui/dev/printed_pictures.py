"""Pictures of what reports and the status line print, from the same made-up user."""

from __future__ import annotations

import io
from pathlib import Path

from engine.domain.questions import Answered, Question, Selection
from engine.monitor import Monitor
from tui.tables.look import Look
from tui.tables.pages import page_of
from tui.tables.terminal import styled
from tui.terminal.picture import drawn

_WIDTH = 110


def draw_reports(monitor: Monitor, target: Path) -> None:
    """Write a picture of each report worth seeing; the monitor has read all there is."""
    asked: dict[str, tuple[str, Answered]] = {
        "daily": (
            "ccmon daily --last 7 -b",
            monitor.answers.answer(Question(kind="daily", last=7)),
        ),
        "blocks": (
            "ccmon blocks --last 5",
            monitor.answers.answer(Question(kind="blocks", last=5)),
        ),
        "compare": (
            "ccmon compare last-week this-week",
            monitor.answers.compare("last-week", "this-week", Selection()),
        ),
        "summary": ("ccmon summary", monitor.answers.summary(Selection())),
    }
    for name, (command, answer) in asked.items():
        _draw(command, answer, monitor, target / f"report-{name}.svg")


def _draw(command: str, asked: Answered, monitor: Monitor, picture: Path) -> None:
    from rich.console import Console

    look = Look(width=_WIDTH, zone=monitor.settings.zone or "UTC")
    lines = page_of(asked, look, Selection(), is_broken_down=command.endswith("-b"))
    console = Console(
        record=True,
        width=_WIDTH,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
    )
    console.print(styled(lines), end="", soft_wrap=True)
    svg = console.export_svg(title=command, unique_id=picture.stem)
    picture.write_text(drawn(svg), "utf-8")
