"""`ccmon agents`: which coding agents were found where, and what was read of them."""

from __future__ import annotations

import sys
from argparse import Namespace

from engine.monitor import Monitor
from tui.config.settings_of import settings_of
from tui.terminal.progress_line import ProgressLine


def run_agents(options: Namespace) -> int:
    """Read what is new, print the agents found, with `--all` also the others."""
    with Monitor(settings_of(options)) as monitor:
        monitor.require_roots()
        with ProgressLine(sys.stderr) as line:
            monitor.catch_up(line.show)
        settings = monitor.settings
        found = [
            each
            for each in monitor.agents()
            if options.all or (each.is_found and settings.reads(each.agent))
        ]
        now = settings.clock()
    if options.json:
        from engine.documents.agents_found import agents_document
        from engine.documents.encoding import encode
        from tui.terminal.encoding import writable_json

        print(writable_json(encode(agents_document(found, now)), sys.stdout.encoding))
        return 0
    from engine.domain.times import open_zone
    from tui.tables.agents_page import agents_lines
    from tui.tables.look import Look
    from tui.tables.terminal import has_styles, print_lines, width_of

    zone, _ = open_zone(settings.zone, settings.environment)
    look = Look(width=width_of(sys.stdout), zone=zone)
    print_lines(agents_lines(found, look), is_styled=has_styles(None, sys.stdout))
    return 0
