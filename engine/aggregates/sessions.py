"""Sessions: sums of all time, grouped by session, project or model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from engine.aggregates.packed import Packed
from engine.aggregates.projects import Projects
from engine.aggregates.tally import Tally
from engine.domain.sums import PlacedSums, SessionSums, Sums

Key = tuple[int, int, int]
"""Session, directory of its transcript, model."""


class Group:
    """Responses of one session, project or model: their tally, and what they belong to."""

    __slots__ = ("directories", "sessions", "tally")

    def __init__(self) -> None:
        self.tally = Tally()
        self.directories: dict[int, int] = {}
        """Each directory of transcripts with its first response's time."""
        self.sessions: dict[int, int] = {}
        """Each session with its first response's time."""

    def add(self, key: Key, sums: Sums) -> None:
        """Add a row of session, directory and model."""
        self.tally.add(key[2], sums)
        for times, number in ((self.directories, key[1]), (self.sessions, key[0])):
            times[number] = min(times.get(number, sums.first), sums.first)

    @property
    def session_count(self) -> int:
        """How many sessions it is of."""
        return len(self.sessions)

    def in_order(self) -> list[int]:
        """Return the directories in order of first use."""
        return _by_time(self.directories)

    def projects(self, projects: Projects, /) -> list[int]:
        """Return the sessions' projects in order of first use."""
        return list(dict.fromkeys(map(projects.of, _by_time(self.sessions))))


class PlacedGroup(Group):
    """A group whose sessions were counted where its sums are kept."""

    __slots__ = ("_counted", "_projects")

    def __init__(self) -> None:
        super().__init__()
        self._counted = 0
        self._projects: dict[int, int] = {}

    def count(self, sessions: int) -> None:
        """Take so many sessions more."""
        self._counted += sessions

    def use(self, project: int, first: int) -> None:
        """Take a project with its first response's time."""
        self._projects[project] = min(self._projects.get(project, first), first)

    @property
    def session_count(self) -> int:
        """How many sessions it is of."""
        return self._counted

    def projects(self, _projects: Projects, /) -> list[int]:
        """Return the sessions' projects in order of first use."""
        return _by_time(self._projects)


def models_of(
    placed: PlacedSums, projects: Projects, of_any: Callable[[int], int]
) -> dict[int, Group]:
    """Group sums by model, of whatever machine."""
    groups: dict[int, PlacedGroup] = {}
    for row in placed.rows:
        group = groups.setdefault(of_any(row.model), PlacedGroup())
        group.tally.add(row.model, row.sums)
        group.use(projects.at(row.workplace), row.sums.first)
    for model, sessions in placed.sessions:
        groups[of_any(model)].count(sessions)
    for model, directory, first in placed.directories:
        times = groups[of_any(model)].directories
        times[directory] = min(times.get(directory, first), first)
    return dict(groups)


def projects_of(placed: PlacedSums, projects: Projects) -> dict[int, Group]:
    """Group sums by project."""
    groups: dict[int, PlacedGroup] = {}
    for row in placed.rows:
        group = groups.setdefault(projects.at(row.workplace), PlacedGroup())
        group.tally.add(row.model, row.sums)
    for workplace, sessions in placed.sessions:
        groups[projects.at(workplace)].count(sessions)
    return dict(groups)


def _by_time(times: dict[int, int]) -> list[int]:
    if len(times) == 1:
        return list(times)
    return sorted(times, key=lambda number: (times[number], number))


class Sessions:
    """Sums by session, directory and model."""

    def __init__(self) -> None:
        self._rows: Packed[dict[int, dict[int, Sums]]] = Packed(dict[int, dict[int, Sums]])
        """By session, directory and model."""

    def update(self, rows: Iterable[SessionSums]) -> None:
        """Take changed rows."""
        for session, of_session in groupby(rows, attrgetter("session")):
            directories = self._rows.get(session, {})
            for row in of_session:
                models = directories.setdefault(row.directory, {})
                models.pop(row.model, None)
                if row.sums.responses:
                    models[row.model] = row.sums
            if any(directories.values()):
                self._rows[session] = directories
            else:
                self._rows.pop(session, None)

    def versions(self) -> list[tuple[int, object]]:
        """Return each session with an object that is another one once its rows have changed."""
        return list(self._rows.packed())

    def group(self, session: int) -> Group:
        """Return what one session sums to."""
        group = Group()
        for directory, models in self._rows.get(session, {}).items():
            for model, sums in models.items():
                group.add((session, directory, model), sums)
        return group

    def items(self) -> Iterator[tuple[Key, Sums]]:
        """Yield every row's key and sums."""
        for session, directories in self._rows.items():
            for directory, models in directories.items():
                for model, sums in models.items():
                    yield (session, directory, model), sums


def group_by(rows: Iterable[tuple[Key, Sums]], key: Callable[[Key], int]) -> dict[int, Group]:
    """Group rows by session, project or model."""
    groups: dict[int, Group] = {}
    for each, sums in rows:
        group = groups.get(key(each))
        if group is None:
            group = groups[key(each)] = Group()
        group.add(each, sums)
    return groups
