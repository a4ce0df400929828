"""Options that give each row of a report lines for its parts."""

from __future__ import annotations

from tui.options.definition import Option

BREAKDOWN = Option(
    ("-b", "--breakdown"),
    "a line for each model below each row",
    default=False,
    off=("--no-breakdown",),
)
BY_AGENT = Option(
    ("--by-agent",),
    "a line for each coding agent below each row; in JSON the key agents (default: in tables of"
    " hours, days, weeks and months, where there are several)",
    off=("--no-by-agent",),
    one_of="apart",
)
BY_MACHINE = Option(
    ("--by-machine",),
    "a line for each machine below each row; in JSON the key machines",
    default=False,
    off=("--no-by-machine",),
    one_of="apart",
)
BY_PERSON = Option(
    ("--by-person",),
    "a line for each person below each row; in JSON the key people",
    default=False,
    off=("--no-by-person",),
    one_of="apart",
)
