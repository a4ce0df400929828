"""What reads and what shows, made together for a monitor that needs them."""

from __future__ import annotations

from datetime import tzinfo

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
    ) -> None:
        self.state = State(settings, zone, ledger, roots, board)
        self.updater = Updater(settings, ledger, roots, self.state, board, prices, timings, shared)
        self.one_shot = OneShot(settings, ledger, roots, self.state, self.updater, prices, timings)
