"""The completion script of fish."""

from __future__ import annotations

from collections.abc import Iterator

from tui.help.completion.words import (
    agents_in_front,
    asked_words,
    commands,
    is_list,
    joined,
    options_of,
    places_of,
    summary,
    words_at,
)
from tui.options.catalog import all_commands
from tui.options.definition import Command, Option

_HEAD = """\
# Completion of ccmon in fish: ccmon completion fish > ~/.config/fish/completions/ccmon.fish
complete -c ccmon -f
"""
_NO_COMMAND = "-n __fish_use_subcommand"
_AGENT_IN_FRONT = (
    "-n 'set -l words (commandline -opc); test (count $words) -eq 2; and contains -- $words[2] {}'"
)
"""The words before the cursor are ccmon and an agent: a command may follow."""


def fish_script() -> str:
    """Return the whole script."""
    return _HEAD + "".join(f"complete -c ccmon {line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    for name, text in commands():
        yield f"{_NO_COMMAND} -a {name} -d {_quoted(text)}"
        yield f"{_AGENT_IN_FRONT.format(joined(agents_in_front()))} -a {name} -d {_quoted(text)}"
    yield f"{_NO_COMMAND} -a {_quoted(joined(agents_in_front()))} -d 'one coding agent'"
    for command in all_commands():
        conditions = [f"-n '__fish_seen_subcommand_from {command.name}'"]
        if command.name == "live":
            conditions.append(_NO_COMMAND)
        for condition in conditions:
            for option in options_of(command):
                yield from (f"{condition} {line}" for line in _option(command, option))
        for option in places_of(command):
            if words_at(command, option) or option.completes:
                yield f"{conditions[0]} {_values(command, option)}"


def _option(command: Command, option: Option) -> Iterator[str]:
    """Return the line of an option, and one for each flag that switches it off."""
    flags = joined(_flag(flag) for flag in option.flags)
    value = f" -r {_values(command, option)}" if option.metavar else ""
    yield f"{flags}{value} -d {_quoted(summary(option.help))}"
    for flag in option.off:
        yield _flag(flag)


def _flag(flag: str) -> str:
    return f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"


def _values(command: Command, option: Option) -> str:
    """Return what completes a value."""
    if option.completes == "directory":
        return "-f -a '(__fish_complete_directories)'"
    words = words_at(command, option)
    if is_list(option):
        one = f"string split ' ' '{joined(words)}'"
        listed = f'(__fish_complete_list , "{one}")'
        return f"-f -a {_quoted(listed)}"
    if asked := asked_words(option):
        return f"-f -a {_quoted(f'({asked})')}"
    files = "-F" if option.completes else "-f"
    return f"{files} -a {_quoted(joined(words))}" if words else files


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
