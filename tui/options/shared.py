"""Options that several commands have in common, defined once."""

from __future__ import annotations

from engine.domain.choices import MODES
from tui.options import values
from tui.options.definition import Option, OptionGroup

CONFIG_DIR = Option(
    ("--config-dir",),
    "read this config directory instead of CLAUDE_CONFIG_DIR, ~/.config/claude and ~/.claude;"
    " may be given several times or comma-separated",
    "PATH",
    completes="directory",
    example='["~/.claude"]',
    is_repeatable=True,
    is_private=True,
)
LEDGER = Option(
    ("--ledger",),
    "keep the ledger here; ':memory:' keeps none",
    "PATH",
    completes="file",
    example='":memory:"',
    is_private=True,
)
TIMEZONE = Option(
    ("-z", "--timezone"),
    "an IANA zone such as Europe/Berlin or UTC; local is the system's (the default)",
    "ZONE",
    read=values.zone,
    completes="zones",
    example='"Europe/Berlin"',
)
START_OF_WEEK = Option(
    ("-w", "--start-of-week"),
    "the first day of the week (default: monday)",
    "DAY",
    read=values.week_day,
    choices=values.DAYS,
    default=0,
    example='"sunday"',
)
OFFLINE = Option(
    ("-O", "--offline"),
    "never open a connection (prices stay as they are)",
    default=False,
    off=("--no-offline",),
    is_private=True,
)
REDACT_PATHS = Option(
    ("--redact-paths",),
    "tell agents no paths, names of projects and titles of sessions by MCP",
    default=False,
    off=("--no-redact-paths",),
)
POLL = Option(("--poll",), "look for changes instead of waiting for file events", default=False)
CONFIG = Option(
    ("--config",),
    "read this configuration instead of config.toml and ./.ccmon.toml",
    "FILE",
    completes="file",
    is_configurable=False,
)
PLACES = OptionGroup(
    "Where and when", (CONFIG_DIR, LEDGER, TIMEZONE, START_OF_WEEK, OFFLINE, CONFIG)
)

