"""The command `ccmon statusline`: one line for Claude Code, tmux or waybar."""

from __future__ import annotations

import os
import sys
import time

from tui.options import values
from tui.options.definition import Command, Namespace, Option
from tui.options.shared import CONFIG, CONFIG_DIR, LEDGER, OFFLINE, TIMEZONE
from tui.terminal.console import is_terminal

_FORMATS = ("claude", "plain", "tmux", "waybar", "polybar", "xbar")
_COST_SOURCES = ("auto", "ccmon", "cc", "both")
_BURN_RATES = ("off", "emoji", "text", "emoji-text")


def run(options: Namespace) -> int:
    """Print the status line and return 0; on a terminal say how the command is used.

    Only what is done by hand can fail: `--install`, and on a terminal a template that names
    an unknown field (`UsageError`). Where the line is out the process ends at once: taking
    the interpreter down in order costs a tenth of the time, and all that matters is booked.
    """
    if options.install or options.uninstall:
        from tui.statusline.install import run_install

        return run_install(options)
    if is_terminal(sys.stdin):
        from tui.statusline.usage import print_usage

        return print_usage(options)
    is_done = _answer_hook(options)
    if not is_done or sys.stdout is sys.__stdout__:
        os._exit(0)
    return 0


def _answer_hook(options: Namespace) -> bool:
    """Print the line, and keep it; return whether nothing is being waited for any more."""
    from tui.statusline.answer import status_line
    from tui.statusline.given import given_input

    begun = time.monotonic()
    given = given_input()
    if options.wrap:
        from tui.statusline.wrap import PATIENCE, Wrapped

        wrapped = Wrapped(options.wrap, given)
        line, is_done = status_line(options, given, os.environ)
        before = wrapped.lines(max(0.0, begun + PATIENCE - time.monotonic()))
        _print(before + _encoded(line))
        return is_done
    from tui.statusline.again import Asked, moment

    asked = Asked(sys.argv[1:], os.environ, given, moment())
    line, is_done = status_line(options, given, os.environ, asked)
    _print(_encoded(line))
    asked.keep()
    return is_done


def _encoded(line: str) -> bytes:
    return line.encode("utf-8", "replace") + b"\n"


def _print(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


COMMAND = Command(
    "statusline",
    "scripts",
    "one line for Claude Code's status line, tmux or waybar",
    run,
    own=(
        Option(
            ("--install",),
            "show the change to Claude Code's settings, and make it on a yes",
            default=False,
            one_of="installing",
            is_configurable=False,
        ),
        Option(
            ("--uninstall",),
            "the same, to put back what was there before",
            default=False,
            one_of="installing",
            is_configurable=False,
        ),
        Option(
            ("-y", "--yes"),
            "with --install and --uninstall: do not ask",
            default=False,
            is_configurable=False,
        ),
        Option(
            ("--wrap",),
            "run this status line's command, too, and print its lines above ours (--install"
            " writes it where there was one)",
            "COMMAND",
            is_configurable=False,
        ),
        Option(
            ("--template",),
            "a line of your own; see ccmon help statusline",
            "TEXT",
            example='"{model} {today_cost}"',
            is_private=True,
        ),
        Option(
            ("--format",),
            "claude (the default), plain, tmux, waybar, polybar or xbar (SwiftBar and Argos too)",
            "FORMAT",
            read=values.choice(_FORMATS),
            choices=_FORMATS,
            default="claude",
            example='"plain"',
        ),
        Option(
            ("--rows",),
            "1 (the default), or 2: limits and context in a second row",
            "N",
            read=lambda text: int(values.choice(("1", "2"))(text)),
            choices=("1", "2"),
            default=1,
            example="2",
        ),
        Option(
            ("--cost-source",),
            "the session's cost: auto (Claude Code's where it says one, else ours; the default),"
            " ccmon, cc (only Claude Code's) or both",
            "SOURCE",
            read=values.choice(_COST_SOURCES, synonyms=(("ccusage", "ccmon"),)),
            choices=_COST_SOURCES,
            default="auto",
            example='"both"',
        ),
        Option(
            ("-B", "--visual-burn-rate"),
            "how high the burn rate is: text (the default), emoji, emoji-text or off",
            "HOW",
            read=values.choice(_BURN_RATES),
            choices=_BURN_RATES,
            default="text",
            example='"text"',
        ),
        Option(
            ("--context-low-threshold",),
            "up to this percentage of the context all is well (default: 50)",
            "PERCENT",
            read=values.percentage,
            default=50,
            example="50",
        ),
        Option(
            ("--context-medium-threshold",),
            "from this percentage of the context it is nearly full (default: 80)",
            "PERCENT",
            read=values.percentage,
            default=80,
            example="80",
        ),
        Option(
            ("--color",),
            "colour the line, or never (default: for Claude Code, unless NO_COLOR is set)",
            off=("--no-color",),
        ),
        CONFIG_DIR,
        LEDGER,
        TIMEZONE,
        OFFLINE._replace(
            help="never open a connection; a status line never does, so this is always so",
            is_hidden=True,
            default=True,
        ),
        CONFIG,
        Option(
            ("--cache",),
            "",
            default=True,
            off=("--no-cache",),
            is_hidden=True,
            is_configurable=False,
        ),
        Option(("--refresh-interval",), "", "N", is_hidden=True, is_configurable=False),
        Option(("-d", "--debug"), "", default=False, is_hidden=True, is_configurable=False),
    ),
    about="Reads what Claude Code hands to a status line's command on standard input and prints"
    " one line: model, the session's cost, today, the block and the time left, burn rate, use"
    " of the context, and the official 5-hour and 7-day percentages where they are given. It"
    " never fails the hook.",
    examples=(
        ("ccmon statusline --install", "set it up in Claude Code; a backup is kept"),
        ("ccmon statusline --format tmux", "for tmux's status-right"),
    ),
)
