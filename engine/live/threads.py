"""The threads of a monitor that follows: one reads, another pushes where the user wants it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.domain.settings import Settings
from engine.ledger.book import Ledger
from engine.live.notices import NoticeBoard
from engine.pricing.updates import PriceUpdates

if TYPE_CHECKING:
    from engine.live.follower import Follower
    from engine.live.limits import Limits
    from engine.live.pusher import Pusher
    from engine.live.steps import Steps


class Threads:
    """Started once, closed as often as one likes."""

    def __init__(
        self, settings: Settings, ledger: Ledger, board: NoticeBoard, prices: PriceUpdates
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._board = board
        self._prices = prices
        self._follower: Follower | None = None
        self._pusher: Pusher | None = None

    def start(self, steps: Steps, limits: Limits, on_change: Callable[[], None]) -> None:
        """Read, then follow; push where that is asked."""
        from engine.live.follower import Follower

        self._follower = Follower(
            self._settings,
            self._ledger,
            steps.state,
            self._board,
            steps.updater,
            limits,
            self._prices,
            on_change,
        )
        self._follower.start()
        if self._settings.push is not None:
            from engine.live.pusher import Pusher

            prices, state = self._prices.table, steps.state
            self._pusher = Pusher(
                self._settings, prices, self._board, lambda: state.is_reading, on_change
            )
            self._pusher.start()

    def close(self) -> None:
        """Stop them; may be called twice."""
        if self._pusher is not None:
            self._pusher.close()
        if self._follower is not None:
            self._follower.close()