PROJECT = Option(
    ("-p", "--project"),
    "only this project: its path, a directory name below projects (may begin with '-'),"
    " or part of either",
    "PROJECT",
    completes="projects",
    example='"shop"',
)
MODEL = Option(
    ("--model",),
    "only models with this in their name",
    "NAME",
    completes="models",
    example='"opus"',
)
MODE = Option(
    ("-m", "--mode"),
    "whose cost counts: auto (the recorded one where there is one, else ours; the default),"
    " calculate (ours) or display (only the recorded)",
    "MODE",
    read=values.choice(MODES),
    choices=MODES,
    default="auto",
    example='"auto"',
)
AGENTS = Option(
    ("--agent", "--agents"),
    "only these coding agents, such as codex or claude,gemini (ccmon agents lists all); may be"
    " given several times, and one name may stand in front: ccmon codex daily",
    "NAME",
    completes="agents",
    example='["claude", "codex"]',
    is_repeatable=True,
    read=values.agents,
)
DATABASE = Option(
    ("--from",),
    "answer from a team's database, postgresql://host/name, or env for the one that"
    " CCMON_DATABASE_URL names, instead of this machine's ledger",
    "URL",
    name="database",
    is_configurable=False,
    is_private=True,
)
PUSH = Option(
    ("--push",),
    "push what is new to a team's database each minute, postgresql://host/name, or env for the one"
    " that CCMON_DATABASE_URL names; only after ccmon push asked you once",
    "URL",
    is_private=True,
    example='"env"',
)
MACHINE = Option(
    ("--machine",),
    "only this machine, where several share (ccmon help machines): its name, part of it, or its id",
    "NAME",
    example='"laptop"',
)
PERSON = Option(
    ("--person",),
    "only this person, where several share: the name, or part of it",
    "NAME",
    example='"ada"',
)
CHOSEN = OptionGroup("What is counted", (PROJECT, MODEL, AGENTS, MACHINE, PERSON, MODE, DATABASE))
DATES = OptionGroup(
    "From when to when",
    (
        Option(
            ("-s", "--since"),
            "from this day on: 2026-11-01, 20261101, today, yesterday, 7d (the last seven days),"
            " 2w, this-week, this-month, last-week, last-month or 2026-11",
            "DAY",
            example='"30d"',
            read=values.day,
        ),
        Option(
            ("-u", "--until"),
            "up to and with this day, in the same words",
            "DAY",
            example='"today"',
            read=values.day,
        ),
    ),
)
LAST = Option(
    ("--last",),
    "only the newest N: periods by the calendar (1 is the running one), sessions and blocks"
    " by their newest responses",
    "N",
    read=values.number,
    example="12",
)
SECTIONS = Option(
    ("--sections",),
    "several reports of one reading, one below the other or in one JSON: daily, weekly, monthly,"
    " session, comma-separated",
    "LIST",
    read=values.sections,
    completes="sections",
    is_configurable=False,
)
PROJECT_ALIASES = Option(
    ("--project-aliases",),
    "show projects under other names: name=shown,other=shown",
    "ALIASES",
    read=values.aliases,
    example='"-home-me-shop=Shop"',
)
INSTANCES = Option(
    ("-i", "--instances"),
    "rows apart by project",
    default=False,
    off=("--no-instances",),
)
OUTPUT = OptionGroup(
    "Output",
    (
        Option(
            ("-j", "--json"),
            "print as JSON",
            default=False,
            off=("--no-json",),
            one_of="output",
        ),
        Option(("--csv",), "print as CSV", default=False, one_of="output"),
        Option(("--markdown",), "print as a Markdown table", default=False, one_of="output"),
        Option(
            ("-q", "--jq"),
            "print as JSON, filtered by the program jq (which must be installed)",
            "FILTER",
            is_configurable=False,
        ),
        Option(("--no-total",), "leave the totals out of CSV and Markdown", default=False),
        Option(
            ("--no-cost",),
            "leave costs out",
            default=False,
            off=("--cost",),
        ),
        Option(
            ("--compact",),
            "the narrow table, whatever the terminal's width",
            default=False,
            off=("--no-compact",),
        ),
        Option(
            ("--color",),
            "colour the table also where the output is not a terminal, or never"
            " (default: on a terminal, unless NO_COLOR is set)",
            off=("--no-color",),
        ),
        Option(
            ("--benchmark",),
            "say on standard error how long each phase took",
            default=False,
            is_configurable=False,
        ),
    ),
)
IDLE = OptionGroup(
    "Accepted, without effect",
    (
        Option(("-d", "--debug"), "", default=False, is_hidden=True, is_configurable=False),
        Option(("--debug-samples",), "", "N", is_hidden=True, is_configurable=False),
        Option(("--single-thread",), "", default=False, is_hidden=True, is_configurable=False),
        Option(("--all",), "", default=False, is_hidden=True, is_configurable=False),
    ),
)

LIMIT = Option(
    ("-l", "--limit"),
    "what the block is measured against where no official percentage is known: 500k or 1.5M"
    " tokens, 20usd, max (your largest finished block), median, or p90 (the 90th percentile of"
    " them; the default)",
    "LIMIT",
    example='"500k"',
    read=values.limit,
)
ACCOUNT = Option(
    ("--account",),
    "only the limits or blocks of one account, by its name in [accounts] of the configuration, its"
    " id, its plan or its config directory",
    "NAME",
    example='"Work"',
    is_private=True,
)
BUDGET = Option(
    ("--budget",),
    "what you want to use at most in a day, week or month: 20usd/day, 500k/week, 300usd/month;"
    " 100usd/month@openai is of what a provider bills; may be given several times"
    " ([limits] budgets in the configuration)",
    "BUDGET",
    name="budgets",
    default=(),
    is_repeatable=True,
    is_configurable=False,
    read=values.budget,
)
RESET_AT = Option(
    ("--reset-at",),
    "the 5 hours are reset at this time of the day, such as 14:30, where no official source"
    " says when",
    "TIME",
    read=values.clock,
    is_configurable=False,
)
QUIET_HOURS = Option(
    ("--quiet-hours",),
    "when warnings are only drawn on the screen: 22:00-07:30 ([limits] quiet-hours in the"
    " configuration)",
    "FROM-TO",
    is_configurable=False,
    read=values.quiet_hours,
)

JSON = Option(("-j", "--json"), "print as JSON", default=False, off=("--no-json",))
COLOR = Option(
    ("--color",),
    "colour the page also where the output is not a terminal, or never (default: on a terminal,"
    " unless NO_COLOR is set)",
    off=("--no-color",),
)
