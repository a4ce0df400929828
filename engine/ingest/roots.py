"""Which roots a monitor reads: those that are there, and those looked for that it once read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.agents.registry import Registry
from engine.domain.responses import CLAUDE
from engine.domain.scans import Root
from engine.domain.settings import Settings
from engine.ingest import discover
from engine.ledger.book import Ledger
from engine.ledger.scopes import open_scopes

if TYPE_CHECKING:
    from engine.agents.base import Tree


class Roots:
    """The roots in force (SPEC §1); one that disappears keeps what was counted of it."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        registry: Registry,
        shared: Callable[[], list[Root]] = list,
    ) -> None:
        """`shared` gives the roots by which other machines' use comes in."""
        self.registry = registry
        self._shared = shared
        self._settings = settings
        self._ledger = ledger
        self.current = self._found()
        """What `in_force` gave last."""

    def in_force(self) -> list[Root]:
        """Return the roots found so far, and those looked for that the ledger knows."""
        missing = self._ledger.known_roots() - {(root.agent, root.path) for root in self.current}
        if missing:
            self.current += [
                root for root in self._looked_for() if (root.agent, root.path) in missing
            ]
        return self.current

    def claude_paths(self) -> list[str]:
        """Return Claude Code's directories among the roots found so far."""
        return [root.path for root in self.current if root.is_claude]

    def look(self) -> bool:
        """Look for roots; return whether one has appeared."""
        found = self._found()
        if all(root in self.current for root in found):
            return False
        self.current = found
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
        roots = [root for root in self.in_force() if not agents or root.agent in agents]
        return open_scopes(self._ledger, roots)

    def own_scopes(self) -> dict[str, int]:
        """Return the ledger's scopes, by agent, of what this machine itself used."""
        return open_scopes(self._ledger, [each for each in self.in_force() if not each.is_shared])

    def _found(self) -> list[Root]:
        """Return the roots that are there, Claude Code's first, each real path once an agent."""
        settings = self._settings
        found = discover.find_roots(settings) if settings.reads(CLAUDE) else []
        if settings.reads_others:
            found += self._roots_at(self.registry.stores(settings.stores))
        found += [root for root in self._shared() if settings.reads(root.agent)]
        return list({(root.agent, root.path): root for root in reversed(found)}.values())[::-1]

    def _looked_for(self) -> list[Root]:
        """Return all places looked at, whether anything is there or not."""
        settings = self._settings
        claude = discover.candidates(settings)[0] if settings.reads(CLAUDE) else []
        others = self.registry.places(settings.stores) if settings.reads_others else ()
        return [*(Root.at(path) for path in claude), *self._roots_at(others)]

    def _roots_at(self, places: Iterable[tuple[str, str]]) -> list[Root]:
        return [Root.at(Path(path), agent) for agent, path in places]


def _below(root: Root, tree: Tree) -> str:
    return os.path.join(root.path, *tree.below.split("/"))
