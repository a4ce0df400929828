"""From what a user selects to the sums it is answered from."""

from __future__ import annotations

from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from engine.domain.chosen import Chosen
from engine.domain.questions import Selection
from engine.reports.queries.basis import Basis
from engine.reports.queries.days import slots_between
from engine.reports.queries.matches import find_models, find_projects, no_model, no_project


class Choice(Struct, frozen=True):
    """What was selected, by the ledger's numbers."""

    chosen: Chosen
    notes: tuple[str, ...] = ()
    """Names that nothing bears; then nothing is chosen."""

    @property
    def is_narrowed(self) -> bool:
        """Whether only some projects or models were asked for."""
        return self.chosen.projects is not None or self.chosen.models is not None

    def between(self, since: date | None, until: date | None, basis: Basis) -> Chosen:
        """Return what is chosen of some days, `None` for no bound."""
        first, before = slots_between(since, until, basis.zone)
        return replace(self.chosen, first=first, before=before)


def choose(selection: Selection, basis: Basis) -> Choice:
    """Return the projects and models that a selection names; its days are left open."""
    notes: list[str] = []
    projects = models = None
    if selection.project is not None:
        projects = projects_named(selection.project, basis)
        if not projects:
            notes.append(unknown_project(selection.project, basis))
    if selection.model is not None:
        known = {number: basis.model(number) for number in basis.selector.numbers("model")}
        models = find_models(selection.model, known)
        if not models:
            notes.append(no_model(selection.model, sorted(known.values())))
    return Choice(Chosen(projects=projects, models=models), tuple(notes))


def projects_named(pattern: str, basis: Basis) -> tuple[int, ...]:
    """Return the projects with responses that a pattern names."""
    known = {number: basis.projects[number] for number in basis.selector.numbers("project")}
    return find_projects(pattern, known, basis.short_names)


def unknown_project(pattern: str, basis: Basis) -> str:
    """Say that no project has a name, with those that come near."""
    numbers = basis.selector.numbers("project")
    named = [basis.projects[number] for number in numbers]
    return no_project(pattern, named, [basis.short_names[number] for number in numbers])
