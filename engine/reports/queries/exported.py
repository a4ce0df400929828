"""The responses that a selection chooses, one by one, for who hands them to other programs."""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain.digest import blake2b
from engine.domain.exported import BookedResponse, ExportedMonth, ExportedResponse
from engine.domain.questions import Selection
from engine.reports.queries.basis import Basis
from engine.reports.queries.choice import choose


class Exported:
    """The chosen responses of one moment, month by month; months are of UTC."""

    def __init__(self, selection: Selection, basis: Basis) -> None:
        choice = choose(selection, basis)
        self.notes = choice.notes
        """Names that nothing bears; then there is no month."""
        self._basis = basis
        self._chosen = choice.between(selection.since, selection.until, basis)
        self._selection = selection

    @property
    def stamp(self) -> str:
        """Tells what was chosen and what machines and people are called, as a digest."""
        machines = sorted(self._basis.names.machines().items())
        told = repr((self._chosen, self._selection, machines))
        return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def months(self) -> list[ExportedMonth]:
        """Return the months that have responses, the earliest first."""
        return [] if self.notes else self._basis.selector.months(self._chosen)

    def of_month(self, month: str) -> Iterator[ExportedResponse]:
        """Yield the responses of a month in time order."""
        return map(self._named, self._basis.selector.of_month(self._chosen, month))

    def _named(self, booked: BookedResponse) -> ExportedResponse:
        basis = self._basis
        model, projects, names = basis.model, basis.projects, basis.names
        return ExportedResponse(
            booked.id,
            booked.time,
            model.person(booked.model),
            model.machine(booked.model) if model.has_machines else "",
            model.agent(booked.model),
            model.provider(booked.model),
            model(booked.model),
            names.name("sessions", booked.session),
            projects.key(projects.of(booked.session)),
            names.name("agents", booked.sub_agent),
            bool(booked.is_sidechain),
            booked.input,
            booked.output,
            booked.cache_read,
            booked.cache_write_5m,
            booked.cache_write_1h,
            booked.reasoning,
            booked.searches,
            booked.cost,
            booked.recorded,
            booked.calculated,
        )
