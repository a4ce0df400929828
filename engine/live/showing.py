"""Brings what a ledger knows of the roots in force into the standing."""

from __future__ import annotations

from msgspec.structs import replace

from engine.domain.scans import Root
from engine.domain.settings import Settings
from engine.ledger.store import Ledger
from engine.live.read_model import ReadModel
from engine.live.state import State


def show_ledger(
    ledger: Ledger, roots: list[Root], settings: Settings, standing: State, *, is_whole: bool
) -> None:
    """Put what a ledger knows in the standing's place: of all agents, or of those shown alone.

    Those come beside all, since windows and budgets are of all whatever is shown. Without
    `is_whole` only the newest part of history is brought in.
    """

    def outlook(shown: list[Root], given: Settings) -> ReadModel:
        return ReadModel(
            ledger,
            shown,
            given,
            standing.choice,
            standing.zone,
            standing.lock,
            standing.titles,
            standing.anchor(),
            is_whole=is_whole,
        )

    whole = outlook(roots, settings)
    if not standing.shown_agents:
        standing.put(whole)
        return
    shown = [root for root in roots if root.agent in standing.shown_agents]
    standing.put(outlook(shown, replace(settings, budgets=())), whole)
