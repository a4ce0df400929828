"""Brings what is new into the ledger, and what the ledger has new into what is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from threading import Event, Lock
from typing import TYPE_CHECKING

from engine.domain.pace import SESSIONS_LOOK, Every
from engine.domain.scans import ALL, Root
from engine.domain.settings import Settings
from engine.ingest.reader import Reader
from engine.ingest.roots import Roots
from engine.ingest.wakeup import Wakeup
from engine.ledger.book import Ledger
from engine.ledger.failover import Failover
from engine.ledger.packed_rows import bringing, merge_held, scopes_with_packs
from engine.live.kept_settings import KeptSettings
from engine.live.notices import NoticeBoard, waiting_for_turn
from engine.live.recovery import Recovery
from engine.live.shared_machines import SharedMachines
from engine.live.state import State
from engine.live.timings import Timings
from engine.pricing.updates import PriceUpdates

if TYPE_CHECKING:
    from engine.agents.claude.open_sessions import SessionStates
    from engine.domain.packed_responses import Pack
    from engine.domain.scans import Scan
    from engine.ingest.loader import Waiting
    from engine.machines.sharing import Sharing


def _nothing() -> None:
    """Tell nobody."""


class Updater:
    """Each step that reads, for the one thread that reads.

    That is the follower's, or whoever asks where nobody follows. `recovery` takes a step again
    where the ledger fails; `wakeup` and `kept` may be used by any thread.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        roots: Roots,
        state: State,
        board: NoticeBoard,
        prices: PriceUpdates,
        timings: Timings,
        shared: SharedMachines,
    ) -> None:
        self.stop = Event()
        self.wakeup = Wakeup(settings)
        self._failover = Failover(ledger)
        self.recovery = Recovery(
            self._failover,
            self._begin_again,
            self._read_again,
            lambda: state.present,
            self.stop,
            self.wakeup.wake,
            self._say_waiting,
        )
        self.kept = KeptSettings(ledger)
        self.reader = Reader(ledger, settings, roots.registry, shared.stores)
        self._shared = shared
        self._clock = settings.clock
        self._ledger = ledger
        self._roots = roots
        self._state = state
        self._board = board
        self._prices = prices
        self._timings = timings
        self._opening = Lock()
        self._is_shown_anew = False
        self._data_version = 0
        self._sessions_due = Every(SESSIONS_LOOK)
        self._bringing: Iterator[None] = iter(())

    @cached_property
    def _sessions(self) -> SessionStates:
        from engine.agents.claude.open_sessions import SessionStates

        return SessionStates()

    @property
    def is_followed(self) -> bool:
        """Whether a thread reads and looks at everything by itself."""
        return self.recovery.reader is not None

    def open(self, *, is_whole: bool | None = None) -> None:
        """Show what the ledger knows, unless as much is shown already.

        Unless told else that is all of history once all there was has been read. Before, the
        newest part will do, for the first paint's sake: who follows brings in the rest.
        """
        wanted = not self._state.is_reading if is_whole is None else is_whole
        if self._is_open(wanted):
            return
        with self._opening:
            if not self._is_open(wanted):
                self.recovery.insist(lambda: self._state.show(is_whole=wanted))

    def _is_open(self, is_whole: bool) -> bool:
        if self._state.present is None:
            return False
        return self._state.is_whole or not is_whole or self.is_followed

    def show(self, agents: Sequence[str]) -> None:
        """Show some agents alone, all for none; the thread that reads brings them in."""
        self._state.shown_agents = tuple(agents)
        if self.is_followed:
            self._is_shown_anew = True
            self.wakeup.wake.set()
        else:
            self.recovery.insist(lambda: self._state.show(is_whole=True))

    def close(self) -> None:
        """Let nothing be read any more; may be called twice."""
        self.stop.set()
        self.wakeup.wake.set()
        self.wakeup.watcher.stop()

    def read_all(self, on_change: Callable[[], None] = _nothing) -> None:
        """Read all that is new, and show all of history."""
        state, insist = self._state, self.recovery.insist
        insist(self.reprice)
        with self._opening:
            insist(lambda: state.show(is_whole=True))
        insist(self.look_at_limits)
        on_change()
        self.look_until_done(on_change)
        insist(state.pull)
        insist(self.look_at_limits)
        state.finish_reading()

    def look_until_done(
        self, on_change: Callable[[], None] = _nothing, most_bytes: int = ALL
    ) -> bool:
        """Look at everything until nothing is new; return whether all that was new is read.

        `on_change` is called after each part. Where more than `most_bytes` is new only the
        newest is read.
        """
        self.wakeup.wants_look = is_all = True
        while self.wakeup.wants_look and is_all and not self.stop.is_set():
            self.wakeup.wants_look = False
            is_all = self.recovery.insist(lambda: self.look(on_change, most_bytes=most_bytes))
        self.recovery.insist(lambda: merge_held(self._ledger))
        self._ledger.keep_stamp()
        return is_all

    def read_on(self, on_change: Callable[[], None]) -> bool:
        """Read what is new, of files and of the ledger; return whether figures changed."""
        before = self._state.revision
        self.recovery.face_failure()
        if self._failover.rewrite_if_deleted() or self._failover.return_to_disk():
            self._begin_again()
        if self._is_shown_anew:
            self._is_shown_anew = False
            self._state.show(is_whole=True)
        if self._prices.take_news():
            self.reprice()
            self.say_price_problem()
        self._read_touched()
        is_wanted, self.wakeup.wants_look = self.wakeup.wants_look, False
        if is_wanted or self.wakeup.is_time_to_look(self._roots.watched()):
            self.look(on_change, is_unasked=not is_wanted)
        data_version = self._ledger.data_version()
        if data_version != self._data_version:
            self._data_version = data_version
            self._state.pull()
        if self._state.is_reading:
            self._state.finish_reading()
        self.kept.write()
        return self._state.revision != before

    def bring_rows(self) -> bool:
        """Take a step in making rows of what a first load packed; return whether any is left."""
        if next(self._bringing, self) is self:
            self._bringing = bringing(self._ledger, scopes_with_packs(self._ledger))
            return next(self._bringing, self) is not self
        return True

    def look(
        self,
        on_change: Callable[[], None] = _nothing,
        *,
        is_unasked: bool = False,
        most_bytes: int = ALL,
    ) -> bool:
        """Look at every file of every root, read what is new, and return whether that was all."""
        if self._roots.look():
            if self._state.present is not None:
                self._state.show(is_whole=True)
            else:
                self._roots.open_scopes()
        roots = self._roots.current
        if self.is_followed:
            self.wakeup.watch(self._roots.watched())
        with self._timings.measured("walk"):
            waiting = self.wakeup.note_walk(
                lambda: self.reader.look(roots, is_once=not self.is_followed),
                self.reader.refused(),
                is_unasked=is_unasked,
            )
        if self.is_followed:
            self.wakeup.note_files(self.reader.files())
        self._state.places = self.reader.places
        is_all = True
        if waiting:
            with self._timings.measured("read"):
                is_all = self._read_waiting(waiting, most_bytes, on_change)
        self.wakeup.note_look()
        self._note_refused()
        return is_all

    def share_when_due(self) -> None:
        """Write for other machines what is new, now and then; who follows pulls theirs too."""
        sharing = self._shared.sharing()
        if sharing is None or not sharing.is_due():
            return
        self._board.warn("share", sharing.write(self._roots.own_scopes()))
        if self.is_followed:
            sharing.start_pulling()
        if sharing.has_pulled():
            self.wakeup.look_soon()

    def share_now(self, sharing: Sharing) -> None:
        """Write for other machines all that is new."""
        scopes = self._roots.own_scopes()
        self._board.warn("share", sharing.write(scopes, is_now=True))

    def look_at_limits(self, *, is_due: bool = True) -> bool:
        """Look at what is known of limits and of open sessions; return whether that is new."""
        state = self._state
        is_news = self._look_at_sessions()
        if state.tracker.look(is_due=is_due):
            is_news = True
            self._board.warn("account", state.tracker.stranger())
        if not state.is_reading:
            is_news = state.tracker.calibrate(state.whole.view.own.history) or is_news
        return state.follow_anchor() or is_news

    def reprice(self) -> None:
        """Count all that is known with the prices in force, where it was counted with others."""
        if self._ledger.reprice(self._prices.table):
            self._state.pull()

    def say_price_problem(self) -> None:
        """Say why refreshed prices are not in use; reads them, so never before the first paint."""
        self._board.warn("prices", self._prices.table.problem if self._prices.has_file else None)

    def book(self, root: Root, scans: list[Scan], packs: Sequence[Pack] = ()) -> None:
        """Book scans and packs; a file whose figures no sum can hold is refused, others stay."""
        from engine.ledger.differences import FiguresTooLarge

        self.recovery.face_failure()
        try:
            with self._timings.measured("book"):
                self._ledger.take(root, scans, packs)
        except FiguresTooLarge:
            if packs:
                scans = self.reader.scans_anew(root, scans)
            if len(scans) > 1 or packs:
                for scan in scans:
                    self.book(root, [scan])
                return
            path = f"{root.base}/{scans[0].place.path}"
            self.reader.refuse(path, "its figures are too large to add up")
        self._state.pull()

    def _begin_again(self) -> None:
        """Look through another ledger, and read what it does not know."""
        state = self._state
        was_reading, state.is_reading = state.is_reading, True
        self.reader.forget()
        state.show(is_whole=state.is_whole)
        if not self.is_followed and not was_reading:
            self.look()
            state.finish_reading()
        self.wakeup.look_soon()

    def _say_waiting(self, is_waiting: bool) -> None:
        """Say that another process keeps the ledger's turn, or no longer."""
        if is_waiting:
            self._board.warn("turn", waiting_for_turn(self._ledger.path))
        else:
            self._board.say("turn", None)
        self._state.note_change()

    def _read_again(self) -> None:
        """Read once more what was read and could not be booked."""
        self.reader.forget()
        self.wakeup.wants_look = True

    def _read_waiting(
        self, waiting: list[Waiting], most_bytes: int, on_change: Callable[[], None]
    ) -> bool:
        """Read what is new in some files, newest first; return whether that was all of them."""
        from engine.ingest.loader import newest_within

        wanted = newest_within(waiting, most_bytes)
        for batch in self.reader.batches(wanted, self.stop.is_set):
            self._state.progress = batch.progress if self._state.is_reading else None
            for root, scans in batch.scans.items():
                self.book(root, scans, batch.packs.get(root, ()))
            self._read_touched()
            on_change()
        merge_held(self._ledger)
        self._state.pull()
        return len(wanted) == len(waiting)

    def _read_touched(self) -> None:
        """Read what is new in the files that events have named."""
        paths = self.wakeup.take_paths()
        if not paths and not self.reader.has_unnamed:
            return
        scans, is_sure = self.reader.scans_of(self._roots.current, paths)
        for root, found in scans.items():
            self.book(root, found)
        self.wakeup.wants_look = self.wakeup.wants_look or not is_sure
        self._note_refused()

    def _look_at_sessions(self) -> bool:
        """Look which sessions are open, once a second; return whether any is other than before."""
        if not self._sessions_due.is_due(self._clock()):
            return False
        before = self._state.sessions
        self._state.sessions = self._sessions.look(self._roots.claude_paths())
        return self._state.sessions != before

    def _note_refused(self) -> None:
        self._board.say("refused", self.reader.notice())
