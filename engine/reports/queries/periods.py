"""Hours, days, weeks and months, also apart by project, and how months differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta, timezone

from msgspec.structs import replace

from engine.aggregates.tally import Tally
from engine.domain.chosen import Chosen, Key
from engine.domain.periods import day_after, first_day, first_day_before, key_of, label_of
from engine.domain.projects import NO_PROJECT
from engine.domain.questions import AnswerRow, Question, Trend
from engine.domain.slots import slot_of
from engine.domain.times import DAY, HOUR, SECOND, moment_at, offsets_between, start_of_day
from engine.reports.queries.basis import Basis
from engine.reports.queries.changes import change_between
from engine.reports.queries.choice import Choice
from engine.reports.queries.steps import Stepped, Steps, day_numbered, hour_bounds
from engine.reports.rows import period_row

EVERYWHERE = -1
"""Stands for all projects where periods are not apart by project."""

Place = tuple[int, Stepped]
"""A project or directory, with an hour or with a period by the number of its first day."""


class PeriodRows:
    """The rows of one question about periods."""

    def __init__(self, question: Question, choice: Choice, basis: Basis) -> None:
        self._question = question
        self._choice = choice
        self._basis = basis
        self._by = question.report.by
        self._is_hourly = self._by == "hour"
        self._begins: dict[int, int] = {}
        since, until = question.selection.since, question.selection.until
        begin = self._begin_of_last(question.last)
        if begin is not None:
            since = begin if since is None else max(since, begin)
        self._since, self._until = since, until
        self._chosen = choice.between(since, until, basis)
        if self._is_hourly and question.last is not None:
            first = slot_of(self._hour_before(question.last - 1))
            self._chosen = replace(self._chosen, first=max(self._chosen.first, first))
        self._keys: tuple[Key, ...] = ()
        self._where: Callable[[int], int] = int
        """Returns the number of what periods are apart by, of one of the keys."""
        if question.by_project:
            self._keys = ("directory",) if question.by_directory else ("session",)
            self._where = int if question.by_directory else basis.projects.of
        length = HOUR if self._is_hourly else DAY
        self._steps = Steps(basis.selector, basis.zone, length)

    def rows(self) -> tuple[list[AnswerRow], int]:
        """Return the rows by time, and how many sessions they are of."""
        tallies: dict[Place, Tally] = {}
        for step, row in self._steps.sums(self._keys, self._chosen):
            place = self._place(step, self._where(row.keys[0]) if self._keys else EVERYWHERE)
            tallies.setdefault(place, Tally()).add(row.model, row.sums)
        counts, total = self._session_counts()
        make = self._hour if self._is_hourly else self._period
        places = sorted(tallies, key=lambda place: (self._time(place[1]), place[0]))
        rows = [make(place, tallies[place], counts[place]) for place in places]
        if self._by == "month" and not self._keys:
            rows = self._with_trends(rows)
        return rows, total

    def _begin_of_last(self, last: int | None) -> date | None:
        """Return the first day of the newest so many days, weeks or months."""
        if last is None or self._is_hourly:
            return None
        basis, by = self._basis, self._by
        begin = first_day(by, basis.today, basis.week_start)
        try:
            return first_day_before(by, begin, last - 1)
        except (OverflowError, ValueError):
            return None

    def _hour_before(self, count: int) -> int:
        """Return when the clock's hour began that was so many hours ago."""
        moment = max(self._basis.now - count * HOUR, 0)
        ((_, ahead),) = offsets_between(moment, moment, self._basis.zone)
        return max(hour_bounds((moment + ahead) // HOUR, ahead, self._basis.zone)[0], 0)

    def _place(self, step: Stepped, where: int) -> Place:
        return (where, step if self._is_hourly else (self._begin(step[0]), 0))

    def _begin(self, number: int) -> int:
        """Return the number of the first day of the period that a day is in."""
        begin = self._begins.get(number)
        if begin is None:
            day = day_numbered(number)
            first = first_day(self._by, day, self._basis.week_start)
            begin = self._begins[number] = number - (day - first).days
        return begin

    def _time(self, step: Stepped) -> int:
        return step[0] * HOUR - step[1] if self._is_hourly else step[0]

    def _session_counts(self) -> tuple[Counter[Place], int]:
        """Return the number of sessions of each place, and of all."""
        if self._is_hourly or self._keys:
            found = self._steps.sessions(self._keys, self._chosen)
            named = (
                (self._place(step, self._where(row[0]) if self._keys else EVERYWHERE), row[-1])
                for step, row in found
            )
            return _counted(named)
        by_days, longer = self._steps.session_counts(self._chosen)
        counts, total = _counted(
            (self._place((number, 0), EVERYWHERE), session) for number, session in longer
        )
        for days, count in by_days.items():
            for place in {self._place((number, 0), EVERYWHERE) for number in days}:
                counts[place] += count
        return counts, total + sum(by_days.values())

    def _hour(self, place: Place, tally: Tally, sessions: int) -> AnswerRow:
        number, ahead = place[1]
        basis = self._basis
        zone = timezone(timedelta(milliseconds=ahead))
        begin = moment_at((number * HOUR - ahead) // SECOND * SECOND, zone)
        label = f"{label_of('day', begin.date(), basis.today.year)} {begin:%H:%M}"
        span = hour_bounds(number, ahead, basis.zone)
        row = period_row(begin.isoformat(), label, tally, span, sessions, basis.model)
        return self._placed(AnswerRow(row=row), place[0])

    def _period(self, place: Place, tally: Tally, sessions: int) -> AnswerRow:
        by, basis = self._by, self._basis
        begin = day_numbered(place[1][0])
        end = day_after(by, begin)
        row = period_row(
            key_of(by, begin),
            label_of(by, begin, basis.today.year),
            tally,
            (start_of_day(begin, basis.zone), start_of_day(end, basis.zone)),
            sessions,
            basis.model,
        )
        return self._placed(AnswerRow(row=row), place[0])

    def _placed(self, row: AnswerRow, where: int) -> AnswerRow:
        """Return a row with the project or directory it is of, if it is of one."""
        named = self._choice.projects
        if where == EVERYWHERE:
            directories = self._choice.chosen.directories
            if directories is not None and len(directories) == 1:
                return self._of_directory(row, directories[0])
            return self._of_project(row, named[0]) if len(named) == 1 else row
        if self._question.by_directory:
            return self._of_directory(row, where)
        return self._of_project(row, where)

    def _of_directory(self, row: AnswerRow, directory: int) -> AnswerRow:
        name = self._basis.directory(directory)
        return replace(row, row=replace(row.row, project=name or NO_PROJECT), directory=name)

    def _of_project(self, row: AnswerRow, project: int) -> AnswerRow:
        projects = self._basis.projects
        named = replace(row.row, project=projects.label(project))
        return replace(row, row=named, project=projects.key(project))

    def _with_trends(self, rows: list[AnswerRow]) -> list[AnswerRow]:
        """Return months with their trends, where they are not cut by the days asked for."""
        if not rows:
            return rows
        since = _month_before(_first_of(rows[0]))
        months = self._months(self._choice.between(since, self._until, self._basis))
        return [replace(row, trend=self._trend(row, months)) for row in rows]

    def _months(self, chosen: Chosen) -> dict[date, dict[int, Tally]]:
        """Return tallies by the first of the month and the day's place in it."""
        months: dict[date, dict[int, Tally]] = {}
        for (number, _), row in self._steps.sums((), chosen):
            day = day_numbered(number)
            days = months.setdefault(day.replace(day=1), {})
            days.setdefault(day.day, Tally()).add(row.model, row.sums)
        return months

    def _trend(self, row: AnswerRow, months: dict[date, dict[int, Tally]]) -> Trend | None:
        """Return how a month differs from the one before it, if that has responses."""
        begin = _first_of(row)
        end = day_after("month", begin)
        today = self._basis.today
        is_running = begin <= today < end
        last = today if is_running else end - timedelta(days=1)
        if (self._since or begin) > begin or (self._until or last) < last:
            return None
        before = _month_before(begin)
        if before not in months:
            return None
        same = Tally()
        for day, tally in months[before].items():
            if not is_running or day <= today.day:
                same.add_all(tally.by_model)
        change = change_between(same.figures(self._basis.model), row.row.figures)
        return Trend(before=key_of("month", before), change=change, is_to_date=is_running)


def _first_of(row: AnswerRow) -> date:
    return date.fromisoformat(f"{row.row.key}-01")


def _month_before(begin: date) -> date:
    return first_day_before("month", begin, 1)


def _counted(named: Iterable[tuple[Place, int]]) -> tuple[Counter[Place], int]:
    """Count sessions, each once a place; return the counts and the number of all."""
    places: dict[Place, set[int]] = {}
    for place, session in named:
        places.setdefault(place, set()).add(session)
    counts = Counter({place: len(sessions) for place, sessions in places.items()})
    return counts, len(set().union(*places.values()))
