"""`ccmon compare`: two periods or two projects side by side."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from tui.options.definition import Command, Option, UsageError
from tui.options.shared import CHOSEN, DATES, IDLE, OUTPUT, PLACES, PROJECT_ALIASES

if TYPE_CHECKING:
    from engine.domain.questions import Answered, Selection
    from engine.monitor import Monitor


def run(options: Namespace) -> int:
    """Print both sides and the change; return the exit code."""
    from engine.domain.mistakes import SettingsError
    from tui.commands.reports import run_question

    def ask(monitor: Monitor, selection: Selection, _: Namespace) -> tuple[Answered | None, str]:
        try:
            return monitor.answers.compare(options.left, options.right, selection), ""
        except SettingsError as error:
            raise UsageError(str(error)) from error

    return run_question(options, ask)


COMMAND = Command(
    "compare",
    "reports",
    "two periods or two projects side by side, with the change",
    run,
    shared=(DATES, CHOSEN, OUTPUT, PLACES, IDLE),
    own=(
        Option((), "a day, a month such as 2026-10, a range, or a project", "A", name="left"),
        Option((), "what it is compared with", "B", name="right"),
        PROJECT_ALIASES,
    ),
    examples=(
        ("ccmon compare 2026-10 2026-11", "October with November"),
        ("ccmon compare shop blog --since 30d", "two projects over the last 30 days"),
    ),
    takes_encoded_names=True,
)
