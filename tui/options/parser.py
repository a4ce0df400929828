"""Reads a command line: finds its command, arranges its words, and parses them."""

from __future__ import annotations

import re
from argparse import SUPPRESS, ArgumentParser, HelpFormatter, Namespace
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NoReturn

from tui.options.commands import COMMANDS, find_command
from tui.options.definition import Command, Option, UsageError
from tui.options.values import hint, sentence_end

_HELP = ("-h", "--help")
_VERSION = ("-v", "-V", "--version")
_ENCODED = r"-[A-Za-z]+-"


class _Parser(ArgumentParser):
    """A parser that raises one sentence instead of printing its usage."""

    def error(self, message: str) -> NoReturn:
        said = f"{message[:1].upper()}{message[1:]}"
        if said.endswith("?"):
            raise UsageError(said)
        raise UsageError(f"{said}; see {self.prog} --help.")


class _Formatter(HelpFormatter):
    """A formatter that never asks for the terminal's size: help is the manual's."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=80)


def parse(arguments: Sequence[str]) -> Namespace:
    """Return what a command line asks for, with what the configuration sets beneath it.

    Without a command it is `live`; the name of an agent in front narrows to it, as scripts
    written for ccusage have it. `--help` anywhere is the command `help`, `--version` in front
    the command `version`. Raises `UsageError`.
    """
    words = list(arguments)
    agent = words.pop(0) if _is_agent_in_front(words) else ""
    if words and words[0] in _VERSION:
        return Namespace(command="version")
    if words and words[0] in _HELP:
        return Namespace(command="help", topic=None, man=False)
    if not words or words[0].startswith("-"):
        words.insert(0, "live")
    command = find_command(words.pop(0))
    before, _, _ = "\0".join(words).partition("\0--\0")
    if not set(_HELP).isdisjoint(before.split("\0")):
        return Namespace(command="help", topic=command.name, man=False)
    from tui.config.in_force import options_in_force

    return options_in_force(command, _narrowed(command, given(command, words), agent))


def _is_agent_in_front(words: Sequence[str]) -> bool:
    """Say whether the first word names an agent: no command, or one before another command."""
    if not words or words[0].startswith("-"):
        return False
    names = {name for name, _ in COMMANDS}
    if words[0] in names and (len(words) == 1 or words[1] not in names):
        return False
    from engine.agents.names import is_agent

    return is_agent(words[0])


def _narrowed(command: Command, given: dict[str, Any], agent: str) -> dict[str, Any]:
    """Return what is given, narrowed to an agent named in front."""
    if not agent:
        return given
    if all(option.dest != "agents" for option in command.options):
        if agent == "claude":
            return given
        raise UsageError(f"ccmon {command.name} is of all agents: leave '{agent}' out.")
    return {**given, "agents": [agent, *given.get("agents", [])]}


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
        place.add_argument(option.dest, metavar=option.metavar, nargs=count, type=option.read)
    elif not option.metavar:
        place.add_argument(*option.flags, dest=option.dest, action="store_true")
    else:
        action = "append" if option.is_repeatable else "store"
        place.add_argument(
            *option.flags,
            dest=option.dest,
            metavar=option.metavar,
            action=action,
            type=option.read,
        )


def arranged(command: Command, words: Sequence[str]) -> list[str]:
    """Return the words with every option in its long form and its value behind `=`.

    So a value may begin with a hyphen, as the directory names of projects do, unless it is
    itself an option. What is no option comes last, behind `--`. Raises `UsageError` for an
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
            f"ccmon {command.name} takes no '{names[len(places)]}'"
            f" here; see ccmon {command.name} --help."
        )
    return [*options, "--", *names] if names else options


def _long(command: Command, by_flag: dict[str, Option], word: str, rest: Iterator[str]) -> str:
    flag, equals, value = word.partition("=")
    option = _find(command, by_flag, flag)
    if equals and value == "--":
        rest = iter((value,))
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
        near = hint(flag, shown) if flag.startswith("--") else ""
        end = near if near.endswith("?") else f"see ccmon {command.name} --help"
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
