"""The command line's definitions: commands, options, and what the README says of them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NoReturn

COMMANDS: tuple[tuple[str, str], ...] = (
    ("live", "leave it open: the active block, burn rate, limit, and every report a key away"),
    ("demo", "write a lifelike made-up data directory and go on appending to it"),
    ("doctor", "say what was found, what could not be read, and what will be deleted when"),
    ("prices", "`prices refresh` fetches the prices of other vendors' models now"),
)

_MOST_DAYS = 3_650
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class UsageError(Exception):
    """A command line that cannot hold; the text is one sentence that says what would be right."""


class _Parser(argparse.ArgumentParser):
    """A parser that raises one sentence instead of printing its usage."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}; see {self.prog} --help.")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what a command line asks for; raises `UsageError`.

    Without a command it is `live`.
    """
    words = list(arguments)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version")):
        words.insert(0, "live")
    names = [name for name, _ in COMMANDS]
    if words[0] not in names and not words[0].startswith("-"):
        near = get_close_matches(words[0], names, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(names)}."
        raise UsageError(f"There is no command '{words[0]}': {hint}")
    return make_parser().parse_args(words)


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    from tui import __version__

    parser = _Parser(
        prog="ccmon",
        description="A live monitor of Claude Code's usage. Without a command: live.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"ccmon {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    makers = {"live": _add_live, "demo": _add_demo, "doctor": _add_doctor, "prices": _add_prices}
    for name, text in COMMANDS:
        made = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        makers[name](made)
    return parser


def _add_live(parser: argparse.ArgumentParser) -> None:
    _add_places(parser)
    parser.add_argument(
        "-l",
        "--limit",
        metavar="LIMIT",
        help="what the block is measured against: 500k or 1.5M tokens, 20usd, max (your largest"
        " finished block) or p90 (the 90th percentile of them; the default)",
    )
    parser.add_argument("--json", action="store_true", help="print one snapshot as JSON and exit")
    parser.add_argument("--demo", action="store_true", help="watch a made-up user at work instead")
    parser.add_argument(
        "--theme", metavar="NAME", help="dark, light, safe-dark, safe-light or high-contrast"
    )
    parser.add_argument("--no-bell", action="store_true", help="never ring the terminal's bell")


def _add_doctor(parser: argparse.ArgumentParser) -> None:
    _add_places(parser)
    parser.add_argument("--json", action="store_true", help="print as JSON")


def _add_places(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is read, where to, and in which zone."""
    parser.add_argument(
        "--config-dir",
        metavar="PATH",
        action="append",
        help="read this config directory instead of CLAUDE_CONFIG_DIR, ~/.config/claude and"
        " ~/.claude; may be given several times",
    )
    parser.add_argument(
        "--ledger", metavar="PATH", help="keep the ledger here; ':memory:' keeps none"
    )
    parser.add_argument(
        "-z", "--timezone", metavar="ZONE", help="an IANA zone such as Europe/Berlin or UTC"
    )
    parser.add_argument(
        "-w",
        "--start-of-week",
        metavar="DAY",
        type=_day,
        default=0,
        help="the first day of the week (default: monday)",
    )
    parser.add_argument(
        "-O", "--offline", action="store_true", help="never open a connection (prices stay as is)"
    )
    parser.add_argument(
        "--poll", action="store_true", help="look for changes instead of waiting for file events"
    )


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "directory",
        metavar="DIRECTORY",
        nargs="?",
        default="ccmon-demo",
        help="where to write; must be new or empty (default: ccmon-demo)",
    )
    parser.add_argument(
        "--responses", metavar="NUMBER", type=_number, default=20_000, help="default: 20000"
    )
    parser.add_argument("--days", metavar="NUMBER", type=_days, default=30, help="default: 30")
    parser.add_argument(
        "--sessions", metavar="NUMBER", type=_number, default=160, help="default: 160"
    )
    parser.add_argument(
        "--seed", metavar="NUMBER", type=_whole, default=7, help="the same seed gives the same user"
    )
    parser.add_argument(
        "--once", action="store_true", help="write the history and exit, without appending"
    )


def _add_prices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", metavar="refresh", choices=("refresh",), help="fetch now")
    parser.add_argument("--url", metavar="URL", help="fetch from here instead of LiteLLM's table")


def _number(text: str) -> int:
    digits = text.replace("_", "").replace(",", "")
    number = int(digits) if digits.isascii() and digits.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of 1 or more")
    return number


def _days(text: str) -> int:
    number = _number(text)
    if number > _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"a demo reaches back at most {_MOST_DAYS:,} days")
    return number


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number") from error


def _day(text: str) -> int:
    near = [number for number, day in enumerate(_DAYS) if day.startswith(text.lower())]
    if len(text) < 2 or len(near) != 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no day: use one of {', '.join(_DAYS)}")
    return near[0]
