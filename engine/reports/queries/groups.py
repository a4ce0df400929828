"""Sessions, projects and models, each with all that is chosen of it; one session in full."""

from __future__ import annotations

from collections.abc import Callable

from engine.aggregates.projects import Projects
from engine.aggregates.sessions import Group, Key, group_by, models_of, projects_of
from engine.domain.chosen import Chosen
from engine.domain.questions import AnswerRow, SessionAnswer
from engine.domain.report_definitions import By
from engine.domain.reports import ResponseRow
from engine.domain.responses import Tokens
from engine.domain.sums import PlacedSums
from engine.reports.queries.basis import Basis
from engine.reports.rows import model_row, project_row, session_row


def session_rows(chosen: Chosen, basis: Basis) -> tuple[list[AnswerRow], int]:
    """Return sessions' rows, and how many there are."""
    groups = _grouped(chosen, basis, lambda key: key[0])
    projects = basis.projects_of(groups)
    rows = [session_answer(session, group, projects, basis) for session, group in groups.items()]
    return rows, len(groups)


def project_rows(chosen: Chosen, basis: Basis) -> tuple[list[AnswerRow], int]:
    """Return projects' rows, and how many sessions they are of."""
    projects, placed = basis.places, basis.selector.placed("project", chosen)
    if placed is None:
        groups = _grouped(chosen, basis, lambda key: projects.of(key[0]))
    else:
        groups = projects_of(placed, projects)
    rows = [
        AnswerRow(
            row=project_row(projects.key(project), projects.label(project), group, basis.model)
        )
        for project, group in groups.items()
    ]
    return rows, _sessions(groups, placed)


def model_rows(chosen: Chosen, basis: Basis) -> tuple[list[AnswerRow], int]:
    """Return models' rows, and how many sessions they are of."""
    projects, placed = basis.places, basis.selector.placed("model", chosen)
    of_any = basis.model.of_any_machine
    if placed is None:
        groups = _grouped(chosen, basis, lambda key: of_any(key[2]))
    else:
        groups = models_of(placed, projects, of_any)
    rows = [
        AnswerRow(
            row=model_row(model, group, projects, basis.model),
            directories=_directories(group, basis),
        )
        for model, group in groups.items()
    ]
    return rows, _sessions(groups, placed)


GROUPS: dict[By, Callable[[Chosen, Basis], tuple[list[AnswerRow], int]]] = {
    "session": session_rows,
    "project": project_rows,
    "model": model_rows,
}
"""What answers a question about each kind of group."""


def session_answer(session: int, group: Group, projects: Projects, basis: Basis) -> AnswerRow:
    """Return the row of one session."""
    name = basis.names.name("sessions", session)
    directories = _directories(group, basis)
    return AnswerRow(
        row=session_row(name, name, group, projects, basis.model),
        project=projects.key(projects.of(session)),
        worktree=projects.worktree(session),
        directory=directories[0],
        directories=directories,
    )


def one_session(name: str, basis: Basis) -> SessionAnswer | None:
    """Return a session by its id, `None` where nothing is known of it; it bears no title."""
    session = basis.names.find("sessions", name)
    if session is None:
        return None
    group = whole_group(Chosen(sessions=(session,)), basis)
    if not group.sessions:
        return None
    singles = basis.selector.singles_of(session)
    return SessionAnswer(
        session=name,
        title="",
        row=session_answer(session, group, basis.projects_of((session,)), basis),
        responses=tuple(
            ResponseRow(
                time=single.time,
                model=basis.model(single.model),
                tokens=Tokens(*single.tokens),
                cost=single.cost,
                agent=basis.names.name("agents", single.agent),
                is_sidechain=single.is_sidechain,
            )
            for single in singles
        ),
        recorded=tuple(single.recorded for single in singles),
    )


def whole_group(chosen: Chosen, basis: Basis) -> Group:
    """Return all that is chosen as one group."""
    group = Group()
    for row in basis.selector.sums(("session", "directory"), chosen):
        group.add((row.keys[0], row.keys[1], row.model), row.sums)
    return group


def _grouped(chosen: Chosen, basis: Basis, part: Callable[[Key], int]) -> dict[int, Group]:
    """Group what is chosen by a part of what sums are kept by."""
    rows = basis.selector.sums(("session", "directory"), chosen)
    return group_by((((row.keys[0], row.keys[1], row.model), row.sums) for row in rows), part)


def _directories(group: Group, basis: Basis) -> tuple[str, ...]:
    return tuple(map(basis.directory, group.in_order()))


def _sessions(groups: dict[int, Group], placed: PlacedSums | None) -> int:
    if placed is not None:
        return placed.total
    return len({session for group in groups.values() for session in group.sessions})
