"""Every command: what it is for and which options it takes."""

from __future__ import annotations

from tui.options import values
from tui.options.cursor import CURSOR
from tui.options.definition import Command, Group, Option, UsageError
from tui.options.graph import GRAPH
from tui.options.limits import BUDGET, EVENTS, LIMIT, LIMITS, QUIET_HOURS, RESET_AT
from tui.options.reports import REPORTS
from tui.options.shared import AGENTS, CONFIG, PLACES, POLL
from tui.options.statusline import STATUSLINE

GROUPS: tuple[tuple[Group, str], ...] = (
    ("watch", "Watch"),
    ("reports", "Reports"),
    ("scripts", "For scripts"),
    ("upkeep", "Upkeep"),
)
SHELLS = ("bash", "zsh", "fish")
CONFIG_ACTIONS = ("show", "check", "edit", "path")
THEMES = ("dark", "light", "safe-dark", "safe-light", "high-contrast")

_JSON = Option(("-j", "--json"), "print as JSON", default=False, off=("--no-json",))

_LIVE = Command(
    "live",
    "watch",
    "leave it open: the active block, burn rate, limit, and every report a key away",
    shared=(PLACES,),
    own=(
        AGENTS,
        LIMIT,
        BUDGET,
        RESET_AT,
        QUIET_HOURS,
        _JSON._replace(help="print one snapshot as JSON and exit"),
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
        Option(("--no-bell",), "never ring the terminal's bell", default=False, off=("--bell",)),
        POLL,
    ),
    about="Away from a terminal one snapshot is printed, for people or with --json for scripts."
    "\n\nThe keys are shown by ? on the screen.",
    examples=(
        ("ccmon", "the same as ccmon live"),
        ("ccmon live --limit 1.5M", "measure the block against 1.5 million tokens"),
        ("ccmon live --demo", "look at a made-up user"),
    ),
)
_AGENTS = Command(
    "agents",
    "upkeep",
    "list the coding agents that were found: where, what was counted, what could not be read",
    shared=(PLACES,),
    own=(
        _JSON,
        Option(("--all",), "those not found too, with the places looked at", default=False),
    ),
    about="All agents found are in every report and on the live screen; --agent NAME, or the name"
    " in front as in ccmon codex daily, narrows to some, and so does agents in the configuration.",
)
_DOCTOR = Command(
    "doctor",
    "upkeep",
    "say what was found, what could not be read, and what will be deleted when",
    shared=(PLACES,),
    own=(_JSON, POLL),
)
_CONFIG = Command(
    "config",
    "upkeep",
    "show, check or edit the configuration",
    own=(
        Option(
            (),
            "show (each value in force and where it comes from), check, edit or path",
            "ACTION",
            read=values.choice(CONFIG_ACTIONS),
            choices=CONFIG_ACTIONS,
            name="action",
        ),
        Option(
            (),
            "with show: the command whose values are shown; with check: the file",
            "SUBJECT",
            name="subject",
            is_required=False,
            completes="file",
        ),
        Option(
            (),
            "with show: the command's options, behind --",
            "OPTIONS",
            name="more",
            default=(),
            takes_all=True,
        ),
        _JSON,
        CONFIG._replace(help="with show: read this configuration instead"),
    ),
    about="What can stand in a configuration and where it is looked for: ccmon help config.",
    examples=(
        ("ccmon config edit", "open config.toml, made with every key explained if there is none"),
        ("ccmon config show daily", "what ccmon daily would use"),
        ("ccmon config show daily -- --since 7d", "what ccmon daily --since 7d would use"),
        ("ccmon config check .ccmon.toml", "exit code 0 if the file is right, else 1"),
    ),
    is_configurable=False,
)
_PRICES = Command(
    "prices",
    "upkeep",
    "`prices refresh` fetches the prices of other vendors' models now",
    own=(
        Option(
            (),
            "fetch now",
            "refresh",
            read=values.choice(("refresh",)),
            choices=("refresh",),
            name="action",
        ),
        Option(("--url",), "fetch from here instead of LiteLLM's table", "URL"),
    ),
    is_configurable=False,
)
_DEMO = Command(
    "demo",
    "upkeep",
    "write a lifelike made-up data directory and go on appending to it",
    own=(
        Option(
            (),
            "where to write; must be new or empty (default: ccmon-demo)",
            "DIRECTORY",
            name="directory",
            default="ccmon-demo",
            is_required=False,
            completes="directory",
        ),
        Option(("--responses",), "default: 20000", "NUMBER", read=values.number, default=20_000),
        Option(("--days",), "default: 30", "NUMBER", read=values.demo_days, default=30),
        Option(("--sessions",), "default: 160", "NUMBER", read=values.number, default=160),
        Option(
            ("--seed",),
            "the same seed gives the same user",
            "NUMBER",
            read=values.whole,
            default=7,
        ),
        Option(("--once",), "write the history and exit, without appending", default=False),
    ),
    is_configurable=False,
)
_COMPLETION = Command(
    "completion",
    "scripts",
    "print the completion script of a shell",
    own=(
        Option(
            (),
            "bash, zsh or fish",
            "SHELL",
            read=values.choice(SHELLS),
            choices=SHELLS,
            name="shell",
        ),
    ),
    examples=(
        ("source <(ccmon completion bash)", "in ~/.bashrc"),
        ("ccmon completion zsh > ~/.zfunc/_ccmon", "with ~/.zfunc in $fpath before compinit"),
        ("ccmon completion fish > ~/.config/fish/completions/ccmon.fish", "once"),
    ),
    is_configurable=False,
)
_HELP = Command(
    "help",
    "upkeep",
    "explain a command or a topic",
    own=(
        Option((), "a command or a topic", "TOPIC", name="topic", is_required=False),
        Option(("--man",), "print all of it as a man page", default=False),
    ),
    examples=(("ccmon help --man | man -l -", "read everything as a man page"),),
    is_configurable=False,
)

ALL: tuple[Command, ...] = (
    _LIVE,
    *REPORTS,
    GRAPH,
    LIMITS,
    EVENTS,
    STATUSLINE,
    _COMPLETION,
    _CONFIG,
    _AGENTS,
    _DOCTOR,
    CURSOR,
    _PRICES,
    _DEMO,
    _HELP,
)
COMMANDS: tuple[tuple[str, str], ...] = tuple((command.name, command.summary) for command in ALL)
"""Each command's name and what it does, in one line."""


def find_command(name: str) -> Command:
    """Return a command; raises `UsageError` that names the nearest right one."""
    names = tuple(command.name for command in ALL)
    if name not in names:
        raise UsageError(
            f"There is no command '{name}': {values.sentence_end(values.hint(name, names))}"
        )
    return ALL[names.index(name)]
