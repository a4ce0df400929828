"""Which roots a monitor reads: those that are there, and those looked for that it once read."""

from __future__ import annotations

from engine.intake import discover
from engine.intake.discover import Root
from engine.ledger.store import Ledger
from engine.settings import Settings


class Roots:
    """The roots in force (SPEC §1); one that disappears keeps what was counted of it."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._settings = settings
        self._ledger = ledger
        self.current = discover.find_roots(settings)
        """What `in_force` gave last."""

    def in_force(self) -> list[Root]:
        """Return the roots found so far, and those looked for that the ledger knows."""
        candidates = [Root.at(path) for path in discover.candidates(self._settings)[0]]
        known = self._ledger.known_roots()
        self.current += [
            root for root in candidates if root not in self.current and root.path in known
        ]
        return self.current

    def look(self) -> bool:
        """Look for roots; return whether one has appeared."""
        found = discover.find_roots(self._settings)
        if all(root in self.current for root in found):
            return False
        self.current = found
        return True

    def present(self) -> list[str]:
        """Return the `projects` directories that are there now."""
        return [root.projects for root in discover.find_roots(self._settings)]

    def open_scope(self) -> int:
        """Return the ledger's scope of the roots in force."""
        return self._ledger.open_scope(root.path for root in self.in_force())
