"""The topics of the manual: what the commands have in common, explained once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tui.help.blocks import Page
from tui.help.topics import (
    configuration,
    exports,
    figures,
    limits,
    machines,
    providers,
    scripts,
    team,
)


def topic_names() -> tuple[str, ...]:
    """Return the names of the topics."""
    return tuple(_TOPICS)


def topic_rows() -> Iterator[tuple[str, str]]:
    """Return each topic with what it is about."""
    return ((name, about) for name, (about, _) in _TOPICS.items())


def topic_page(name: str) -> Page:
    """Return the page of a topic."""
    return _TOPICS[name][1]()


_TOPICS: dict[str, tuple[str, Callable[[], Page]]] = {
    "dates": ("how days and ranges are written, zones and weeks", figures.dates),
    "costs": ("what a cost is and where it comes from", figures.costs),
    "config": ("configuration files and every key", configuration.config),
    "json": ("what the JSON looks like, exit codes", scripts.json),
    "exports": ("files for DuckDB, pandas, Spark, Excel: columns, types, units", exports.exports),
    "team": ("a team's database: setting it up, pushing, reading, privacy", team.team),
    "limits": ("windows, sources, budgets, warnings and their channels", limits.limits),
    "agents": ("which coding agents are counted, and how to narrow to some", figures.agents),
    "providers": ("what OpenAI, Anthropic and others tell, keys, settings", providers.providers),
    "machines": ("several machines of a person or a team, counted together", machines.machines),
    "blocks": ("how the 5-hour blocks are found", figures.blocks),
    "statusline": ("the fields of a status line of your own", scripts.statusline),
    "files": ("where everything lies, environment variables", configuration.files),
}
