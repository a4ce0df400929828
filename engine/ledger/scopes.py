"""Scopes of a ledger: one of each agent whose roots are in force."""

from __future__ import annotations

from collections.abc import Iterable

from engine.domain.responses import CLAUDE
from engine.domain.scans import Root
from engine.ledger.book import Ledger


def open_scopes(ledger: Ledger, roots: Iterable[Root]) -> dict[str, int]:
    """Return the scope of each agent's roots, by agent; Claude Code's where there is no root."""
    paths: dict[str, list[str]] = {}
    for root in roots:
        paths.setdefault(root.agent, []).append(root.path)
    return {
        agent: ledger.open_scope(found, agent) for agent, found in (paths or {CLAUDE: []}).items()
    }
