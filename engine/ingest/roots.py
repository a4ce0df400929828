"""Which roots a monitor reads: those that are there, and those looked for that it once read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from engine.domain.responses import CLAUDE
from engine.domain.scans import Root
from engine.domain.settings import Settings
from engine.ingest import discover
from engine.ledger.book import Ledger
from engine.ledger.scopes import open_scopes

if TYPE_CHECKING:
    from engine.agents.base import Tree
    from engine.agents.registry import Registry


class Roots:
    """The roots in force (SPEC §1); one that disappears keeps what was counted of it."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        shared: Callable[[], list[Root]] = list,
    ) -> None:
        """`shared` gives the roots by which other machines' use comes in."""
        self._shared = shared
        self._settings = settings
        self._ledger = ledger
        self._of_all: list[Root] | None = None
        self._of_claude: list[Root] | None = None

    @cached_property
    def registry(self) -> Registry:
        """The agents beside Claude Code; where they are not looked for it is never needed."""
        from engine.agents.registry import Registry

        return Registry(self._settings.environment, self._settings.home)

    @property
    def current(self) -> list[Root]:
        """What `in_force` gave last, at first what is there."""
        if self._of_all is None:
            self._of_all = self._found()
        return self._of_all

    def in_force(self) -> list[Root]:
        """Return the roots found so far, and those looked for that the ledger knows."""
        self._of_all = self._with_missing(self.current, self._looked_for)
        return self._of_all

    def claude_in_force(self) -> list[Root]:
        """Return the same of those alone that have Claude Code's use; no other is looked for."""
        if self._of_all is not None:
            return [root for root in self.in_force() if root.agent == CLAUDE]
        if self._of_claude is None:
            found = _each_once(self._claude_found() + self._shared_found((CLAUDE,)))
            self._of_claude = self._with_missing(found, self._claude_looked_for)
        return self._of_claude

    def _with_missing(
        self, found: list[Root], looked_for: Callable[[], Iterable[Root]]
    ) -> list[Root]:
        missing = self._ledger.known_roots() - {(root.agent, root.path) for root in found}
        if not missing:
            return found
        return found + [root for root in looked_for() if (root.agent, root.path) in missing]

    def claude_paths(self) -> list[str]:
        """Return Claude Code's directories among the roots found so far."""
        return [root.path for root in self.claude_in_force() if root.is_claude]

    def look(self) -> bool:
        """Look for roots; return whether one has appeared."""
        found = self._found()
        if all(root in self.current for root in found):
            return False
        self._of_all = found
        return True

    def watched(self) -> list[str]:
        """Return the directories, there now, whose files are read."""
        return [directory for root in self._found() for directory in self._directories(root)]

    def _directories(self, root: Root) -> list[str]:
        if root.is_claude:
            return [root.projects]
        if root.is_shared:
            return [root.path]
        found = (_below(root, tree) for tree in self._trees(root) if tree.is_deep)
        return [path for path in found if os.path.isdir(path)]

    def _trees(self, root: Root) -> tuple[Tree, ...]:
        return self.registry.agent(root.agent).trees(root.path)

    def open_scopes(self, agents: Sequence[str] = ()) -> dict[str, int]:
        """Return the ledger's scopes of the roots in force by agent; of some agents, or of all."""
        if agents == (CLAUDE,):
            return open_scopes(self._ledger, self.claude_in_force())
        roots = [root for root in self.in_force() if not agents or root.agent in agents]
        return open_scopes(self._ledger, roots)

    def own_scopes(self) -> dict[str, int]:
        """Return the ledger's scopes, by agent, of what this machine itself used."""
        return open_scopes(self._ledger, [each for each in self.in_force() if not each.is_shared])

    def _found(self) -> list[Root]:
        """Return the roots that are there, Claude Code's first, each real path once an agent."""
        settings, found = self._settings, self._claude_found()
        if settings.reads_others:
            found += self._roots_at(self.registry.stores(settings.stores))
        return _each_once(found + self._shared_found())

    def _claude_found(self) -> list[Root]:
        settings = self._settings
        return discover.find_roots(settings) if settings.reads(CLAUDE) else []

    def _shared_found(self, agents: Sequence[str] = ()) -> list[Root]:
        """Return roots by which other machines' use comes in; of some agents, or of all."""
        return [
            root
            for root in self._shared()
            if self._settings.reads(root.agent) and (not agents or root.agent in agents)
        ]

    def _looked_for(self) -> list[Root]:
        """Return all places looked at, whether anything is there or not."""
        settings = self._settings
        others = self.registry.places(settings.stores) if settings.reads_others else ()
        return [*self._claude_looked_for(), *self._roots_at(others)]

    def _claude_looked_for(self) -> list[Root]:
        settings = self._settings
        places = discover.candidates(settings)[0] if settings.reads(CLAUDE) else []
        return [Root.at(path) for path in places]

    def _roots_at(self, places: Iterable[tuple[str, str]]) -> list[Root]:
        return [Root.at(Path(path), agent) for agent, path in places]


def _each_once(found: list[Root]) -> list[Root]:
    """Return each real path once an agent, in the first place where it stands."""
    return list({(root.agent, root.path): root for root in reversed(found)}.values())[::-1]


def _below(root: Root, tree: Tree) -> str:
    return os.path.join(root.path, *tree.below.split("/"))
