"""From what a user selects to the sums it is answered from."""

from __future__ import annotations

from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from engine.domain.chosen import Chosen
from engine.domain.machines import Machine
from engine.domain.questions import Selection
from engine.reports.queries.basis import Basis
from engine.reports.queries.days import slots_between
from engine.reports.queries.matches import (
    find_models,
    find_named,
    find_projects,
    no_model,
    no_project,
    none_named,
)


class Places(Struct, frozen=True):
    """What a pattern names: directories below `projects`, or where the sessions of projects work.

    Nothing is named where all is `None`.
    """

    directories: tuple[int, ...] | None = None
    workplaces: tuple[int, ...] | None = None
    projects: tuple[int, ...] = ()


class Choice(Struct, frozen=True):
    """What was selected, by the ledger's numbers."""

    chosen: Chosen
    notes: tuple[str, ...] = ()
    """Names that nothing bears; then nothing is chosen."""
    projects: tuple[int, ...] = ()
    """The projects that were named."""

    @property
    def is_narrowed(self) -> bool:
        """Whether only some projects, models or machines were asked for."""
        return any(
            each is not None
            for each in (self.chosen.directories, self.chosen.workplaces, self.chosen.models)
        )

    def between(self, since: date | None, until: date | None, basis: Basis) -> Chosen:
        """Return what is chosen of some days, `None` for no bound."""
        first, before = slots_between(since, until, basis.zone)
        return replace(self.chosen, first=first, before=before)


def choose(selection: Selection, basis: Basis, *, by_directory: bool = False) -> Choice:
    """Return the projects, models and machines that a selection names; its days are left open.

    By directory, as ccusage has it, a directory's name comes before a project's.
    """
    notes: list[str] = []
    named = Places()
    models = None
    if selection.project is not None:
        found = places_named(selection.project, basis, by_directory=by_directory)
        named = found or Places(workplaces=())
        if found is None:
            notes.append(unknown_project(selection.project, basis))
    if selection.model is not None:
        known = {number: basis.model(number) for number in basis.selector.numbers("model")}
        models = find_models(selection.model, known)
        if not models:
            notes.append(no_model(selection.model, sorted(known.values())))
    for noun, pattern in (("machine", selection.machine), ("person", selection.person)):
        if pattern is not None and not notes:
            models = _of_machines(noun, pattern, models, basis)
            if models is None:
                notes.append(none_named(noun, pattern, _called(noun, basis)))
    chosen = Chosen(directories=named.directories, workplaces=named.workplaces, models=models)
    return Choice(chosen, tuple(notes), named.projects)


def _of_machines(
    noun: str, pattern: str, models: tuple[int, ...] | None, basis: Basis
) -> tuple[int, ...] | None:
    """Return the models of the machines or people that a pattern names, `None` for nobody.

    A model's number is of one machine (`engine.ledger.schema`).
    """
    called = _called(noun, basis)
    of = basis.model.person
    if noun == "machine":
        of = basis.model.machine
        pattern = next((name for name, each in called.items() if each.id == pattern), pattern)
    named = find_named(pattern, called)
    if not named:
        return None
    numbers = basis.selector.numbers("model") if models is None else models
    return tuple(number for number in numbers if of(number) in named)


def _called(noun: str, basis: Basis) -> dict[str, Machine]:
    """Return machines by what they, or the people who work on them, are called."""
    names = basis.names
    if noun == "machine":
        return {names.machine_label(place): each for place, each in names.machines().items()}
    return {each.person: each for each in names.machines().values() if each.person}


def places_named(pattern: str, basis: Basis, *, by_directory: bool = False) -> Places | None:
    """Return the projects with responses that a pattern names, `None` where there is none.

    The name of a directory below `projects`, unless it is a project's, means what is in that
    directory alone: a worktree without its repository, or all projects that share the name.
    """
    projects, used = basis.places, _used(basis)
    project = None if by_directory else projects.find(pattern)
    project = project if project in used else None
    if pattern and project is None:
        for number in basis.selector.numbers("directory"):
            if basis.directory(number) == pattern:
                return Places(directories=(number,))
    found = (
        (project,)
        if project is not None
        else find_projects(pattern, used, projects.labels, projects.key_at)
    )
    if not found:
        return None
    workplaces = tuple(place for number in found for place in projects.workplaces(number))
    return Places(workplaces=workplaces, projects=found)


def _used(basis: Basis) -> dict[int, tuple[str, str]]:
    """Return by what names the projects go that have responses."""
    projects, places = basis.places, basis.selector.places()
    if places is None:
        used = {projects.of(session) for session in basis.selector.numbers("session")}
    else:
        used = set(map(projects.at, places))
    return {number: names for number, names in projects.named().items() if number in used}


def unknown_project(pattern: str, basis: Basis) -> str:
    """Say that no project has a name, with those that come near."""
    used = _used(basis)
    return no_project(pattern, used.values(), map(basis.places.label, used))
