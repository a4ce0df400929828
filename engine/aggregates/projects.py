"""Which project each session is of, and what projects are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from engine.domain.projects import (
    NO_PROJECT,
    Project,
    labels,
    names_of,
    project_at,
    project_named,
)

Workplaces = Mapping[int, tuple[str, bool]]
"""Path, and whether it is but the name of a directory below `projects`, by number."""

_NOWHERE = Project("", is_path=False)


class Projects:
    """The projects of the sessions in view, grown as sessions come and move.

    A project bears the number of the first of its workplaces. `home` is that of who asks.
    """

    def __init__(self, home: str = "") -> None:
        self.labels: dict[int, str] = {}
        """What each project is called."""
        self._home = home
        self._places: dict[int, tuple[Project, str]] = {}
        """The project of each workplace, and the working directory where it is known."""
        self._of: dict[int, int] = {}
        """The workplace of each session."""
        self._uses: Counter[int] = Counter()
        """How many sessions work in each workplace."""
        self._numbers: dict[int, int] = {}
        """The project's number of each workplace."""
        self._known: dict[int, Project] = {}

    def learn(self, sessions: Iterable[tuple[int, int]], workplaces: Workplaces) -> None:
        """Take where sessions work, by numbers, and all workplaces known."""
        moved = dict(sessions)
        if self._move(moved):
            self._know(moved.values(), workplaces)

    def learn_places(self, places: Iterable[int], workplaces: Workplaces) -> None:
        """Take places where sessions work, whichever these are."""
        used = list(places)
        self._uses.update(used)
        self._know(used, workplaces)

    def _know(self, places: Iterable[int], workplaces: Workplaces) -> None:
        """Find the projects of places, and what all projects are called."""
        for number in set(places) - self._places.keys():
            path, is_name = workplaces[number]
            project = project_named(path) if is_name else project_at(path, self._home)
            self._places[number] = project, "" if is_name else path
        first: dict[str, int] = {}
        for number in sorted(self._places):
            project = self._places[number][0]
            self._numbers[number] = first.setdefault(project.key, number)
        self._known = {number: self._places[number][0] for number in first.values()}
        in_use = {self._numbers[place] for place, uses in self._uses.items() if uses}
        self.labels = labels({number: self._known[number] for number in in_use})

    def _move(self, moved: Mapping[int, int]) -> bool:
        """Take where sessions work; say whether a workplace has its first or lost its last one.

        Names that no session bears any more must not make those of others longer.
        """
        has_changed = False
        for session, place in moved.items():
            left = self._of.get(session)
            if left == place:
                continue
            self._of[session] = place
            self._uses[place] += 1
            has_changed |= self._uses[place] == 1
            if left is not None:
                self._uses[left] -= 1
                has_changed |= self._uses[left] == 0
        return has_changed

    def of(self, session: int) -> int:
        """Return the number of a session's project, 0 where nothing is known of it."""
        return self._numbers.get(self._of.get(session, 0), 0)

    def at(self, workplace: int) -> int:
        """Return the number of a workplace's project, 0 where nothing is known of it."""
        return self._numbers.get(workplace, 0)

    def label(self, project: int) -> str:
        """Return what a project is called."""
        return self.labels.get(project, NO_PROJECT)

    def key(self, project: int) -> str:
        """Return what names a project: a path, a directory's name, or a container's label."""
        return self._known.get(project, _NOWHERE).key

    def is_path(self, project: int) -> bool:
        """Whether a project is a directory whose path is known."""
        return self._known.get(project, _NOWHERE).is_path

    def find(self, key: str) -> int | None:
        """Return the number of a project by what names it."""
        found = (number for number, project in self._known.items() if project.key == key)
        return next(found, None)

    def workplaces(self, project: int) -> tuple[int, ...]:
        """Return the workplaces of a project."""
        return tuple(place for place, number in self._numbers.items() if number == project)

    def workplace(self, session: int) -> int:
        """Return the number of where a session works, 0 where that is not known."""
        return self._of.get(session, 0)

    def worktree(self, session: int) -> str:
        """Return the name of the worktree that a session works in, empty where in none."""
        return self._places.get(self._of.get(session, 0), (_NOWHERE, ""))[0].worktree

    def path(self, session: int) -> str:
        """Return the working directory of a session, empty where that is not known."""
        return self._places.get(self._of.get(session, 0), (_NOWHERE, ""))[1]

    def named(self) -> dict[int, tuple[str, str]]:
        """Return the name of the directory below `projects` of each project, and its path."""
        return {number: names_of(project) for number, project in self._known.items()}

    def key_at(self, path: str) -> str:
        """Return what names the project that a path belongs to."""
        return project_at(path, self._home).key
