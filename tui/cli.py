"""The command line: reads arguments, hands on to a face, and keeps errors to one sentence.

Nothing heavy is imported before it is known to be needed.
"""

from __future__ import annotations

import gc
import os
import sys

from tui.terminal.streams import prepare, settle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

_LONG_COMMANDS = ("live", "demo")
_VERSION = ("-v", "-V", "--version")
_FAILED = 1
_WRONG_ARGUMENTS = 2
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code: 0, 1 for failure, 2 for wrong arguments.

    With the process's own arguments the process is ours: what is loaded stays to the end, and
    looking through it for garbage, on the way and at the end, takes a tenth of a short command.
    """
    if arguments is None:
        gc.disable()
    prepare()
    try:
        return _answer(sys.argv[1:] if arguments is None else arguments)
    finally:
        settle()
        if arguments is None:
            gc.freeze()


def _answer(words: Sequence[str]) -> int:
    try:
        code = _print_version() if words[:1] and words[0] in _VERSION else _run(words)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        return 0
    except OSError as error:
        what = error.filename or "What was to be printed"
        return _say(f"{what} cannot be read or written ({error.strerror or error}).", _FAILED)
    except KeyboardInterrupt:
        return _INTERRUPTED


def _print_version() -> int:
    from tui import __version__

    print(f"ccmon {__version__}")
    return 0


def _run(words: Sequence[str]) -> int:
    """Read the command line and do what it asks."""
    from tui.startup import import_msgspec

    import_msgspec()
    from engine.domain.settings import SettingsError
    from tui.options import UsageError, parse

    try:
        return _dispatch(parse(words))
    except UsageError as error:
        return _say(str(error), _WRONG_ARGUMENTS)
    except SettingsError as error:
        return _say(str(error), _FAILED)


def _dispatch(options: Namespace) -> int:
    """Run the command's face; what needs neither data nor settings comes first."""
    if options.command in _LONG_COMMANDS:
        gc.enable()
    match options.command:
        case "version":
            return _print_version()
        case "help":
            from tui.help import run_help

            return run_help(options)
        case "completion":
            from tui.help.completion import run_completion

            return run_completion(options)
        case "config":
            from tui.commands.config import run_config

            return run_config(options)
        case "demo":
            from tui.commands.demo import run_demo

            return run_demo(options)
        case "cursor":
            from tui.commands.cursor import run_cursor

            return run_cursor(options)
        case "prices":
            from tui.commands.prices import refresh_prices

            return refresh_prices(options)
    return _with_data(options)


def _with_data(options: Namespace) -> int:
    """Run a command that reads transcripts."""
    from tui.config.checks import check

    check(options)
    match options.command:
        case "live":
            return _live(options)
        case "agents":
            from tui.commands.agents import run_agents

            return run_agents(options)
        case "graph":
            from tui.commands.graph import run_graph

            return run_graph(options)
        case "doctor":
            from tui.commands.once import print_health
            from tui.config.settings_of import settings_of

            return print_health(settings_of(options), is_json=options.json)
        case "limits":
            from tui.commands.limits import run_limits

            return run_limits(options)
        case "events":
            from tui.commands.events import run_events

            return run_events(options)
        case "statusline":
            from tui.commands.statusline import run_statusline

            return run_statusline(options)
    from tui.commands.reports import run_report

    return run_report(options)


def _live(options: Namespace) -> int:
    """Open the live screen on a terminal, else print one snapshot."""
    from tui.config.settings_of import channels_of, settings_of

    settings = settings_of(options)
    if options.json or not _is_terminal():
        from tui.commands.once import print_snapshot

        return print_snapshot(settings, is_json=options.json, is_demo=options.demo)
    from tui.live.run import run_live

    return run_live(
        settings,
        theme=options.theme,
        is_demo=options.demo,
        has_bell=not options.no_bell,
        channels=channels_of(options),
    )


def _say(sentence: str, code: int) -> int:
    """Tell an error on one line; what it quotes, such as a file's words, steers no terminal."""
    from tui.words.format import plain

    try:
        print(f"ccmon: {plain(sentence)}", file=sys.stderr)
    except OSError:
        return code
    return code


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
