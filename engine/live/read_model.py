"""Everything that is seen of some roots: their view, and what answers from it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from threading import RLock

from engine.agents.claude.titles import Titles
from engine.aggregates.sleeps import Sleeps
from engine.aggregates.true_window import Anchor
from engine.aggregates.view import HeldParts, View
from engine.domain.owners import Held
from engine.domain.scans import Root
from engine.domain.settings import Settings
from engine.domain.typed.amounts import LimitChoice
from engine.ledger.book import Ledger
from engine.ledger.live_source import LiveSource
from engine.ledger.owned_rows import OwnedReader
from engine.live.snapshots import SnapshotMaker
from engine.reports.details import DetailMaker
from engine.reports.tabs import TabMaker


class ReadModel:
    """The view of some roots with the makers of snapshots, reports and details.

    It is built and loaded aside, then put in the place of another at once: who draws
    never sees a part of it.
    """

    def __init__(
        self,
        source: LiveSource,
        ledger: Ledger,
        roots: list[Root],
        settings: Settings,
        choice: LimitChoice,
        zone: tzinfo,
        lock: RLock,
        titles: Titles,
        sleeps: Sleeps,
        anchor: Anchor | None = None,
        held: HeldParts = None,
        *,
        is_whole: bool,
    ) -> None:
        self.roots = roots
        self.connection = ledger.connection
        """What it reads; once the ledger has another, this one is no longer shown."""
        self._ledger = ledger
        self._titles = titles
        self._source, names = source, source.names
        self.view = View(
            source.rows,
            source.agents,
            names.model.agent,
            zone,
            settings.clock,
            lock,
            self._reader_of,
            sleeps,
            anchor,
            held,
            str(settings.home),
            source.first_reach,
        )
        self.view.load(source.revision(), is_whole=is_whole)
        self._learn_names()
        self.snapshots = SnapshotMaker(self.view, names, choice, settings, titles)
        self.reports = TabMaker(
            self.view,
            source.rows,
            names,
            lock,
            settings.week_start,
            titles,
        )
        self.details = DetailMaker(
            self.view,
            source.rows,
            names,
            lock,
            self.reports,
            [root.path for root in roots if root.is_claude],
            titles,
        )

    def pull(self) -> bool:
        """Bring in what the ledger has new; return whether that was anything."""
        if not self.view.pull(self._source.revision()):
            return False
        if self._source.names.model.has_machines:
            self._source.names.learn_machines()
        self._learn_names()
        return True

    def _reader_of(self, held: tuple[Held, ...]) -> OwnedReader:
        return OwnedReader(self._ledger, held)

    def put_anchor(self, anchor: Anchor | None, held: HeldParts) -> bool:
        """Follow another true window or owner; say whether that is new."""
        if not self.view.put_anchor(anchor, held):
            return False
        self._learn_names()
        return True

    def _learn_names(self) -> None:
        """Learn now the names that a snapshot will ask for, so that it reads no ledger."""
        names = self._source.names
        for session, group in self.view.now_groups.items():
            names.name("sessions", session)
            for model in group.tally.by_model:
                names.model(model)

    def learn_present_titles(self) -> bool:
        """Read what the newest block's sessions are called; say whether anything is new."""
        names = self._source.names
        with self.view.lock:
            sessions = list(self.view.now_groups)
        return self.learn_titles([names.name("sessions", session) for session in sessions])

    def learn_titles(self, sessions: Iterable[str]) -> bool:
        """Read what sessions are called; say whether anything new was learnt."""
        roots = [root.path for root in self.roots if root.is_claude]
        return self._titles.learn(self._source.rows.transcripts_of(roots, sessions))
