"""The commands about limits, and the options that they share with the live screen."""

from __future__ import annotations

from tui.options import values
from tui.options.definition import Command, Option
from tui.options.shared import PLACES, POLL

LIMIT = Option(
    ("-l", "--limit"),
    "what the block is measured against where no official percentage is known: 500k or 1.5M"
    " tokens, 20usd, max (your largest finished block), median, or p90 (the 90th percentile of"
    " them; the default)",
    "LIMIT",
    example='"500k"',
)
BUDGET = Option(
    ("--budget",),
    "what you want to use at most in a day, week or month: 20usd/day, 500k/week, 300usd/month;"
    " may be given several times ([limits] budgets in the configuration)",
    "BUDGET",
    name="budgets",
    default=(),
    is_repeatable=True,
    is_configurable=False,
)
RESET_AT = Option(
    ("--reset-at",),
    "the 5 hours are reset at this time of the day, such as 14:30, where no official source"
    " says when",
    "TIME",
    read=values.clock_time,
    is_configurable=False,
)
QUIET_HOURS = Option(
    ("--quiet-hours",),
    "when warnings are only drawn on the screen: 22:00-07:30 ([limits] quiet-hours in the"
    " configuration)",
    "FROM-TO",
    is_configurable=False,
)

_JSON = Option(("-j", "--json"), "print as JSON", default=False, off=("--no-json",))
_COLOR = Option(
    ("--color",),
    "colour the page also where the output is no terminal, or never (default: on a terminal,"
    " unless NO_COLOR is set)",
    off=("--no-color",),
)

LIMITS = Command(
    "limits",
    "scripts",
    "every limit window: how much is used, until when, and what becomes of it",
    shared=(PLACES,),
    own=(
        _JSON,
        Option(
            ("--check",),
            "print one line; exit code 0 fine, 10 warning, 11 critical, 12 hit, 20 unknown",
            default=False,
            is_configurable=False,
        ),
        LIMIT,
        BUDGET,
        RESET_AT._replace(
            help="keep that the 5 hours are reset at this time of the day, such as 14:30, until"
            " then or until an official source says otherwise",
            one_of="pin",
        ),
        Option(
            ("--no-reset-at",),
            "forget what --reset-at said",
            default=False,
            is_configurable=False,
            one_of="pin",
        ),
        Option(
            ("--enable-oauth",),
            "also ask Anthropic's usage endpoint; says first what that means, and asks",
            default=False,
            is_configurable=False,
            one_of="oauth",
        ),
        Option(
            ("--disable-oauth",),
            "ask it no more",
            default=False,
            is_configurable=False,
            one_of="oauth",
        ),
        Option(
            ("-y", "--yes"),
            "with --enable-oauth: do not ask",
            default=False,
            is_configurable=False,
        ),
        _COLOR,
        POLL,
    ),
    about="Each window's share, use, reset and forecast come from one source, which is named with"
    " its age. Before a percentage that is old stands ≥: at least so much is used.",
    examples=(
        ("ccmon limits", "where every window stands"),
        ("ccmon limits --check && claude -p 'go on'", "go on only while all is fine"),
        ("ccmon limits --budget 20usd/day", "with a budget of one's own"),
        ("ccmon limits --reset-at 14:30", "say when the 5 hours are reset"),
    ),
)
EVENTS = Command(
    "events",
    "scripts",
    "what happened to the limits: levels crossed, forecasts, hits and resets",
    shared=(PLACES,),
    own=(
        _JSON,
        Option(
            ("--last",),
            "only the newest N (at most 50, the default)",
            "N",
            read=values.number,
            default=50,
            example="20",
        ),
        _COLOR,
        POLL,
    ),
    about="Each is told once in its window, however many ccmon run. They are noted while a live"
    " screen is open.",
    examples=(("ccmon events --last 10", "the newest ten"),),
)
