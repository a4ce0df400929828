"""The report commands: figures for a page, a script or a table, printed once."""

from __future__ import annotations

from tui.options import values
from tui.options.definition import Command, Option, OptionGroup
from tui.options.shared import (
    BREAKDOWN,
    BY_AGENT,
    CHOSEN,
    DATES,
    IDLE,
    INSTANCES,
    LAST,
    OUTPUT,
    PLACES,
    PROJECT_ALIASES,
    SECTIONS,
    SORTING,
)

_SHARED: tuple[OptionGroup, ...] = (DATES, CHOSEN, SORTING, OUTPUT, PLACES, IDLE)
_PERIOD = (LAST, BREAKDOWN, BY_AGENT, INSTANCES, PROJECT_ALIASES, SECTIONS)

_BLOCKS_OWN = (
    LAST,
    BREAKDOWN,
    Option(("-a", "--active"), "only the active block", default=False, off=("--no-active",)),
    Option(
        ("-r", "--recent"),
        "only blocks of the last three days, and the active one",
        default=False,
        off=("--no-recent",),
    ),
    Option(
        ("-t", "--token-limit"),
        "measure blocks against a limit: 500k, 1.5M, or max (your largest finished block)",
        "LIMIT",
        example='"500k"',
    ),
    Option(
        ("-n", "--session-length"),
        "how long a block is, in hours (default: 5)",
        "HOURS",
        read=values.hours,
        default=5.0,
        example="5",
    ),
)

REPORTS: tuple[Command, ...] = (
    Command(
        "summary",
        "reports",
        "today, this week, this month and the active block on one page",
        shared=(CHOSEN, OUTPUT, PLACES, IDLE),
    ),
    Command(
        "daily",
        "reports",
        "a row for each day",
        shared=_SHARED,
        own=_PERIOD,
        examples=(
            ("ccmon daily --since 7d", "the last seven days"),
            ("ccmon daily --last 1 --json", "today, for a script"),
            ("ccmon daily -i -p shop", "one project's days"),
            ("ccmon codex daily", "the days of one coding agent"),
        ),
    ),
    Command(
        "weekly",
        "reports",
        "a row for each week",
        shared=_SHARED,
        own=_PERIOD,
        examples=(("ccmon weekly -w sunday --last 4", "four weeks that begin on Sunday"),),
    ),
    Command(
        "monthly",
        "reports",
        "a row for each month, with its change from the month before",
        shared=_SHARED,
        own=_PERIOD,
    ),
    Command(
        "hourly",
        "reports",
        "a row for each hour",
        shared=_SHARED,
        own=_PERIOD,
        examples=(("ccmon hourly --since today", "today by the hour"),),
    ),
    Command(
        "session",
        "reports",
        "a row for each session, dearest first",
        shared=_SHARED,
        own=(
            Option(
                ("-i", "--id"),
                "one session with all its responses",
                "SESSION",
                is_configurable=False,
            ),
            LAST,
            BREAKDOWN,
            BY_AGENT,
            PROJECT_ALIASES,
            SECTIONS,
        ),
        examples=(("ccmon session --since today --top 5", "today's five dearest sessions"),),
    ),
    Command(
        "blocks",
        "reports",
        "a row for each 5-hour billing block",
        shared=_SHARED,
        own=_BLOCKS_OWN,
        examples=(("ccmon blocks -a -t max", "the active block against the largest so far"),),
    ),
    Command(
        "projects",
        "reports",
        "a row for each project, dearest first",
        shared=_SHARED,
        own=(BREAKDOWN, BY_AGENT, PROJECT_ALIASES),
    ),
    Command(
        "models",
        "reports",
        "a row for each model of each agent and provider, dearest first",
        shared=_SHARED,
    ),
    Command(
        "compare",
        "reports",
        "two periods or two projects side by side, with the change",
        shared=(DATES, CHOSEN, OUTPUT, PLACES, IDLE),
        own=(
            Option((), "a day, a month such as 2026-10, a range, or a project", "A", name="left"),
            Option((), "what it is compared with", "B", name="right"),
            PROJECT_ALIASES,
        ),
        examples=(
            ("ccmon compare 2026-10 2026-11", "October with November"),
            ("ccmon compare shop blog --since 30d", "two projects over the last 30 days"),
        ),
        takes_encoded_names=True,
    ),
)
