"""`ccmon compare`: two periods or two projects side by side, or a provider's bill."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tui.options.definition import Command, Namespace, Option, UsageError
from tui.options.shared import CHOSEN, DATES, IDLE, OUTPUT, PLACES, PROJECT_ALIASES

if TYPE_CHECKING:
    from engine.domain.questions import Answered, Selection
    from engine.monitor import Monitor


def run(options: Namespace) -> int:
    """Print both sides and the change; return the exit code."""
    if options.provider:
        return _beside_bill(options)
    if options.right is None:
        raise UsageError(
            "Compare with what? Give two periods or two projects, such as ccmon compare 2026-10"
            " 2026-11, or --provider NAME beside one period."
        )
    from engine.domain.mistakes import SettingsError
    from tui.commands.reports import run_question

    def ask(monitor: Monitor, selection: Selection, _: Namespace) -> tuple[Answered | None, str]:
        try:
            return monitor.answers.compare(options.left, options.right, selection), ""
        except SettingsError as error:
            raise UsageError(str(error)) from error

    return run_question(options, ask)


def _beside_bill(options: Namespace) -> int:
    """Set what a provider billed in a period beside what was counted."""
    if options.right is not None or options.csv or options.markdown:
        raise UsageError(
            "With --provider give one period, such as ccmon compare --provider anthropic"
            " this-month, as a table or --json."
        )
    from engine.monitor import Monitor
    from tui.config.questions import selection_of
    from tui.config.settings import settings_of
    from tui.terminal.progress_line import ProgressLine

    with Monitor(settings_of(options)) as monitor:
        selection = selection_of(options, monitor.today())
        monitor.require_roots()
        with ProgressLine(sys.stderr) as line:
            monitor.catch_up(line.show)
        comparison = monitor.compare_bill(options.provider, options.left, selection)
    if options.json:
        from engine.documents.billed import bill_document
        from engine.documents.encoding import encode
        from tui.terminal.encoding import writable_json

        print(writable_json(encode(bill_document(comparison)), sys.stdout.encoding))
        return 0
    from tui.tables.bill_page import bill_lines
    from tui.tables.look import Look
    from tui.tables.terminal import has_styles, print_lines, width_of

    look = Look(width=width_of(sys.stdout), models=options.model_alias_map)
    print_lines(bill_lines(comparison, look), is_styled=has_styles(options.color, sys.stdout))
    return 0


COMMAND = Command(
    "compare",
    "reports",
    "two periods or two projects side by side, or a provider's bill beside what was counted",
    run,
    shared=(DATES, CHOSEN, OUTPUT, PLACES, IDLE),
    own=(
        Option((), "a day, a month such as 2026-10, a range, or a project", "A", name="left"),
        Option((), "what it is compared with", "B", name="right", is_required=False),
        Option(
            ("--provider",),
            "set what this provider tells of the period A beside what was counted, in UTC days",
            "NAME",
            is_configurable=False,
        ),
        PROJECT_ALIASES,
    ),
    examples=(
        ("ccmon compare 2026-10 2026-11", "October with November"),
        ("ccmon compare shop blog --since 30d", "two projects over the last 30 days"),
        ("ccmon compare --provider anthropic this-month", "the bill beside what was counted"),
    ),
    takes_encoded_names=True,
)
