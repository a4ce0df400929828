"""Turns the text of an option's value into the value, or says what would be right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from engine.domain.report_definitions import REPORTS
from tui.options.definition import UsageError, WrongValue

if TYPE_CHECKING:
    from engine.domain.limit_windows import Budget

_T = TypeVar("_T")
_R = TypeVar("_R")

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SECTIONS = tuple(report.key for report in REPORTS if report.is_section)

_MOST_DAYS = 3_650


def number(text: str) -> int:
    """Return a whole number of 1 or more; thousands may be set apart."""
    from engine.domain.typed.numbers import parse_number

    return _argument(parse_number, text)


def port(text: str) -> int:
    """Return a port of TCP, 0 for any that is free."""
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
    if not 0 <= value < 1 << 16:
        raise WrongValue(f"'{text}' is not a port from 0 to 65535")
    return value


def year(text: str) -> int:
    """Return a year in which responses can have come."""
    from engine.domain.typed.numbers import parse_year

    return _argument(parse_year, text)


def demo_days(text: str) -> int:
    """Return how many days a demo reaches back."""
    value = number(text)
    if value > _MOST_DAYS:
        raise WrongValue(f"a demo reaches back at most {_MOST_DAYS:,} days")
    return value


def whole(text: str) -> int:
    """Return any whole number."""
    try:
        return int(text)
    except ValueError as error:
        raise WrongValue(f"'{text}' is not a whole number") from error


def percentage(text: str) -> int:
    """Return a whole number from 0 to 100."""
    digits = text.removesuffix("%")
    value = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 4 else 101
    if value > 100:
        raise WrongValue(f"'{text}' is not a percentage from 0 to 100")
    return value


def hours(text: str) -> float:
    """Return a length of more than 0 hours and at most a week."""
    from engine.domain.typed.numbers import parse_hours

    return _argument(parse_hours, text)


def clock(text: str) -> object:
    """Return a time of the day by the clock on the wall."""
    from engine.domain.typed.clocks import parse_clock

    return _typed(parse_clock, text)


def quiet_hours(text: str) -> object:
    """Return the hours in which nothing is to be heard."""
    from engine.domain.typed.clocks import parse_quiet_hours

    return _typed(parse_quiet_hours, text)


def limit(text: str) -> object:
    """Return what a block is to be measured against."""
    from engine.domain.typed.amounts import parse_limit

    return _typed(parse_limit, text)


def token_limit(text: str) -> object:
    """Return a limit of tokens."""
    from engine.domain.typed.amounts import parse_token_limit

    return _typed(parse_token_limit, text)


def budget(text: str) -> object:
    """Return what is to be used at most in a day, week or month."""
    from engine.domain.typed.amounts import parse_budget

    return _typed(parse_budget, text)


def budgets_together(given: Sequence[Budget]) -> tuple[Budget, ...]:
    """Return budgets, of which at most one is of each period."""
    from engine.domain.typed.amounts import one_of_each

    return _typed(one_of_each, given)


def day(text: str) -> object:
    """Return a day of the calendar, or one that is counted from today."""
    from engine.domain.typed.days import read_day

    return _typed(read_day, text)


def agents(text: str) -> str:
    """Return names of coding agents as they are, once each is seen to be one."""
    from engine.agents.names import check_agents

    _typed(check_agents, (text,))
    return text


def sections(text: str) -> tuple[str, ...]:
    """Return reports named comma-separated, each once."""
    read = choice(SECTIONS)
    return tuple(dict.fromkeys(read(word.strip()) for word in text.split(",")))


def week_day(text: str) -> int:
    """Return a day of the week, Monday 0; two letters or more of its name suffice."""
    near = [index for index, day in enumerate(DAYS) if day.startswith(text.lower())]
    if len(text) < 2 or len(near) != 1:
        raise WrongValue(f"'{text}' is not a day: use one of {', '.join(DAYS)}")
    return near[0]


def zone(text: str) -> str | None:
    """Return a zone's name as it is; `local` is the system's own, as without any."""
    if text.lower() == "local":
        return None
    from engine.domain.times import open_zone

    _typed(lambda name: open_zone(name, {}), text)
    return text


def aliases(text: str) -> str:
    """Return `a=X,b=Y` as it is, once it is seen to be that."""
    alias_map(text)
    return text


def alias_map(text: str) -> dict[str, str]:
    """Return what `a=X,b=Y` means; raises `WrongValue` where a part is not a pair."""
    found: dict[str, str] = {}
    for part in text.split(","):
        name, equals, shown = (word.strip() for word in part.partition("="))
        if not (name and equals and shown):
            raise WrongValue(f"'{part.strip()}' is not an alias: write name=shown,other=shown")
        found[name] = shown
    return found


def _typed(parse: Callable[[_T], _R], given: _T) -> _R:
    """Return what the engine makes of something typed; its sentence says what would be right."""
    from engine.domain.mistakes import SettingsError

    try:
        return parse(given)
    except SettingsError as error:
        raise UsageError(str(error)) from error


def _argument(parse: Callable[[str], _R], text: str) -> _R:
    """Return what the engine makes of one value; the parser says which option it is of."""
    from engine.domain.mistakes import SettingsError

    try:
        return parse(text)
    except SettingsError as error:
        raise WrongValue(str(error).removesuffix(".")) from error


def choice(
    choices: tuple[str, ...], synonyms: tuple[tuple[str, str], ...] = ()
) -> Callable[[str], str]:
    """Return a reader of one of some words; a synonym is read as the word it stands for."""

    def read(text: str) -> str:
        word = dict(synonyms).get(text, text)
        if word not in choices:
            raise WrongValue(f"there is no '{text}': {hint(text, choices)}")
        return word

    return read


def hint(text: str, right: tuple[str, ...], otherwise: str = "") -> str:
    """Return the end of a sentence that names the nearest right word, or all of them."""
    from engine.domain.typed.numbers import nearest

    return nearest(text, right, otherwise)


def sentence_end(text: str) -> str:
    """Return the text with a full stop where it ends with neither that nor a question mark."""
    return text if text.endswith(("?", ".")) else f"{text}."
