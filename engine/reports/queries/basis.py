"""What the answers of one moment stand on: the ledger's sums, names, the zone, now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, tzinfo
from functools import cached_property

from engine.aggregates.sessions import short_names
from engine.domain.choices import Mode
from engine.domain.times import day_of
from engine.ledger.book import Ledger
from engine.ledger.selector import Selector


class Basis:
    """Scopes of a ledger in one cost mode, seen at one moment in one zone."""

    def __init__(
        self,
        ledger: Ledger,
        scopes: Mapping[str, int],
        mode: Mode,
        zone: tuple[str, tzinfo],
        week_start: int,
        now: int,
    ) -> None:
        self.scopes = scopes
        """By agent."""
        self.selector = Selector(ledger, tuple(scopes.values()), mode)
        self._ledger = ledger
        self._mode = mode
        self.names = ledger.names
        self.model = ledger.names.model
        self.zone_name, self.zone = zone
        self.week_start = week_start
        self.now = now

    def selector_of(self, agent: str) -> Selector:
        """Return what sums one agent's responses."""
        if len(self.scopes) == 1:
            return self.selector
        return Selector(self._ledger, (self.scopes[agent],), self._mode)

    @property
    def today(self) -> date:
        """The present day in the zone."""
        return day_of(self.now, self.zone)

    @cached_property
    def projects(self) -> dict[int, tuple[str, str]]:
        """Directory's name and working directory of all projects."""
        return self.names.projects()

    @cached_property
    def short_names(self) -> Mapping[int, str]:
        """Short names of all projects."""
        return short_names(self.projects)

    def directory(self, project: int) -> str:
        """Return the name of a project's directory."""
        return self.projects[project][0]
