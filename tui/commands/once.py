"""Reads once, prints, and is done: what `ccmon live` is away from a terminal, and doctor.

JSON is printed without loading anything that draws.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from msgspec.structs import replace

from engine.domain.settings import Settings
from engine.monitor import Monitor
from tui.terminal.encoding import writable, writable_json


def print_snapshot(settings: Settings, *, is_json: bool, is_demo: bool) -> int:
    """Read what is new, print where things stand, and return the exit code."""
    if not is_demo:
        return _print_snapshot(settings, is_json)
    from engine.demo.others import AGENTS, places_of_others, write_others
    from tui.commands.made_up import made_up_user

    with tempfile.TemporaryDirectory(prefix="ccmon-demo-") as place:
        root = Path(place, "claude")
        write_others(Path(place), made_up_user(root, settings.clock()))
        demo = replace(
            settings,
            roots=(root,),
            agents=settings.agents or AGENTS,
            environment={**settings.environment, **places_of_others(Path(place))},
            ledger=":memory:",
        )
        return _print_snapshot(demo, is_json)


def _print_snapshot(settings: Settings, is_json: bool) -> int:
    with Monitor(settings) as monitor:
        monitor.require_roots()
        monitor.read()
        snapshot = monitor.snapshot()
    if is_json:
        from engine.documents.encoding import encode
        from engine.documents.live import live_document

        print(writable_json(encode(live_document(snapshot)), sys.stdout.encoding))
    else:
        from tui.words.plain import snapshot_lines

        print(writable("\n".join(snapshot_lines(snapshot)), sys.stdout.encoding))
    return 0


def print_health(settings: Settings, *, is_json: bool) -> int:
    """Read what is new, print how things are, and return the exit code."""
    with Monitor(settings) as monitor:
        monitor.read()
        health = monitor.health()
        zone = monitor.snapshot().zone
    if is_json:
        from engine.documents.encoding import encode
        from engine.documents.health import health_document

        print(writable_json(encode(health_document(health)), sys.stdout.encoding))
    else:
        from tui.commands.doctor import health_lines

        print(writable("\n".join(health_lines(health, zone)), sys.stdout.encoding))
    return 0
