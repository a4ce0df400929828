"""The command that draws a year of days."""

from __future__ import annotations

from tui.options import values
from tui.options.definition import Command, Option
from tui.options.shared import CHOSEN, PLACES

MEASURES = ("cost", "tokens")

GRAPH = Command(
    "graph",
    "reports",
    "a calendar of the year: how busy each day was, streaks, the best day",
    shared=(CHOSEN, PLACES),
    own=(
        Option(
            ("-y", "--year"),
            "the days of this year (default: the last 53 weeks)",
            "YEAR",
            read=values.year,
            is_configurable=False,
        ),
        Option(
            ("--by",),
            "colour days by cost (the default) or by tokens",
            "MEASURE",
            read=values.choice(MEASURES),
            choices=MEASURES,
            default="cost",
            example='"tokens"',
        ),
        Option(("-j", "--json"), "print as JSON", default=False, off=("--no-json",)),
        Option(
            ("--svg",),
            "write a picture to share, without names of projects, as SVG to this file",
            "FILE",
            completes="file",
            is_configurable=False,
        ),
        Option(
            ("--png",),
            "the same as PNG",
            "FILE",
            completes="file",
            is_configurable=False,
        ),
        Option(
            ("--color",),
            "colour the page also where the output is no terminal, or never (default: on a"
            " terminal, unless NO_COLOR is set)",
            off=("--no-color",),
        ),
    ),
    about="Each active day is one of four shades, parted by the quartiles of the calendar's active"
    " days. The current streak goes on today, or went on until yesterday; the longest is the"
    " longest with a day in the calendar, wherever it began."
    "\n\nPictures bear the year, figures, and the agents where there are several: no project, no"
    " path, no session. A file of the name is written over.",
    examples=(
        ("ccmon graph", "the last 53 weeks"),
        ("ccmon graph --year 2026 --by tokens", "a year by tokens"),
        ("ccmon graph --svg year.svg --png year.png", "pictures to share"),
    ),
)
