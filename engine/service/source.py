"""What a service answers from: a monitor, and what whoever started it says beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Protocol

from engine.domain.questions import Question, Selection
from engine.domain.typed import asked

if TYPE_CHECKING:
    from engine.monitor import Monitor
    from engine.reports.queries.answers import Answers

Said = Mapping[str, Any]
"""What a request asks, by the names of `engine.domain.typed.asked`."""


class Configuration(Protocol):
    """What the user has configured, as the face that started the service keeps it."""

    def shown(self) -> object:
        """Return each value in force and where it comes from; of a secret only whether it is."""

    def change(self, values: Mapping[str, object]) -> object:
        """Keep values by their keys, `None` for what is usual; return what changed.

        Either all are kept or none; raises `SettingsError` for one that cannot hold.
        """


class Source:
    """The monitor, the names that projects are shown under, the configuration, the version."""

    def __init__(
        self,
        monitor: Monitor,
        version: str,
        aliases: Mapping[str, str] | None = None,
        configuration: Configuration | None = None,
        *,
        redacts_paths: bool = False,
    ) -> None:
        self.monitor = monitor
        self.version = version
        self.aliases = aliases or {}
        self.configuration = configuration
        self.redacts_paths = redacts_paths
        """Whether agents that ask by MCP are told no paths, projects and titles."""

    def answers(self, said: Said) -> Answers:
        """Return what answers in the zone and the weeks that a request names."""
        zone: tuple[str, tzinfo] | None = said.get("timezone")
        week_start: int | None = said.get("start_of_week")
        answers = self.monitor.answers
        if zone is not None or week_start is not None:
            answers = self.monitor.answers_in(zone or answers.zone, week_start)
        return answers.unkept()

    def selection(self, said: Said) -> Selection:
        """Return which responses a request asks about; raises `SettingsError`."""
        agents = said.get("agent") or self.monitor.settings.agents
        return asked.selection_of(said, self.answers(said).today(), agents)

    def question(self, kind: str, said: Said) -> Question:
        """Return what a request asks of a report; raises `SettingsError`."""
        return asked.question_of(kind, said, self.selection(said))
