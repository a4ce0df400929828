"""`ccmon events`: what happened to the limits."""

from __future__ import annotations

import sys
from argparse import Namespace

from engine.monitor import Monitor
from tui.commands.limits import page_look, read_limits
from tui.config.settings_of import settings_of


def run_events(options: Namespace) -> int:
    """Print what happened, the newest first; return the exit code."""
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
