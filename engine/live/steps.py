"""What reads and what shows, made together for a monitor that needs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from engine.domain.settings import Settings
from engine.ingest.roots import Roots
from engine.ledger.book import Ledger
from engine.live.notices import NoticeBoard
from engine.live.one_shot import OneShot
from engine.live.shared_machines import SharedMachines
from engine.live.state import State
from engine.live.timings import Timings
from engine.live.updater import Updater
from engine.pricing.updates import PriceUpdates

if TYPE_CHECKING:
    from engine.ledger.live_source import LiveSource


class Steps:
    """The state that is shown, and the steps that bring into it what is new."""

    def __init__(
        self,
        settings: Settings,
        zone: tuple[str, tzinfo],
        ledger: Ledger,
        roots: Roots,
        board: NoticeBoard,
        prices: PriceUpdates,
        timings: Timings,
        shared: SharedMachines,
        team: Callable[[Sequence[str]], LiveSource] | None,
    ) -> None:
        """`team` gives what is read of some agents in place of the ledger, where that is asked."""
        self.roots, self.board = roots, board
        self.state = State(settings, zone, ledger, roots, board, team)
        self.updater = Updater(settings, ledger, roots, self.state, board, prices, timings, shared)
        self.one_shot = OneShot(settings, ledger, roots, self.state, self.updater, prices, timings)
