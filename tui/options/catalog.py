"""Every command: its row here, and its file in `tui.commands` with its options and its run.

A report's row is its definition in the engine.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import cast

from engine.domain.report_definitions import REPORTS
from tui.options.definition import Command, Group, UsageError
from tui.options.values import hint, sentence_end

GROUPS: tuple[tuple[Group, str], ...] = (
    ("watch", "Watch"),
    ("reports", "Reports"),
    ("scripts", "For scripts"),
    ("upkeep", "Upkeep"),
)
REPORT_NAMES = ("summary", *(report.key for report in REPORTS), "compare", "graph")
NAMES = (
    "live",
    *REPORT_NAMES,
    "limits",
    "providers",
    "events",
    "export",
    "push",
    "statusline",
    "serve",
    "web",
    "window",
    "tray",
    "service",
    "mcp",
    "completion",
    "config",
    "agents",
    "doctor",
    "cursor",
    "share",
    "prices",
    "backup",
    "restore",
    "demo",
    "help",
)
"""In the order in which the manual lists them."""
ALIASES = {"agent": "service"}
"""Other names of commands, as programs of its kind have them."""
SHORT_FORMS = {"usage": ("providers", "usage"), "refresh": ("providers", "refresh")}
"""Words in front that stand for a command with its first argument."""


def find_command(name: str) -> Command:
    """Return a command; raises `UsageError` that names the nearest right one.

    Its file is found by its name: a command line loads that of its own command alone, and what
    reads the definitions (configuration, completion, the manual) need not know what they run.
    """
    name = ALIASES.get(name, name)
    if name not in NAMES:
        from engine.agents.names import titles

        others = tuple(agent for agent, _ in titles())
        elsewhere = hint(name, others, "ccmon help lists them all")
        known = (*NAMES, *ALIASES, *SHORT_FORMS, "--version", "--help")
        near = hint(name, known, elsewhere)
        raise UsageError(f"There is no command '{name}': {sentence_end(near)}")
    return _command(name)


def all_commands() -> tuple[Command, ...]:
    """Return every command."""
    return tuple(map(_command, NAMES))


def report_commands() -> tuple[Command, ...]:
    """Return the commands that are reports."""
    return tuple(map(_command, REPORT_NAMES))


@cache
def _command(name: str) -> Command:
    if any(report.key == name for report in REPORTS):
        made = import_module("tui.commands.reports").command_of(name)
    else:
        made = import_module(f"tui.commands.{name}").COMMAND
    return cast("Command", made)
