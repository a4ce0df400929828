"""Pushes what is new to a team's database each minute, in a thread of its own, after consent."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING

from engine.domain.mistakes import SettingsError
from engine.domain.pace import PUSHED
from engine.domain.paths import ledger_path
from engine.live.notices import NoticeBoard, stopped

if TYPE_CHECKING:
    from engine.domain.settings import Settings
    from engine.ledger.book import Ledger
    from engine.machines.team.pushes import Pushes
    from engine.pricing.table import PriceTable

_FAILED = "team push"


class Pusher:
    """Reads the ledger by a connection of its own, while another thread writes it.

    Nothing leaves before the user agreed to that by `ccmon push`. What fails is told and tried
    again; whoever follows never waits for it.
    """

    def __init__(
        self,
        settings: Settings,
        prices: PriceTable,
        board: NoticeBoard,
        is_reading: Callable[[], bool],
        on_change: Callable[[], None],
    ) -> None:
        """Nothing is pushed while `is_reading`: what is read first is pushed at once after it."""
        self._settings = settings
        self._prices = prices
        self._board = board
        self._is_reading = is_reading
        self._on_change = on_change
        self._pushed = -1
        """The ledger's revision that was pushed last."""
        self._told: str | None = None
        self._stop = Event()
        self._thread = Thread(target=self._run, name="ccmon-push", daemon=True)

    def start(self) -> None:
        """Begin to push."""
        self._thread.start()

    def close(self) -> None:
        """Push no more; may be called twice."""
        self._stop.set()
        self._thread.join(5.0)

    def _run(self) -> None:
        ledger: Ledger | None = None
        try:
            while not self._stop.wait(0.2 if self._is_reading() else PUSHED):
                if self._is_reading():
                    continue
                from engine.ledger.book import Ledger

                ledger = ledger or Ledger(ledger_path(self._settings), self._prices)
                self._tell(self._push(ledger))
        except Exception as error:  # noqa: BLE001 - the thread's one boundary
            if not self._stop.is_set():
                self._board.say(_FAILED, stopped("Pushing", error))
                self._on_change()
        finally:
            if ledger is not None:
                ledger.close()

    def _push(self, ledger: Ledger) -> str | None:
        """Push what is new; return what keeps it from that, `None` for nothing."""
        revision = ledger.revision()
        if revision == self._pushed:
            return None
        try:
            pushes = self._pushes(ledger)
            said = self._settings.push
            address = pushes.address(None if said == "env" else said)
            projects = pushes.agreed(address)
            if projects is None:
                return (
                    "Nothing is pushed yet: run ccmon push with the same address once, which"
                    " lists what would leave this machine and asks."
                )
            pushes.push(address, projects)
        except SettingsError as error:
            return f"{error} Pushing is tried again each minute."
        self._pushed = revision
        return None

    def _pushes(self, ledger: Ledger) -> Pushes:
        from engine.ingest.roots import Roots
        from engine.live.shared_machines import SharedMachines
        from engine.machines.team.pushes import Pushes

        settings = self._settings
        shared = SharedMachines(settings, ledger)
        roots = Roots(settings, ledger, shared.roots)
        return Pushes(settings, ledger, roots.open_scopes)

    def _tell(self, lack: str | None) -> None:
        """Show what keeps it from pushing, or take that back."""
        if lack != self._told:
            self._told = lack
            self._board.warn(_FAILED, lack)
            self._on_change()
