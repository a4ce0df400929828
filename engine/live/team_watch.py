"""A team's database as what the live screen watches, in place of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from engine.domain.mistakes import SettingsError
from engine.domain.reports import Figures, Report, ReportKind, Row, Span

if TYPE_CHECKING:
    from engine.domain.settings import Settings
    from engine.ledger.live_source import LiveSource
    from engine.live.limits import Limits
    from engine.live.notices import NoticeBoard
    from engine.live.state import State
    from engine.live.team_follower import TeamFollower
    from engine.machines.team.feed import TeamFeed
    from engine.machines.team.source import TeamSource

_T = TypeVar("_T")


class TeamWatch:
    """One database: what answers one-shot reports, and what the live screen follows."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._follower: TeamFollower | None = None
        self._told: dict[tuple[ReportKind, Span], Report] = {}

    @property
    def _address(self) -> str:
        from engine.machines.team.connection import address_of

        said = self._settings.database
        return address_of(None if said == "env" else said, self._settings.environment)

    @cached_property
    def source(self) -> TeamSource:
        """What answers the questions of reports; raises `SettingsError`."""
        from engine.machines.team.source import TeamSource

        return TeamSource(self._address, is_apart=self._settings.is_apart)

    @cached_property
    def feed(self) -> TeamFeed:
        """What is followed; raises `SettingsError`."""
        from engine.machines.team.feed import TeamFeed

        return TeamFeed(self._address, is_apart=self._settings.is_apart)

    def live(self, agents: Sequence[str]) -> LiveSource:
        """Return what a live view reads of some agents, of all for none named."""
        from engine.machines.team.live_rows import TeamLive

        return TeamLive(self.feed, agents)

    def start(
        self, state: State, board: NoticeBoard, limits: Limits, on_change: Callable[[], None]
    ) -> None:
        """Follow in a thread of its own."""
        from engine.live.team_follower import TeamFollower
        from engine.machines.team.connection import shown

        state.database = shown(self._address)
        self._follower = TeamFollower(self._settings, state, board, self.feed, limits, on_change)
        self._follower.start()

    def look_soon(self) -> None:
        """Have the thread that follows look now."""
        if self._follower is not None:
            self._follower.look_soon()

    def report(self, state: State, kind: ReportKind, span: Span) -> Report:
        """Return a tab's rows; the last that were read while the database is away."""
        try:
            made = self._told[kind, span] = state.report(kind, span)
        except SettingsError:
            self.look_soon()
            empty = Row("", "Total", Figures(), 0.0, 0.0)
            nothing = Report(kind, span, state.zone_name, state.revision, (), empty)
            return self._told.get((kind, span), nothing)
        return made

    def or_none(self, ask: Callable[[], _T]) -> _T | None:
        """Return what is asked, `None` while the database is away."""
        try:
            return ask()
        except SettingsError:
            self.look_soon()
            return None

    def close(self) -> None:
        """Stop following and close what was opened; may be called twice."""
        if self._follower is not None:
            self._follower.close()
        for opened in ("source", "feed"):
            made = vars(self).pop(opened, None)
            if made is not None:
                made.close()
