"""The command line: reads arguments, hands on to a face, and keeps errors to one sentence.

Nothing heavy is imported before it is known to be needed.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from engine.settings import Settings, SettingsError
from tui.options import UsageError, parse

_FAILED = 1
_WRONG_ARGUMENTS = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code: 0, 1 for failure, 2 for wrong arguments."""

    try:
        options = parse(sys.argv[1:] if arguments is None else arguments)
        code = _dispatch(options)
        sys.stdout.flush()
        return code
    except UsageError as error:
        print(f"ccmon: {error}", file=sys.stderr)
        return _WRONG_ARGUMENTS
    except SettingsError as error:
        print(f"ccmon: {error}", file=sys.stderr)
        return _FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _dispatch(options: Namespace) -> int:
    if options.command == "demo":
        from tui.demo import run_demo

        return run_demo(options)
    if options.command == "prices":
        from tui.prices import refresh_prices

        return refresh_prices(options)
    _check(options)
    if options.command == "doctor":
        from tui.once import print_health

        return print_health(_settings(options), is_json=options.json)
    return _live(options)


def _live(options: Namespace) -> int:
    """Open the live screen on a terminal, else print one snapshot."""
    if options.json or not _is_terminal():
        from tui.once import print_snapshot

        return print_snapshot(_settings(options), is_json=options.json, is_demo=options.demo)
    from tui.live.run import run_live

    return run_live(
        _settings(options), theme=options.theme, is_demo=options.demo, has_bell=not options.no_bell
    )


def _check(options: Namespace) -> None:
    """Refuse values that no run could use, as wrong arguments."""
    from engine.limits.estimate import parse_limit
    from engine.times import open_zone

    try:
        open_zone(options.timezone, os.environ)
        parse_limit(getattr(options, "limit", None))
    except SettingsError as error:
        raise UsageError(str(error)) from error
    theme = getattr(options, "theme", None)
    if theme is not None:
        from tui.live.themes import THEME_NAMES

        if theme not in THEME_NAMES:
            raise UsageError(f"There is no theme '{theme}': use one of {', '.join(THEME_NAMES)}.")


def _settings(options: Namespace) -> Settings:
    named = options.config_dir
    return Settings(
        roots=tuple(Path(path) for path in named) if named else None,
        ledger=options.ledger,
        zone=options.timezone,
        limit=getattr(options, "limit", None),
        week_start=options.start_of_week,
        is_offline=options.offline,
        is_polling=options.poll,
    )


def _is_terminal() -> bool:
    return (
        sys.stdin is not None
        and sys.stdin.isatty()
        and sys.stdout.isatty()
        and os.environ.get("TERM") != "dumb"
    )
