"""What may stand in a request's query: the words of the command line, read by the same readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from engine.agents.names import check_agents, names_of
from engine.domain.choices import MEASURES, MODES, ORDERS, SORT_COLUMNS
from engine.domain.mistakes import SettingsError
from engine.domain.report_definitions import ReportDefinition
from engine.domain.times import open_zone
from engine.domain.typed.amounts import parse_token_limit
from engine.domain.typed.days import read_day
from engine.domain.typed.numbers import (
    nearest,
    parse_choice,
    parse_hours,
    parse_number,
    parse_year,
)

_MOST_CHARACTERS = 1_000
_WEEK_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_YES, _NO = ("", "1", "true", "yes"), ("0", "false", "no")


class Parameter(NamedTuple):
    """One word of a query."""

    name: str
    """As the command line's option."""
    help: str
    read: Callable[[str], object]
    """Makes a value of a text; raises `SettingsError` that says what would be right."""
    schema: Mapping[str, Any]
    is_repeatable: bool = False
    is_required: bool = False

    @property
    def dest(self) -> str:
        """Its name among what is asked (`engine.domain.typed.asked`)."""
        return self.name.replace("-", "_")


def _choice(name: str, help: str, choices: tuple[str, ...]) -> Parameter:
    schema = {"type": "string", "enum": list(choices)}
    return Parameter(name, help, partial(parse_choice, choices=choices), schema)


def _text(name: str, help: str, read: Callable[[str], object] = str) -> Parameter:
    return Parameter(name, help, read, {"type": "string"})


def _count(name: str, help: str) -> Parameter:
    return Parameter(name, help, parse_number, {"type": "integer", "minimum": 1})


def _switch(name: str, help: str) -> Parameter:
    return Parameter(name, help, _yes_or_no, {"type": "boolean"})


def _yes_or_no(text: str) -> bool:
    said = text.strip().lower()
    if said in _YES or said in _NO:
        return said in _YES
    raise SettingsError(f"'{text}' is neither true nor false.")


def _zone(text: str) -> object:
    return open_zone(text, {})


def _week_day(text: str) -> int:
    return _WEEK_DAYS.index(parse_choice(text.lower(), _WEEK_DAYS))


def _agents(text: str) -> tuple[str, ...]:
    check_agents((text,))
    return names_of((text,))


SINCE = _text(
    "since",
    "from this day on: 2026-11-01, 20261101, today, yesterday, 7d, 2w, this-month or 2026-11",
    read_day,
)
UNTIL = _text("until", "up to and with this day, in the same words", read_day)
PROJECT = _text("project", "only this project: its path, a directory name or part of either")
MODEL = _text("model", "only models with this in their name")
AGENT = Parameter(
    "agent",
    "only these coding agents, comma-separated; may be given several times",
    _agents,
    {"type": "array", "items": {"type": "string"}},
    is_repeatable=True,
)
MACHINE = _text("machine", "only this machine: its name, part of it, or its id")
PERSON = _text("person", "only this person: the name, or part of it")
MODE = _choice("mode", "whose cost counts: the recorded one where there is one, ours, or only the"
               " recorded", MODES)  # fmt: skip
ZONE = _text("timezone", "an IANA zone, in place of the service's own", _zone)
WEEK = _choice("start-of-week", "the first day of the week", _WEEK_DAYS)._replace(read=_week_day)
NO_COST = _switch("no-cost", "leave costs out")
ALL = _switch("all", "those not found too, with the places looked at")
LAST = _count("last", "only the newest so many")
CHOSEN = (PROJECT, MODEL, AGENT, MACHINE, PERSON, MODE)
DATES = (SINCE, UNTIL)
PLACES = (ZONE, WEEK)
YEAR = Parameter(
    "year", "the days of this year, in place of the last 53 weeks", parse_year, {"type": "integer"}
)
MEASURE = _choice("by", "what a day's shade is taken from", MEASURES)
_SORTING = (
    _choice("order", "upwards or downwards", ORDERS),
    _choice("sort", "the column that rows are sorted by", SORT_COLUMNS),
    _count("top", "only the so many that cost most; totals stay of all"),
)
_OWN = {
    "last": LAST,
    "by_agent": _switch("by-agent", "rows have a part for each coding agent"),
    "by_machine": _switch("by-machine", "rows have a part for each machine"),
    "by_person": _switch("by-person", "rows have a part for each person"),
    "instances": _switch("instances", "rows apart by project"),
    "active": _switch("active", "only the active block"),
    "recent": _switch("recent", "only blocks of the last three days, and the active one"),
    "token_limit": _text(
        "token-limit",
        "what blocks are measured against: 500k, 1.5M, or max (the largest finished block)",
        parse_token_limit,
    ),
    "session_length": Parameter(
        "session-length",
        "how long a block is, in hours",
        parse_hours,
        {"type": "number", "exclusiveMinimum": 0},
    ),
}
"""What a report may be asked beside what all are, by the names in its definition."""


def parameters_of(report: ReportDefinition) -> tuple[Parameter, ...]:
    """Return what a report may be asked."""
    own = tuple(_OWN[name] for name in report.options if name in _OWN)
    return (*DATES, *CHOSEN, *own, *_SORTING, NO_COST, *PLACES)


def read_query(parameters: Sequence[Parameter], given: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return what a query asks, by the names of `engine.domain.typed.asked`.

    Raises `SettingsError` for a word that is unknown, said twice, missing or wrong.
    """
    known = {each.name: each for each in parameters}
    found: dict[str, Any] = {}
    for name, text in given:
        parameter = known.get(name)
        if parameter is None:
            raise SettingsError(_unknown(name, tuple(known)))
        if len(text) > _MOST_CHARACTERS:
            raise SettingsError(f"The value of '{name}' is too long.")
        value = parameter.read(text)
        if parameter.is_repeatable and isinstance(value, tuple):
            found[parameter.dest] = (*found.get(parameter.dest, ()), *value)
        elif parameter.dest in found:
            raise SettingsError(f"'{name}' is given twice: give it once.")
        else:
            found[parameter.dest] = value
    for each in parameters:
        if each.is_required and each.dest not in found:
            raise SettingsError(f"'{each.name}' is missing: give {each.help}.")
    return found


def _unknown(name: str, known: tuple[str, ...]) -> str:
    if not known:
        return f"There is no parameter '{name}' here: leave it out."
    end = nearest(name, known)
    return f"There is no parameter '{name}': {end if end.endswith('?') else f'{end}.'}"
