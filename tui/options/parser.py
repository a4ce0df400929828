"""Reads the words behind a command: arranges them, and parses them."""

from __future__ import annotations

import re
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, HelpFormatter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import wraps
from types import MappingProxyType
from typing import Any, NoReturn

from tui.options.definition import Command, Option, UsageError, WrongValue
from tui.options.values import hint, sentence_end

_ENCODED = r"-[A-Za-z]+-"


class _Parser(ArgumentParser):
    """A parser that raises one sentence instead of printing its usage."""

    words: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """What arguments may be, by what they are called."""

    def error(self, message: str) -> NoReturn:
        lacking = message.removeprefix("the following arguments are required: ")
        if lacking == message:
            said = f"{message[:1].upper()}{message[1:]}"
        elif self.words.get(lacking):
            said = f"{lacking} is missing: use one of {', '.join(self.words[lacking])}"
        else:
            said = f"{lacking} is missing"
        if said.endswith("?"):
            raise UsageError(said)
        raise UsageError(f"{said}; see {self.prog} --help.")


class _Formatter(HelpFormatter):
    """A formatter that never asks for the terminal's size: help is the manual's."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=80)


def given(command: Command, words: Sequence[str]) -> dict[str, Any]:
    """Return what the words behind a command say, and nothing they do not say."""
    found = arranged(command, words)
    used = {word.partition("=")[0] for word in found}
    return vars(make_parser(command, used).parse_args(found))


def make_parser(command: Command, used: AbstractSet[str]) -> ArgumentParser:
    """Return a command's parser of its arguments and those of its flags that are used.

    What is not given is absent from its result.
    """
    parser = _Parser(
        prog=f"ccmon {command.name}",
        add_help=False,
        formatter_class=_Formatter,
        allow_abbrev=False,
        argument_default=SUPPRESS,
    )
    parser.words = {each.metavar: each.choices for each in command.options if not each.flags}
    exclusive: dict[str, Any] = {}
    for option in command.options:
        if option.flags and used.isdisjoint(option.spellings):
            continue
        place: Any = parser
        if option.one_of:
            if option.one_of not in exclusive:
                exclusive[option.one_of] = parser.add_mutually_exclusive_group()
            place = exclusive[option.one_of]
        _add(place, option)
        if option.off:
            parser.add_argument(*option.off, dest=option.dest, action="store_false")
    return parser


def _add(place: Any, option: Option) -> None:
    """Add an option to a parser or to a group of it."""
    if not option.flags:
        count = "*" if option.takes_all else None if option.is_required else "?"
        absent = {"default": SUPPRESS} if option.takes_all else {}
        place.add_argument(
            option.dest, metavar=option.metavar, nargs=count, type=_given(option), **absent
        )
    elif not option.metavar:
        place.add_argument(*option.flags, dest=option.dest, action="store_true")
    else:
        action = "append" if option.is_repeatable else "store"
        place.add_argument(
            *option.flags,
            dest=option.dest,
            metavar=option.metavar,
            action=action,
            type=_reader(option),
        )


def _given(option: Option) -> Callable[[str], object]:
    """Return what reads an argument; argparse has what stands for an absent one read too."""
    read = _reader(option)
    return lambda text: text if text is SUPPRESS else read(text)


def _reader(option: Option) -> Callable[[str], object]:
    """Return what reads a value, and says in argparse's way why it cannot."""

    @wraps(option.read)
    def read(text: str) -> object:
        try:
            return option.read(text)
        except WrongValue as error:
            raise ArgumentTypeError(str(error)) from error

    return read


def arranged(command: Command, words: Sequence[str]) -> list[str]:
    """Return the words with every option in its long form and its value behind `=`.

    So a value may begin with a hyphen, as the directory names of projects do, unless it is
    itself an option. What is not an option comes last, behind `--`. Raises `UsageError` for an
    option that does not exist, and for one whose value is missing.
    """
    options: list[str] = []
    names: list[str] = []
    by_flag = {flag: option for option in command.options for flag in option.spellings}
    rest = iter(words)
    for word in rest:
        is_encoded = command.takes_encoded_names and re.match(_ENCODED, word)
        if word == "--":
            names += rest
        elif word == "-" or not word.startswith("-") or (is_encoded and word not in by_flag):
            names.append(word)
        elif word.startswith("--"):
            options.append(_long(command, by_flag, word, rest))
        else:
            options += _short(command, by_flag, word, rest)
    places = [option for option in command.options if not option.flags]
    if len(names) > len(places) and not any(option.takes_all for option in places):
        raise UsageError(
            f"ccmon {command.name} takes no '{names[len(places)]}' here:"
            f" see ccmon {command.name} --help."
        )
    return [*options, "--", *names] if names else options


def _long(command: Command, by_flag: dict[str, Option], word: str, rest: Iterator[str]) -> str:
    flag, equals, value = word.partition("=")
    option = _find(command, by_flag, flag)
    if equals and value == "--":
        rest = iter((value,))
    elif equals and not option.metavar:
        raise UsageError(f"{flag} takes no value: leave '={value}' out.")
    elif equals or not option.metavar:
        return word
    return f"{flag}={_value(by_flag, flag, option, rest)}"


def _short(
    command: Command, by_flag: dict[str, Option], word: str, rest: Iterator[str]
) -> Iterator[str]:
    """Take apart letters that stand together, the last with its value: `-jzUTC`."""
    for place in range(1, len(word)):
        flag = f"-{word[place]}"
        option = _find(command, by_flag, flag)
        if option.metavar:
            attached = word[place + 1 :].removeprefix("=")
            yield f"{option.flags[-1]}={attached or _value(by_flag, flag, option, rest)}"
            return
        yield option.flags[-1]


def _find(command: Command, by_flag: dict[str, Option], flag: str) -> Option:
    option = by_flag.get(flag)
    if option is None:
        shown = tuple(name for name, each in by_flag.items() if not each.is_hidden)
        see = f"see ccmon {command.name} --help"
        end = hint(flag, shown, see) if flag.startswith("--") else see
        raise UsageError(
            f"There is no option '{flag}' of ccmon {command.name}: {sentence_end(end)}"
        )
    return option


def _value(by_flag: dict[str, Option], flag: str, option: Option, rest: Iterator[str]) -> str:
    value = next(rest, None)
    if value is None or value in by_flag or value.startswith("--"):
        is_odd = value is not None and value not in by_flag and value != "--"
        more = f", or {option.flags[-1]}={value} if that is the value" if is_odd else ""
        raise UsageError(f"A value is missing after {flag}: write {flag} {option.metavar}{more}.")
    return value
