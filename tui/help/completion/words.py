"""What can stand at each place of a command line, whatever the shell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from engine.agents.names import titles
from tui.config.toml_file import command_tables
from tui.help.pages import page_names
from tui.help.topics import topic_names
from tui.options.catalog import all_commands
from tui.options.definition import Command, Option
from tui.options.values import SECTIONS

HELP = Option(("-h", "--help"), "explain the command", default=False)

_FIRST_PART = re.compile(r"(?: \(|: |; )")
_LONGEST = 76


def options_of(command: Command) -> tuple[Option, ...]:
    """Return the options of a command that are shown, `--help` last."""
    return (*(each for each in command.options if each.flags and not each.is_hidden), HELP)


def places_of(command: Command) -> tuple[Option, ...]:
    """Return the arguments of a command that have no flag."""
    return tuple(each for each in command.options if not each.flags)


def words_at(command: Command, option: Option) -> tuple[str, ...]:
    """Return the words that a value can be, as far as they are known."""
    if (command.name, option.dest) == ("help", "topic"):
        return tuple(dict.fromkeys((*page_names(), *topic_names())))
    if (command.name, option.dest) == ("config", "subject"):
        return command_tables()
    if option.completes == "agents":
        return agent_names()
    if option.completes == "sections":
        return SECTIONS
    return option.choices


def is_list(option: Option) -> bool:
    """Say whether a value is several names, comma-separated."""
    return option.completes in ("agents", "sections")


def asked_words(option: Option) -> str:
    """Return the command that prints what a value can be, empty where that is known here."""
    if option.completes in ("zones", "projects", "models"):
        return f"ccmon completion --values {option.completes} 2>/dev/null"
    return ""


def agent_names() -> tuple[str, ...]:
    """Return the names of the coding agents that come with ccmon."""
    return tuple(name for name, _ in titles())


def agents_in_front() -> tuple[str, ...]:
    """Return the agents that are no command: such a name stands before a command."""
    return tuple(name for name in agent_names() if name not in page_names())


def summary(text: str) -> str:
    """Return the first part of an explanation, short enough for a menu."""
    first = _FIRST_PART.split(text.replace("`", ""))[0]
    return first if len(first) <= _LONGEST else f"{first[: _LONGEST - 1]}…"


def commands() -> Iterator[tuple[str, str]]:
    """Return each command with its summary."""
    return ((each.name, summary(each.summary)) for each in all_commands())


def quoted(text: str) -> str:
    """Return a text in single quotes, as bash and zsh read it."""
    return "'" + text.replace("'", "'\\''") + "'"


def joined(words: Iterable[str]) -> str:
    """Return words apart by spaces."""
    return " ".join(words)
