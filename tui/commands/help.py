"""`ccmon help`: prints a page of the manual, or all of it as a man page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.options.definition import Command, Namespace, Option, UsageError

if TYPE_CHECKING:
    from tui.help.blocks import Page

_LEAST_WIDTH, _MOST_WIDTH = 40, 100


def run(options: Namespace) -> int:
    """Print what is asked for; return the exit code."""
    if options.man:
        from tui.help.roff import man_page

        print(man_page(), end="")
        return 0
    from shutil import get_terminal_size

    from tui.help.text import page_text

    columns = get_terminal_size().columns
    width = min(max(columns, _LEAST_WIDTH), _MOST_WIDTH)
    print(page_text(_page(options.topic), width), end="")
    return 0


def _page(topic: str | None) -> Page:
    from tui.help.pages import command_page, overview, page_names
    from tui.help.topics import topic_names, topic_page
    from tui.options.values import hint, sentence_end

    if topic is None:
        return overview()
    if topic in page_names():
        more = topic_page(topic) if topic in topic_names() else ()
        return (*command_page(topic), *more)
    if topic in topic_names():
        return topic_page(topic)
    near = hint(topic, (*page_names(), *topic_names()), "ccmon help lists commands and topics")
    raise UsageError(f"There is no help on '{topic}': {sentence_end(near)}")


COMMAND = Command(
    "help",
    "upkeep",
    "explain a command or a topic",
    run,
    own=(
        Option((), "a command or a topic", "TOPIC", name="topic", is_required=False),
        Option(("--man",), "print all of it as a man page", default=False),
    ),
    examples=(("ccmon help --man | man -l -", "read everything as a man page"),),
    is_configurable=False,
)
