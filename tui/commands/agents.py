"""`ccmon agents`: which coding agents were found where, and what was read of them."""

from __future__ import annotations

import sys

from tui.options.definition import Command, Namespace, Option
from tui.options.shared import JSON, PLACES


def run(options: Namespace) -> int:
    """Read what is new, print the agents found, with `--all` also the others."""
    from engine.domain.responses import CLAUDE
    from engine.monitor import Monitor
    from tui.config.settings import settings_of
    from tui.terminal.progress_line import ProgressLine
    from tui.words.limits import exact_step

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
        is_claude_shown = any(each.is_found and each.agent == CLAUDE for each in found)
        asks_limits = is_claude_shown and not options.json
        step = exact_step(monitor.limits.now().windows) if asks_limits else ""
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
    print_lines(agents_lines(found, look, step), is_styled=has_styles(None, sys.stdout))
    return 0


COMMAND = Command(
    "agents",
    "upkeep",
    "list the coding agents that were found: where, what was counted, what could not be read",
    run,
    shared=(PLACES,),
    own=(
        JSON,
        Option(("--all",), "those not found too, with the places looked at", default=False),
    ),
    about="All agents found are in every report and on the live screen; --agent NAME, or the name"
    " in front as in ccmon codex daily, narrows to some, and so does agents in the configuration.",
)
