"""What the answers of one moment stand on: the sums, names, the zone, now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, tzinfo
from functools import cached_property

from engine.aggregates.projects import Projects
from engine.domain.choices import Mode
from engine.domain.times import day_of
from engine.reports.queries.source import ReportSource, SumSource


class Basis:
    """Scopes of a ledger in one cost mode, seen at one moment in one zone."""

    def __init__(
        self,
        source: ReportSource,
        scopes: Mapping[str, int],
        mode: Mode,
        zone: tuple[str, tzinfo],
        week_start: int,
        now: int,
        home: str = "",
    ) -> None:
        self.scopes = scopes
        """By agent."""
        self.selector = source.sums_of(tuple(scopes.values()), mode)
        self._source = source
        self._mode = mode
        self.names = source.names
        self.model = source.names.model
        self.zone_name, self.zone = zone
        self.week_start = week_start
        self.now = now
        self.home = home

    def selector_of(self, agent: str) -> SumSource:
        """Return what sums one agent's responses."""
        return self.selector if len(self.scopes) == 1 else self.sums_of(self.scopes[agent])

    def sums_of(self, scope: int) -> SumSource:
        """Return what sums the responses of one scope."""
        return self._source.sums_of((scope,), self._mode)

    @property
    def today(self) -> date:
        """The present day in the zone."""
        return day_of(self.now, self.zone)

    @cached_property
    def projects(self) -> Projects:
        """The projects of all sessions."""
        projects = Projects(self.home)
        projects.learn(self.selector.workplaces(), self.names.workplaces())
        return projects

    @cached_property
    def places(self) -> Projects:
        """All projects, where it does not matter which sessions are theirs."""
        places = self.selector.places()
        if places is None:
            return self.projects
        projects = Projects(self.home)
        projects.learn_places(places, self.names.workplaces())
        return projects

    def projects_of(self, sessions: Collection[int]) -> Projects:
        """Return the projects, of some sessions at least."""
        projects = self.places
        if projects is not vars(self).get("projects"):
            projects.learn(self.selector.workplaces(sessions), self.names.workplaces())
        return projects

    def directory(self, number: int) -> str:
        """Return the name of a directory below `projects`."""
        return self.names.name("projects", number)
