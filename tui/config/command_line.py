"""Reads a command line: finds its command, and what is in force for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui.config.in_force import options_in_force
from tui.options.catalog import NAMES, SHORT_FORMS, find_command
from tui.options.definition import Command, Namespace, UsageError
from tui.options.packed_words import MORE, unpacked

_HELP = ("-h", "--help")
_VERSION = ("-v", "-V", "--version")


def parse(arguments: Sequence[str]) -> Namespace:
    """Return what a command line asks for, with what the configuration sets beneath it.

    Without a command it is `live`; the name of an agent in front narrows to it, as scripts
    written for ccusage have it. `--help` anywhere is the command `help`, `--version` in front
    the command `version`. Raises `UsageError`.
    """
    words = _unpacked(arguments) if MORE in arguments else list(arguments)
    agent = words.pop(0) if _is_agent_in_front(words) else ""
    if words and words[0] in _VERSION:
        return Namespace(command="version")
    if words and words[0] in _HELP:
        return Namespace(command="help", topic=None, man=False)
    if not words or words[0].startswith("-"):
        _expect_no_command(words)
        words.insert(0, "live")
    words[:1] = SHORT_FORMS.get(words[0], words[:1])
    command = find_command(words.pop(0))
    before, _, _ = "\0".join(words).partition("\0--\0")
    if not set(_HELP).isdisjoint(before.split("\0")):
        return Namespace(command="help", topic=command.name, man=False)
    return options_in_force(command, _narrowed(command, _given(command, words), agent))


def _given(command: Command, words: Sequence[str]) -> dict[str, Any]:
    """Return what the words behind a command say; where there is none nothing reads any."""
    if not words and all(option.flags for option in command.options):
        return {}
    from tui.options.parser import given

    return given(command, words)


def _unpacked(arguments: Sequence[str]) -> list[str]:
    try:
        return unpacked(arguments)
    except ValueError as error:
        raise UsageError(f"The words behind {MORE} are broken: install the line anew.") from error


def _expect_no_command(words: Sequence[str]) -> None:
    """Refuse a command behind an option that is not the value of one of `live`."""
    valued = {flag for each in find_command("live").options if each.metavar for flag in each.flags}
    for before, word in zip(("", *words), words, strict=False):
        if word in NAMES and before not in valued:
            others = " ".join(each for each in words if each != word)
            raise UsageError(f"Put the command first: ccmon {word} {others}.")


def _is_agent_in_front(words: Sequence[str]) -> bool:
    """Say whether the first word names an agent: no command, or one before another command."""
    if not words or words[0].startswith("-"):
        return False
    if words[0] in NAMES and (len(words) == 1 or words[1] not in NAMES):
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
