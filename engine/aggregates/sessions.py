"""Sessions and projects: sums of all time, and what the user calls them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from engine.aggregates.packed import Packed
from engine.aggregates.tally import Tally
from engine.domain.sums import SessionSums, Sums

Key = tuple[int, int, int]
"""Session, project, model."""


class Group:
    """Responses of one session (or project): their tally, and what they belong to."""

    __slots__ = ("projects", "sessions", "tally")

    def __init__(self) -> None:
        self.tally = Tally()
        self.projects: dict[int, int] = {}
        """Each project with its first response's time."""
        self.sessions: set[int] = set()

    def add(self, key: Key, sums: Sums) -> None:
        """Add a row of session, project and model."""
        self.tally.add(key[2], sums)
        first = self.projects.get(key[1], sums.first)
        self.projects[key[1]] = min(first, sums.first)
        self.sessions.add(key[0])

    @property
    def project(self) -> int:
        """The project of the first response."""
        return self.in_order()[0]

    def in_order(self) -> list[int]:
        """Return the projects in order of first use."""
        if len(self.projects) == 1:
            return list(self.projects)
        return sorted(self.projects, key=lambda project: (self.projects[project], project))


class Sessions:
    """Sums by session, project and model."""

    def __init__(self) -> None:
        self._rows: Packed[dict[int, dict[int, Sums]]] = Packed(dict[int, dict[int, Sums]])
        """By session, project and model."""

    def update(self, rows: Iterable[SessionSums]) -> None:
        """Take changed rows."""
        for session, of_session in groupby(rows, attrgetter("session")):
            projects = self._rows.get(session, {})
            for row in of_session:
                models = projects.setdefault(row.project, {})
                models.pop(row.model, None)
                if row.sums.responses:
                    models[row.model] = row.sums
            if any(projects.values()):
                self._rows[session] = projects
            else:
                self._rows.pop(session, None)

    def versions(self) -> list[tuple[int, object]]:
        """Return each session with an object that is another one once its rows have changed."""
        return list(self._rows.packed())

    def group(self, session: int) -> Group:
        """Return what one session sums to."""
        group = Group()
        for project, models in self._rows.get(session, {}).items():
            for model, sums in models.items():
                group.add((session, project, model), sums)
        return group

    def items(self) -> Iterator[tuple[Key, Sums]]:
        """Yield every row's key and sums."""
        for session, projects in self._rows.items():
            for project, models in projects.items():
                for model, sums in models.items():
                    yield (session, project, model), sums


def group_by(rows: Iterable[tuple[Key, Sums]], key: Callable[[Key], int]) -> dict[int, Group]:
    """Group rows by session, project or model."""
    groups: dict[int, Group] = {}
    for each, sums in rows:
        group = groups.get(key(each))
        if group is None:
            group = groups[key(each)] = Group()
        group.add(each, sums)
    return groups


def short_names(directories: dict[int, tuple[str, str]]) -> dict[int, str]:
    """Return short names for projects, from their directory's name and working directory.

    The last part of the working directory; where two projects share it, the parent's name
    stands before it.
    """
    parts = {
        project: _parts(directory) or [name or "no project"]
        for project, (name, directory) in directories.items()
    }
    counts: dict[str, int] = {}
    for each in parts.values():
        counts[each[-1]] = counts.get(each[-1], 0) + 1
    return {
        project: each[-1] if counts[each[-1]] == 1 else "/".join(each[-2:])
        for project, each in parts.items()
    }


def _parts(directory: str) -> list[str]:
    return [part for part in directory.replace("\\", "/").split("/") if part]
