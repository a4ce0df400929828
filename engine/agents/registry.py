"""Which agents there are, and where each one's store lies.

Only the module of an agent whose store is there is imported: a start looks at some
directories, no more.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from engine.agents.catalog import LISTED
from engine.agents.claude.places import listed as listed_entries
from engine.agents.packages import Listed, packaged
from engine.domain.files import read_regular
from engine.domain.paths import data_directory_in, own_support, support
from engine.domain.responses import CLAUDE
from engine.domain.system import PLATFORM

if TYPE_CHECKING:
    from engine.agents.base import Agent


def title_of(name: str) -> str:
    """Return what people call an agent that comes with ccmon; another name as it is."""
    return next((listed.title for listed in LISTED if listed.name == name), name)


class Registry:
    """All agents that ccmon can read beside Claude Code: its own, and those of packages."""

    def __init__(self, environment: Mapping[str, str], home: Path) -> None:
        self._environment = environment
        self._home = home
        self._listed = {listed.name: listed for listed in LISTED}
        self._agents: dict[str, Agent] = {}
        self._has_packages = False

    def names(self) -> tuple[str, ...]:
        """Return the names of all agents, Claude Code's first."""
        self._look_for_packages()
        return (CLAUDE, *self._listed)

    def title(self, name: str) -> str:
        """Return what people call an agent."""
        if name == CLAUDE:
            return "Claude Code"
        listed = self._listed.get(name)
        return listed.title if listed is not None else name

    def problem(self, name: str) -> str:
        """Return why an agent cannot be read at all, empty where it can."""
        listed = self._listed.get(name)
        return listed.problem if listed is not None else ""

    def agent(self, name: str) -> Agent:
        """Return an agent that a root is of, importing its module."""
        agent = self._agents.get(name)
        if agent is None:
            agent = self._agents[name] = _load(self._listed[name])
        return agent

    def places(self, agents: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
        """Yield agent and directory of every place where a store may lie; of all, or of some."""
        if not agents or any(name not in self._listed for name in agents):
            self._look_for_packages()
        for listed in self._listed.values():
            if not agents or listed.name in agents:
                for place in places_of(listed, self._environment, self._home):
                    yield listed.name, place

    def stores(self, agents: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
        """Yield agent and directory of the places where a store is that can be read."""
        for name, place in self.places(agents):
            if not self._listed[name].problem and self.is_there(name, place):
                yield name, place

    def is_there(self, name: str, place: str) -> bool:
        """Say whether an agent has a store at a place, be it one that cannot be read."""
        return has_store(self._listed[name], place)

    def _look_for_packages(self) -> None:
        if self._has_packages:
            return
        self._has_packages = True
        for listed in packaged():
            self._listed.setdefault(listed.name, listed)


def is_own(name: str) -> bool:
    """Say whether an agent comes with ccmon, not with a package."""
    return any(listed.name == name for listed in LISTED)


def own_agent(name: str) -> Agent:
    """Return an agent that comes with ccmon, importing its module."""
    return _load(next(listed for listed in LISTED if listed.name == name))


def _load(listed: Listed) -> Agent:
    """Import an agent's module and return the agent."""
    from engine.agents.base import Agent

    module, _, name = (listed.module or f"engine.agents.{listed.name}:AGENT").partition(":")
    agent = getattr(import_module(module), name or "AGENT")
    assert isinstance(agent, Agent)
    return agent


def places_of(listed: Listed, environment: Mapping[str, str], home: Path) -> list[str]:
    """Return the directories where an agent's store may lie, best first."""
    named = environment.get(listed.variable, "").strip() if listed.variable else ""
    if named:
        entries = listed_entries(
            named, lambda entry: os.path.isdir(_expanded(entry, environment, home))
        )
        roots = [_expanded(each, environment, home) for each in entries]
        return [os.path.join(root, listed.within) for root in roots] if listed.within else roots
    expanded = (_expanded(place, environment, home) for place in listed.places)
    found = [place for place in expanded if place]
    return found + _indexed(listed, environment, home)


def _indexed(listed: Listed, environment: Mapping[str, str], home: Path) -> list[str]:
    """Return the directories that an agent's own index names, if it has one."""
    if not listed.index:
        return []
    try:
        data = read_regular(_expanded(listed.index, environment, home))
    except OSError:
        return []
    module, _, name = listed.more.partition(":")
    return list(getattr(import_module(module), name)(data))


def has_store(listed: Listed, place: str) -> bool:
    """Say whether a directory is a root of an agent."""
    if not listed.marks:
        return os.path.isdir(place)
    return any(_has_mark(place, mark) for mark in listed.marks)


def _has_mark(place: str, mark: str) -> bool:
    """Say whether a directory has a mark in it; `*` stands for any one directory."""
    before, star, after = mark.partition("*/")
    if not star:
        return os.path.exists(os.path.join(place, mark))
    try:
        with os.scandir(os.path.join(place, before)) as entries:
            return any(os.path.exists(os.path.join(entry.path, after)) for entry in entries)
    except OSError:
        return False


def _expanded(place: str, environment: Mapping[str, str], home: Path) -> str:
    """Return a place with its beginning put in; empty where a variable is not set."""
    if place == "~" or place.startswith(("~/", "~\\")):
        return os.path.join(home, *place[2:].split("/"))
    if place.startswith("$"):
        name, _, below = place[1:].partition("/")
        named = environment.get(name, "").strip()
        return os.path.join(named, *below.split("/")).rstrip("/\\") if named else ""
    for name, base in _BASES.items():
        mark = "{" + name + "}"
        if place.startswith(mark):
            return os.path.join(base(environment, home), *place[len(mark) + 1 :].split("/"))
    return place


def _config(environment: Mapping[str, str], home: Path) -> str:
    return environment.get("XDG_CONFIG_HOME", "").strip() or str(home / ".config")


def _data(environment: Mapping[str, str], home: Path) -> str:
    return environment.get("XDG_DATA_HOME", "").strip() or str(home / ".local" / "share")


def _local(environment: Mapping[str, str], home: Path) -> str:
    """Return where programs that follow each system's custom keep their data."""
    is_windows = PLATFORM == "win32" and not environment.get("XDG_DATA_HOME", "").strip()
    return own_support(environment, str(home), PLATFORM) if is_windows else _data(environment, home)


def _support(environment: Mapping[str, str], home: Path) -> str:
    """Return where programs with windows keep their data."""
    return str(support(environment, home, PLATFORM))


def _ccmon(environment: Mapping[str, str], home: Path) -> str:
    """Return where ccmon keeps its own files, among them what it fetched."""
    return str(data_directory_in(environment, home))


_BASES: dict[str, Callable[[Mapping[str, str], Path], str]] = {
    "config": _config,
    "data": _data,
    "local": _local,
    "support": _support,
    "ccmon": _ccmon,
}
