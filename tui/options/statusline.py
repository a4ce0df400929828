"""The status line's command."""

from __future__ import annotations

from tui.options import values
from tui.options.definition import Command, Option
from tui.options.shared import CONFIG, CONFIG_DIR, LEDGER, OFFLINE, TIMEZONE

STATUS_FORMATS = ("claude", "plain", "tmux", "waybar")
COST_SOURCES = ("auto", "ccmon", "cc", "both")
BURN_RATES = ("off", "emoji", "text", "emoji-text")

STATUSLINE = Command(
    "statusline",
    "scripts",
    "one line for Claude Code's status line, tmux or waybar",
    own=(
        Option(
            ("--install",),
            "show the change to Claude Code's settings, and make it on a yes",
            default=False,
            is_configurable=False,
        ),
        Option(
            ("--uninstall",),
            "the same, to put back what was there before",
            default=False,
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
            "a line of one's own; see ccmon help statusline",
            "TEXT",
            example='"{model} {today_cost}"',
            is_private=True,
        ),
        Option(
            ("--format",),
            "claude (the default), plain, tmux or waybar",
            "FORMAT",
            read=values.choice(STATUS_FORMATS),
            choices=STATUS_FORMATS,
            default="claude",
            example='"plain"',
        ),
        Option(
            ("--cost-source",),
            "the session's cost: auto (Claude Code's where it says one, else ours; the default),"
            " ccmon, cc (only Claude Code's) or both",
            "SOURCE",
            read=values.choice(COST_SOURCES, synonyms=(("ccusage", "ccmon"),)),
            choices=COST_SOURCES,
            default="auto",
            example='"both"',
        ),
        Option(
            ("-B", "--visual-burn-rate"),
            "how high the burn rate is: text (the default), emoji, emoji-text or off",
            "HOW",
            read=values.choice(BURN_RATES),
            choices=BURN_RATES,
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
