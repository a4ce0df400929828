"""`ccmon events`: what happened to the limits."""

from __future__ import annotations

import sys

from tui.options import values
from tui.options.definition import Command, Namespace, Option
from tui.options.shared import COLOR, JSON, PLACES, POLL


def run(options: Namespace) -> int:
    """Print what happened, the newest first; return the exit code."""
    from engine.monitor import Monitor
    from tui.commands.limits import page_look, read_limits
    from tui.config.settings import settings_of

    with Monitor(settings_of(options)) as monitor:
        limits = read_limits(monitor)
    events = limits.events[: options.last]
    if options.json:
        from engine.documents.encoding import encode
        from engine.documents.limits import events_document
        from tui.terminal.encoding import writable_json

        print(writable_json(encode(events_document(limits, events)), sys.stdout.encoding))
        return 0
    from tui.tables.limits_page import events_lines
    from tui.tables.terminal import has_styles, print_lines

    lines = events_lines(events, limits.generated_at, page_look(limits))
    print_lines(lines, is_styled=has_styles(options.color, sys.stdout))
    return 0


COMMAND = Command(
    "events",
    "scripts",
    "what happened to the limits: levels crossed, forecasts, hits and resets",
    run,
    shared=(PLACES,),
    own=(
        JSON,
        Option(
            ("--last",),
            "only the newest N (at most 50, the default)",
            "N",
            read=values.number,
            default=50,
            example="20",
        ),
        COLOR,
        POLL,
    ),
    about="Each is told once in its window, however many ccmon run. They are noted while a live"
    " screen is open.",
    examples=(("ccmon events --last 10", "the newest ten"),),
)
