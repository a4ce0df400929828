"""Writes the tables of keys and options and the list of agents into their pages, from the code.

    python -m tui.dev.readme

A test checks that the pages hold what this makes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

from engine.agents.names import problem_of, titles
from tui.live.keys import key_rows
from tui.options.catalog import all_commands
from tui.options.definition import Command, Option, OptionGroup

_PROJECT = Path(__file__).parents[2]


def main() -> int:
    """Bring the pages up to date; return the exit code."""
    for page in PAGES:
        path = _PROJECT / page
        path.write_text(updated(page, path.read_text("utf-8")), "utf-8")
    return 0


def updated(page: str, text: str) -> str:
    """Return a page's text with its made part made anew."""
    name, make = PAGES[page]
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}{make()}{end}{after}"


def agents_list() -> str:
    """Return every agent that can be read, with its name on the command line, and the others."""
    named = [f"{title} (`{name}`)" for name, title in titles() if not problem_of(name)]
    others = [f"{title} ({why})" for name, title in titles() if (why := problem_of(name))]
    return (
        f"Read are {', '.join(named[:-1])} and {named[-1]}.\n\n"
        f"What these keep cannot be counted, and `ccmon agents` says so where it finds it: "
        f"{'; '.join(others)}.\n"
    )


def keys_table() -> str:
    """Return the table of keys, by group."""
    rows = ["| keys | what they do | |", "|---|---|---|"]
    rows += [
        f"| {' '.join(_key(key) for key in keys.split(' '))} | {does} | {group} |"
        for keys, does, group in key_rows()
    ]
    return "\n".join(rows) + "\n"


def _key(word: str) -> str:
    return word if word == "to" else f"`{word}`"


def options_tables() -> str:
    """Return what the reports share in one table, then each command with its own options."""
    parts = ["**Options that the reports share**", "", *_shared_rows(), ""]
    for commands, options in _alike():
        parts += [f"**`ccmon {each.name}`**: {each.summary}\\" for each in commands]
        parts[-1] = parts[-1].removesuffix("\\")
        shown = [option for option in options if not option.is_hidden]
        if shown:
            parts += ["", "| option | meaning |", "|---|---|"]
            parts += [f"| {_spelled(option)} | {option.help} |" for option in shown]
        parts.append("")
    return "\n".join(parts)


def _shared_rows() -> Iterator[str]:
    """Return the table of shared options, with the commands that have each."""
    groups = dict.fromkeys(group for command in all_commands() for group in command.shared)
    yield from ("| option | meaning | of |", "|---|---|---|")
    for group in sorted(groups, key=_first_place):
        for option in group.options:
            if not option.is_hidden:
                yield f"| {_spelled(option)} | {option.help} | {_holders(group)} |"


def _first_place(group: OptionGroup) -> int:
    """Return where a group stands among those of the reports."""
    daily = next(command for command in all_commands() if command.name == "daily")
    return daily.shared.index(group)


def _holders(group: OptionGroup) -> str:
    """Return which commands have a group of options."""
    lacking = [
        each for each in all_commands() if each.group == "reports" and group not in each.shared
    ]
    others = [each for each in all_commands() if each.group != "reports" and group in each.shared]
    but = f" but {', '.join(f'`{each.name}`' for each in lacking)}" if lacking else ""
    return ", ".join([f"all reports{but}", *(f"`{each.name}`" for each in others)])


def _alike() -> Iterator[tuple[list[Command], tuple[Option, ...]]]:
    """Return commands in their order, those that follow each other with the same options as one."""
    for options, commands in groupby(all_commands(), key=lambda command: command.own):
        yield list(commands), options


def _spelled(option: Option) -> str:
    """Return an option's spellings, each as code and with what its value is called."""
    if not option.flags:
        return f"`{option.metavar}`"
    value = f" {option.metavar}" if option.metavar else ""
    return ", ".join(
        [*(f"`{each}{value}`" for each in option.flags), *(f"`{each}`" for each in option.off)]
    )


PAGES: dict[str, tuple[str, Callable[[], str]]] = {
    "engine/agents/README.md": ("agents", agents_list),
    "tui/live/README.md": ("keys", keys_table),
    "tui/options/README.md": ("options", options_tables),
}
"""The pages, each with its made part: the marks around it, and what makes it."""


if __name__ == "__main__":
    sys.exit(main())
