"""`ccmon summary`: today, this week, this month and the active block on one page."""

from __future__ import annotations

from tui.options.definition import Command, Namespace
from tui.options.shared import CHOSEN, IDLE, OUTPUT, PLACES


def run(options: Namespace) -> int:
    """Print the page; return the exit code."""
    from tui.commands.reports import run_question

    return run_question(
        options, lambda monitor, selection, _: (monitor.answers.summary(selection), "")
    )


COMMAND = Command(
    "summary",
    "reports",
    "today, this week, this month and the active block on one page",
    run,
    shared=(CHOSEN, OUTPUT, PLACES, IDLE),
)
