"""Makes reports: the rows of a tab and their exact totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from threading import RLock

from msgspec.structs import replace

from engine.accumulators.blocks import BlockSpan
from engine.accumulators.sessions import Group, group_by
from engine.accumulators.totals import Tally, share
from engine.accumulators.view import View
from engine.ledger.names import Names
from engine.ledger.reading import Reader, slot_bounds, slot_of
from engine.reports import Figures, Report, ReportKind, Row, Span
from engine.row_totals import total_of
from engine.times import DAY, HOUR, day_of, start_of_day, start_of_week
from engine.titles import Titles

_SPANS: Mapping[Span, int] = {"5h": 5 * HOUR, "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY}
_LATEST_SLOT = 1 << 62


class Tabulator:
    """Makes reports of one view, for one moment."""

    def __init__(
        self,
        view: View,
        reader: Reader,
        names: Names,
        lock: RLock,
        week_start: int,
        project_names: Callable[[], Mapping[int, str]],
        titles: Titles,
    ) -> None:
        self._view = view
        self._reader = reader
        self._names = names
        self._lock = lock
        self._week_start = week_start
        self._project_names = project_names
        self._titles = titles

    def report(self, kind: ReportKind, span: Span, now: int, zone: str, revision: int) -> Report:
        """Return a tab's rows, newest (or dearest) first, with totals."""
        first = slot_of(now - _SPANS[span]) if span in _SPANS else 0
        if kind in ("daily", "weekly", "monthly"):
            rows = self._periods(kind, first, day_of(now, self._view.history.zone).year)
        elif kind == "blocks":
            rows = self._blocks(first, now)
        else:
            rows = self._groups(kind, first)
        return _finish(kind, span, zone, revision, rows)

    def _periods(self, kind: ReportKind, first: int, year: int) -> list[Row]:
        """Return days, weeks or months; the earliest may be cut by the span."""
        with self._lock:
            days = dict(self._view.history.days())
            if first:
                days = self._cut(days, first)
        groups: dict[date, Tally] = {}
        for day, tally in days.items():
            groups.setdefault(self.begin(kind, day), Tally()).add_all(tally.by_model)
        ends = {begin: self.end(kind, begin) for begin in groups}
        zone = self._view.history.zone
        slots = [
            (max(first, slot_of(start_of_day(begin, zone))), slot_of(start_of_day(end, zone)))
            for begin, end in ends.items()
        ]
        counts = self._reader.session_counts(slots)
        rows = [
            Row(
                key=f"{begin:%Y-%m}" if kind == "monthly" else begin.isoformat(),
                label=_period_label(kind, begin, year),
                figures=tally.figures(self._names.model),
                cost_share=0.0,
                token_share=0.0,
                sessions=count,
                start=start_of_day(begin, zone),
                end=start_of_day(ends[begin], zone),
                by_model=tally.parts(self._names.model),
            )
            for (begin, tally), count in zip(groups.items(), counts, strict=True)
        ]
        rows.reverse()
        return rows

    def _cut(self, days: dict[date, Tally], first: int) -> dict[date, Tally]:
        """Leave out what came before a slot."""
        history = self._view.history
        kept: dict[date, Tally] = {}
        for day, tally in days.items():
            begin, end = history.slots_of_day(day)
            if begin >= first:
                kept[day] = tally
            elif end > first and (rest := history.tally(first, end)).by_model:
                kept[day] = rest
        return kept

    def begin(self, kind: ReportKind, day: date) -> date:
        """Return the first day of the day, week or month that a day is in."""
        if kind == "weekly":
            return start_of_week(day, self._week_start)
        return day.replace(day=1) if kind == "monthly" else day

    def end(self, kind: ReportKind, begin: date) -> date:
        """Return the day after a day, week or month, given its first."""
        if kind == "weekly":
            return begin + timedelta(days=7)
        if kind == "monthly":
            return (begin + timedelta(days=32)).replace(day=1)
        return begin + timedelta(days=1)

    def _blocks(self, first: int, now: int) -> list[Row]:
        """Return blocks with the gaps between them; a span keeps blocks that reach into it."""
        with self._lock:
            chain = list(self._view.blocks.chain)
            gaps = [self._view.blocks.gap_before(place) for place in range(len(chain))]
            active = self._view.blocks.active(now)
        moment = slot_bounds(first)[0] if first else 0
        rows: list[Row] = []
        for block, gap in zip(reversed(chain), reversed(gaps), strict=True):
            if block.last < moment:
                break
            rows.append(self._block_row(block, block is active))
            if gap is not None and gap[1] >= moment:
                rows.append(_gap_row(*gap))
        return rows

    def _block_row(self, block: BlockSpan, is_active: bool) -> Row:
        return Row(
            key=str(block.start),
            label="",
            figures=block.tally.figures(self._names.model),
            cost_share=0.0,
            token_share=0.0,
            start=block.start,
            end=block.end,
            is_active=is_active,
            by_model=block.tally.parts(self._names.model),
        )

    def _groups(self, kind: ReportKind, first: int) -> list[Row]:
        """Return sessions, projects or models; a span counts from its slot on."""
        if first:
            rows = self._reader.session_rows_between(first, _LATEST_SLOT)
            keyed = [((row[0], row[1], row[2]), row[3:]) for row in rows]
        else:
            with self._lock:
                keyed = list(self._view.sessions.rows.items())  # type: ignore[arg-type]
        place = {"sessions": 0, "projects": 1, "models": 2}[kind]
        groups = group_by(keyed, lambda key: key[place])
        make = {
            "sessions": self.session_row,
            "projects": self._project_row,
            "models": self._model_row,
        }[kind]
        projects = self._project_names()
        made = [make(number, group, projects) for number, group in groups.items()]
        if kind == "sessions":
            made.sort(key=lambda row: (-(row.figures.last or 0), row.key))
        else:
            made.sort(key=lambda row: (-row.figures.cost, -row.figures.tokens.total, row.key))
        return made

    def session_row(self, session: int, group: Group, projects: Mapping[int, str]) -> Row:
        """Return a session's row; its shares are those of no report."""
        figures = group.tally.figures(self._names.model)
        name = self._names.name("sessions", session)
        return Row(
            key=name,
            label=self._titles.title(name) or name,
            figures=figures,
            cost_share=0.0,
            token_share=0.0,
            sessions=1,
            project=projects.get(group.project, ""),
            projects=_named(group, projects),
            start=figures.first,
            end=figures.last,
            by_model=group.tally.parts(self._names.model),
        )

    def _project_row(self, project: int, group: Group, projects: Mapping[int, str]) -> Row:
        figures = group.tally.figures(self._names.model)
        return Row(
            key=self._names.name("projects", project),
            label=projects.get(project, ""),
            figures=figures,
            cost_share=0.0,
            token_share=0.0,
            sessions=len(group.sessions),
            project=projects.get(project, ""),
            start=figures.first,
            end=figures.last,
            by_model=group.tally.parts(self._names.model),
        )

    def _model_row(self, model: int, group: Group, projects: Mapping[int, str]) -> Row:
        figures = group.tally.figures(self._names.model)
        return Row(
            key=self._names.model(model),
            label=self._names.model(model),
            figures=figures,
            cost_share=0.0,
            token_share=0.0,
            sessions=len(group.sessions),
            projects=_named(group, projects),
            start=figures.first,
            end=figures.last,
        )


