"""`ccmon doctor`: what was found, what could not be read, what will be deleted when."""

from __future__ import annotations

import sys

from tui.options.definition import Command, Namespace
from tui.options.shared import JSON, PLACES, POLL


def run(options: Namespace) -> int:
    """Read what is new, print how things are, and return the exit code."""
    from engine.monitor import Monitor
    from tui.config.settings import settings_of
    from tui.terminal.encoding import writable, writable_json

    with Monitor(settings_of(options)) as monitor:
        monitor.read()
        health = monitor.health()
        snapshot = monitor.snapshot()
    if options.json:
        from engine.documents.encoding import encode
        from engine.documents.health import health_document

        print(writable_json(encode(health_document(health)), sys.stdout.encoding))
    else:
        from tui.tables.health_page import health_lines
        from tui.words.limits import exact_step

        lines = health_lines(health, snapshot.zone, exact_step(snapshot.windows))
        print(writable("\n".join(lines), sys.stdout.encoding))
    return 0


COMMAND = Command(
    "doctor",
    "upkeep",
    "say what was found, what could not be read, and what will be deleted when",
    run,
    shared=(PLACES,),
    own=(JSON, POLL),
)
