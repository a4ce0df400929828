"""`ccmon live`: the live screen; away from a terminal, one snapshot.

JSON is printed without loading anything that draws.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tui.options import values
from tui.options.definition import Command, Namespace, Option
from tui.options.shared import (
    ACCOUNT,
    AGENTS,
    BUDGET,
    DATABASE,
    JSON,
    LIMIT,
    PLACES,
    POLL,
    PUSH,
    QUIET_HOURS,
    RESET_AT,
)
from tui.terminal.console import is_terminal, without_console

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.domain.scans import WindowUse
    from engine.domain.settings import Settings

THEMES = ("dark", "light", "safe-dark", "safe-light", "high-contrast")


def run(options: Namespace) -> int:
    """Open the live screen on a terminal, else print one snapshot; return the exit code."""
    from tui.config.settings import channels_of, settings_of

    settings = settings_of(options)
    if options.json or not _is_terminal():
        hint = "" if options.json else without_console(os.environ)
        if hint:
            print(f"ccmon: {hint}", file=sys.stderr)
        return _print_demo(settings, options) if options.demo else _print(settings, options)
    from tui.live.run import run_live

    return run_live(
        settings,
        theme=options.theme,
        is_demo=options.demo,
        has_bell=not options.no_bell,
        channels=channels_of(options),
    )


def _is_terminal() -> bool:
    return is_terminal(sys.stdin) and is_terminal(sys.stdout) and os.environ.get("TERM") != "dumb"


def _print_demo(settings: Settings, options: Namespace) -> int:
    from tempfile import TemporaryDirectory

    from msgspec.structs import replace

    from engine.demo.at_work import made_up_user
    from engine.demo.others import AGENTS, places_of_others, write_others
    from engine.demo.window_uses import window_uses

    with TemporaryDirectory(prefix="ccmon-demo-") as place:
        root = Path(place, "claude")
        write_others(Path(place), made_up_user(root, settings.clock()))
        demo = replace(
            settings,
            roots=(root,),
            agents=settings.agents or AGENTS,
            environment={**settings.environment, **places_of_others(Path(place))},
            ledger=":memory:",
        )
        return _print(demo, options, window_uses(settings.clock()))


def _print(settings: Settings, options: Namespace, uses: Iterable[WindowUse] = ()) -> int:
    """Read what is new, and print where things stand, with what else was said of windows."""
    from engine.monitor import Monitor
    from tui.terminal.encoding import writable, writable_json

    with Monitor(settings) as monitor:
        monitor.require_roots()
        monitor.limits.note_uses(uses)
        monitor.read()
        snapshot = monitor.snapshot()
    if options.json:
        from engine.documents.encoding import encode
        from engine.documents.live import live_document

        print(writable_json(encode(live_document(snapshot)), sys.stdout.encoding))
    else:
        from tui.words.plain import snapshot_lines

        print(writable("\n".join(snapshot_lines(snapshot)), sys.stdout.encoding))
    return 0


COMMAND = Command(
    "live",
    "watch",
    "leave it open: the active block, burn rate, limit, and every report a key away",
    run,
    shared=(PLACES,),
    own=(
        AGENTS,
        DATABASE,
        LIMIT,
        ACCOUNT,
        BUDGET,
        RESET_AT,
        QUIET_HOURS,
        JSON._replace(help="print one snapshot as JSON and exit"),
        Option(
            ("--demo",),
            "watch a made-up user at work instead",
            default=False,
            is_configurable=False,
        ),
        Option(
            ("--theme",),
            "dark, light, safe-dark, safe-light or high-contrast",
            "NAME",
            read=values.choice(THEMES),
            choices=THEMES,
            example='"light"',
        ),
        Option(
            ("--open-again",),
            "tell, as warnings are told, when a window that came near its limit has begun anew"
            " ([notify] open-again in the configuration)",
            default=False,
            is_configurable=False,
        ),
        PUSH,
        Option(("--no-bell",), "never ring the terminal's bell", default=False, off=("--bell",)),
        POLL,
    ),
    about="Away from a terminal one snapshot is printed, for people or with --json for scripts."
    "\n\nThe keys are shown by ? on the screen.",
    examples=(
        ("ccmon", "the same as ccmon live"),
        ("ccmon live --limit 1.5M", "measure the block against 1.5 million tokens"),
        ("ccmon live --demo", "look at a made-up user"),
        ("ccmon live --from postgresql://db.example.com/usage", "watch what a team pushes"),
    ),
    is_long=True,
)