def _named(group: Group, projects: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(
        projects.get(project, "")
        for project in sorted(group.projects, key=group.projects.__getitem__)
    )


def _gap_row(start: int, end: int) -> Row:
    return Row(
        key=f"gap-{start}",
        label="",
        figures=Figures(),
        cost_share=0.0,
        token_share=0.0,
        start=start,
        end=end,
        is_gap=True,
    )


def _period_label(kind: ReportKind, begin: date, year: int) -> str:
    """Name a period; days and weeks of another year than the present one say which."""
    if kind == "monthly":
        return f"{begin:%b %Y}"
    if kind == "weekly":
        end = begin + timedelta(days=6)
        named = f"{begin.day} {begin:%b} to {end.day} {end:%b}"
    else:
        named = f"{begin:%a} {begin.day} {begin:%b}"
    return named if begin.year == year else f"{named} {begin.year}"


def _finish(kind: ReportKind, span: Span, zone: str, revision: int, rows: list[Row]) -> Report:
    """Add totals, and each row's shares of them."""
    totals = total_of(rows)
    tokens, cost = totals.figures.tokens.total, totals.figures.cost
    return Report(
        kind=kind,
        span=span,
        zone=zone,
        revision=revision,
        rows=tuple(with_shares(rows, tokens, cost)),
        totals=replace(
            totals,
            label="Total",
            cost_share=share(cost, cost),
            token_share=share(tokens, tokens),
            sessions=sum(row.sessions for row in rows) if kind == "sessions" else 0,
        ),
    )


def with_shares(rows: Iterable[Row], tokens: int, cost: int) -> Iterable[Row]:
    """Yield rows with their shares of a whole."""
    for row in rows:
        yield replace(
            row,
            cost_share=share(row.figures.cost, cost),
            token_share=share(row.figures.tokens.total, tokens),
        )
