"""The pages of the commands, made from their definitions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tui.help.blocks import Block, Line, Page, Paragraph, Terms, Title, paragraphs
from tui.help.topics import topic_rows
from tui.options.catalog import GROUPS, NAMES, all_commands, find_command
from tui.options.definition import Command, Option

ABOUT = "a live monitor and reports of Claude Code's usage"
_ALWAYS = (
    ("-h, --help", "this page; behind a command, the command's"),
    ("-v, --version", "print the version"),
)


def page_names() -> tuple[str, ...]:
    """Return the names of the commands, each of which has a page."""
    return NAMES


def synopsis() -> tuple[str, ...]:
    """Return how ccmon is called."""
    return ("ccmon [AGENT] [COMMAND] [OPTIONS]", "ccmon --version", "ccmon help [COMMAND or TOPIC]")


def overview() -> Page:
    """Return the page of ccmon itself: its commands in groups, and the topics."""
    made: list[Block] = [
        Line(f"usage: {synopsis()[0]}"),
        Paragraph(f"ccmon: {ABOUT}. Without a command: live."),
        Paragraph(
            "An agent in front narrows to it, as in ccmon codex daily or ccmon gemini; ccmon agents"
            " lists those that were found."
        ),
    ]
    for group, title in GROUPS:
        rows = tuple(
            (each.name, _plain(each.summary)) for each in all_commands() if each.group == group
        )
        made += [Title(title), Terms(rows)]
    made += [Title("Topics (ccmon help TOPIC)"), Terms(tuple(topic_rows()))]
    made += [Title("Options"), Terms(_ALWAYS)]
    return tuple(made)


def command_page(name: str) -> Page:
    """Return the page of a command."""
    command = find_command(name)
    made: list[Block] = [
        Line(f"usage: {usage(command)}"),
        Paragraph(_sentence(_plain(command.summary))),
        *paragraphs(command.about),
    ]
    for title, options in _groups(command):
        rows = tuple((spelled(each), explained(each)) for each in options if not each.is_hidden)
        if rows:
            made += [Title(title), Terms(rows)]
    if command.examples:
        made += [Title("Examples"), Terms(command.examples)]
    return tuple(made)


def usage(command: Command) -> str:
    """Return how a command is called."""
    takes_agents = any(option.completes == "agents" for option in command.options)
    words = ["ccmon", *(["[AGENT]"] if takes_agents else []), command.name]
    for option in command.options:
        if option.is_hidden:
            continue
        if option.takes_all:
            words.append(f"[-- {option.metavar}]")
        elif not option.flags:
            words.append(option.metavar if option.is_required else f"[{option.metavar}]")
    if any(option.flags for option in command.options):
        words.insert(words.index(command.name) + 1, "[OPTIONS]")
    return " ".join(words)


def spelled(option: Option) -> str:
    """Return all spellings of an option, with what its value is called."""
    if not option.flags:
        return option.metavar
    value = f" {option.metavar}" if option.metavar else ""
    return ", ".join(option.flags) + value + "".join(f", {flag}" for flag in option.off)


def explained(option: Option) -> str:
    """Return what an option does, without Markdown."""
    return _plain(option.help)


def _groups(command: Command) -> Iterator[tuple[str, Iterable[Option]]]:
    places = [option for option in command.own if not option.flags]
    if places:
        yield "Arguments", places
    yield "Options", [option for option in command.own if option.flags]
    for group in command.shared:
        yield group.title, group.options


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _plain(text: str) -> str:
    return text.replace("`", "")
