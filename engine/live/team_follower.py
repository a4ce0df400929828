"""Follows a team's database in a thread of its own, for as long as it runs."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING

from engine.domain.mistakes import SettingsError
from engine.domain.pace import TEAM_LOOK, TEAM_RETRY
from engine.domain.settings import Settings
from engine.live.limits import Limits
from engine.live.notices import NoticeBoard, stopped
from engine.live.state import State

if TYPE_CHECKING:
    from engine.machines.team.feed import TeamFeed


class TeamFollower:
    """The thread that reads: all of history first, then whatever others push.

    `on_change` is called, in that thread, when there is something new to draw. A database that
    goes away is told of and tried again; until then what was read last stays.
    """

    def __init__(
        self,
        settings: Settings,
        state: State,
        board: NoticeBoard,
        feed: TeamFeed,
        limits: Limits,
        on_change: Callable[[], None],
    ) -> None:
        self._clock = settings.clock
        self._state = state
        self._board = board
        self._feed = feed
        self._alerts = limits.alerts
        self._on_change = on_change
        self._stop = Event()
        self._wake = Event()
        self._is_lost = False
        self._is_read = False
        self._agents = state.shown_agents
        self._thread = Thread(target=self._run, name="ccmon-team", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def look_soon(self) -> None:
        """Look at everything now."""
        self._wake.set()

    def close(self) -> None:
        """Stop following; may be called twice."""
        self._stop.set()
        self._wake.set()
        self._thread.join(5.0)

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                if self._step():
                    self._on_change()
                self._wake.wait(TEAM_RETRY if self._is_lost else TEAM_LOOK)
                self._wake.clear()
        except Exception as error:  # noqa: BLE001 - the thread's one boundary
            if not self._stop.is_set():
                self._board.say("failure", stopped("Following", error))
                self._on_change()

    def _step(self) -> bool:
        """Look once; return whether there is something new to draw."""
        revision, was_lost = self._state.revision, self._is_lost
        try:
            if self._is_lost:
                self._feed.reconnect()
            self._look()
            self._is_lost = False
        except SettingsError as error:
            self._is_lost = True
            said = f"{error} What was read last is shown; it is tried again by itself."
            self._board.warn("database", said)
        else:
            self._board.warn("database", None)
        return self._state.revision != revision or was_lost != self._is_lost

    def _look(self) -> None:
        """Bring in what is new: everything at first, and where nobody can say what changed."""
        state, found = self._state, self._feed.look()
        if not self._is_read or found == "anew" or self._agents != state.shown_agents:
            self._agents = state.shown_agents
            state.show(is_whole=True)
            if not self._is_read:
                self._is_read = True
                state.finish_reading()
        elif found == "some":
            state.pull()
        known = state.tracker.known
        if self._alerts.is_due((state.revision, known.revision)):
            now = self._clock()
            self._alerts.tell(state.windows(now).windows, known, now, state.zone)
            state.tracker.look_at_ledger()
