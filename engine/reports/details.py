"""Makes details: what is inside one row of a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from threading import RLock

from engine.agents.claude.titles import Titles, agent_names
from engine.aggregates.blocks import LENGTH
from engine.aggregates.sessions import group_by
from engine.aggregates.tally import Tally, shares
from engine.aggregates.view import View
from engine.domain.periods import day_after
from engine.domain.reports import Detail, Part, Point, ReportKind, ResponseRow, Row
from engine.domain.times import HOUR, day_of, start_of_day
from engine.ledger.rows import Reader, paths_of_session, slot_of
from engine.ledger.store import Ledger
from engine.ledger.sums import QUARTER
from engine.reports.points import point
from engine.reports.rows import with_shares
from engine.reports.tabs import TabMaker

_MOST_RESPONSES = 1_000
_MOST_POINTS = 400


class DetailMaker:
    """Makes details from one view and its ledger."""

    def __init__(
        self,
        view: View,
        reader: Reader,
        ledger: Ledger,
        lock: RLock,
        tabs: TabMaker,
        project_names: Callable[[], Mapping[int, str]],
        roots: list[str],
        titles: Titles,
    ) -> None:
        self._view = view
        self._reader = reader
        self._ledger = ledger
        self._names = ledger.names
        self._lock = lock
        self._tabs = tabs
        self._project_names = project_names
        self._roots = roots
        self._titles = titles

    def detail(self, kind: ReportKind, key: str) -> Detail | None:
        """Return what is inside a row, `None` where there is no such row."""
        try:
            return self._detail(kind, key)
        except (ValueError, OverflowError):
            return None

    def _detail(self, kind: ReportKind, key: str) -> Detail | None:
        if kind == "sessions":
            return self._session(key)
        if kind in ("projects", "models"):
            return self._group(kind, key)
        if kind == "blocks":
            return self._block(key)
        return self._period(kind, key)

    def _period(self, kind: ReportKind, key: str) -> Detail | None:
        begin = date.fromisoformat(f"{key}-01" if kind == "monthly" else key)
        if not begin.isoformat().startswith(key) or self._tabs.begin(kind, begin) != begin:
            return None
        end = day_after(kind, begin)
        zone = self._view.history.zone
        start, stop = start_of_day(begin, zone), start_of_day(end, zone)
        title = {
            "daily": f"{begin:%A} {begin.day} {begin:%B %Y}",
            "weekly": f"Week of {begin.day} {begin:%B %Y}",
            "monthly": f"{begin:%B %Y}",
        }[kind]
        if kind == "daily":
            return self._between(kind, key, title, start, stop, (HOUR, "hour"))
        return self._between(kind, key, title, start, stop, None)

    def _block(self, key: str) -> Detail | None:
        start = int(key)
        zone = self._view.history.zone
        day = day_of(start, zone)
        title = f"Block of {day:%A} {day.day} {day:%B %Y}, {point(Tally(), start, zone).label}"
        stop = start + LENGTH
        return self._between("blocks", key, title, start, stop, (QUARTER, "quarter hour"))

    def _between(
        self,
        kind: ReportKind,
        key: str,
        title: str,
        start: int,
        stop: int,
        step: tuple[int, str] | None,
    ) -> Detail | None:
        """Return a range of time: its steps, models and sessions."""
        first, before = slot_of(start), slot_of(stop)
        with self._lock:
            if kind == "blocks":
                for block in self._view.blocks.chain:
                    if block.start == start:
                        first, before = block.first_slot, block.last_slot + 1
            tally = self._view.history.tally(first, before)
            ends = (stop, before)
            series = self._steps(start, ends, step[0]) if step else self._days(start, stop)
        if not tally.by_model:
            return None
        return Detail(
            kind=kind,
            key=key,
            title=title,
            facts=(),
            figures=tally.figures(self._names.model),
            by_model=tally.parts(self._names.model),
            series=series,
            series_name=step[1] if step else "day",
            sessions=self._sessions(self._reader.session_rows_between(first, before)),
        )

    def _steps(self, start: int, ends: tuple[int, int], length: int) -> tuple[Point, ...]:
        """Return equal steps up to a moment; the last holds all slots before a slot."""
        history = self._view.history
        stop, before = ends
        return tuple(
            point(
                history.tally(slot_of(at), slot_of(at + length) if at + length < stop else before),
                at,
                history.zone,
            )
            for at in range(start, stop, length)
        )

    def _days(self, start: int, stop: int) -> tuple[Point, ...]:
        history = self._view.history
        day, last = day_of(start, history.zone), day_of(stop - 1, history.zone)
        points: list[Point] = []
        while day <= last:
            tally = history.day(day)
            points.append(_day_point(day, start_of_day(day, history.zone), tally))
            day += timedelta(days=1)
        return tuple(points)

    def _sessions(self, rows: Iterable[tuple[int, ...]]) -> tuple[Row, ...]:
        """Return session rows, the dearest first, with their shares of one another."""
        groups = group_by((((row[0], row[1], row[2]), row[3:]) for row in rows), lambda key: key[0])
        projects = self._project_names()
        made = [
            self._tabs.session_row(session, group, projects) for session, group in groups.items()
        ]
        made.sort(key=lambda row: (-row.figures.cost, -row.figures.tokens.total, row.key))
        tokens = sum(row.figures.tokens.total for row in made)
        return tuple(with_shares(made, tokens, sum(row.figures.cost for row in made)))

    def _group(self, kind: ReportKind, key: str) -> Detail | None:
        """Return a project or a model: its days and sessions."""
        column = "project" if kind == "projects" else "model"
        number = self._names.find("projects" if kind == "projects" else "models", key)
        if number is None:
            return None
        days, tally = self._days_of(self._reader.bucket_rows_where(column, number))
        if not tally.by_model:
            return None
        facts: tuple[tuple[str, str], ...] = ()
        title = key or "no name"
        if kind == "projects":
            title = self._project_names().get(number, key)
            facts = (("Path", self._names.directory(number)), ("Directory", key))
        return Detail(
            kind=kind,
            key=key,
            title=title,
            facts=tuple(fact for fact in facts if fact[1]),
            figures=tally.figures(self._names.model),
            by_model=tally.parts(self._names.model),
            series=days,
            series_name="day",
            sessions=self._sessions(self._reader.session_rows_where(column, number)),
        )

    def _days_of(self, rows: list[tuple[int, ...]]) -> tuple[tuple[Point, ...], Tally]:
        """Return the days from first to last (the newest, if many) and the whole tally."""
        zone = self._view.history.zone
        whole = Tally()
        days: dict[date, Tally] = {}
        for row in rows:
            whole.add(row[1], row[2:])
            days.setdefault(day_of(row[10], zone), Tally()).add(row[1], row[2:])
        if not days:
            return (), whole
        first, last = min(days), max(days)
        first = max(first, last - timedelta(days=_MOST_POINTS - 1))
        points = [
            _day_point(day, start_of_day(day, zone), days.get(day) or Tally())
            for day in (first + timedelta(days=each) for each in range((last - first).days + 1))
        ]
        return tuple(points), whole

    def _session(self, key: str) -> Detail | None:
        session = self._names.find("sessions", key)
        if session is None:
            return None
        rows = self._reader.bucket_rows_of_session(session)
        whole = Tally()
        for row in rows:
            whole.add(row[1], row[2:])
        if not whole.by_model:
            return None
        responses = self._reader.responses_of(session, _MOST_RESPONSES)
        projects = list(dict.fromkeys(each.project for each in responses))
        paths = paths_of_session(
            self._ledger,
            self._roots,
            [self._names.name("projects", project) for project in projects],
            key,
        )
        if paths:
            self._titles.learn({key: paths[0]})
        series, series_name = self._session_series(rows)
        return Detail(
            kind="sessions",
            key=key,
            title=self._titles.title(key) or key,
            facts=self._session_facts(key, projects, paths),
            figures=whole.figures(self._names.model),
            by_model=whole.parts(self._names.model),
            series=series,
            series_name=series_name,
            agents=self._agents(session, paths),
            responses=tuple(
                ResponseRow(
                    time=each.time,
                    model=self._names.model(each.model),
                    tokens=each.tokens,
                    cost=each.cost,
                    agent=self._names.name("agents", each.agent),
                    is_sidechain=each.is_sidechain,
                )
                for each in responses
            ),
        )

    def _session_series(self, rows: list[tuple[int, ...]]) -> tuple[tuple[Point, ...], str]:
        """Return quarter hours of a short session, days of a long one."""
        quarters: dict[int, Tally] = {}
        for row in rows:
            quarters.setdefault(row[0] // 2, Tally()).add(row[1], row[2:])
        first, last = min(quarters), max(quarters)
        if last - first >= 96:
            return self._days_of(rows)[0], "day"
        zone = self._view.history.zone
        points = [
            point(quarters.get(each) or Tally(), each * QUARTER, zone)
            for each in range(first, last + 1)
        ]
        return tuple(points), "quarter hour"

    def _session_facts(
        self, key: str, projects: list[int], paths: list[str]
    ) -> tuple[tuple[str, str], ...]:
        facts = [("Session", key)]
        facts += [
            ("Project", self._names.directory(project) or self._names.name("projects", project))
            for project in projects
        ]
        if paths:
            more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
            facts.append(("Transcript", paths[0] + more))
        return tuple(facts)

    def _agents(self, session: int, paths: list[str]) -> tuple[Part, ...]:
        """Return the sub-agents' parts, named by their files where those still are."""
        named = agent_names(paths)
        tallies: dict[int, Tally] = {}
        for row in self._reader.agents_of(session):
            tallies.setdefault(row[0], Tally()).add(row[1], row[2:])
        figures = {}
        for agent, tally in tallies.items():
            name = self._names.name("agents", agent)
            said = named.get(name)
            label = f"{said} ({name})" if said else name or "side chain"
            figures[label] = tally.figures(self._names.model)
        return shares(figures)


def _day_point(day: date, start: int, tally: Tally) -> Point:
    return Point(
        start=start,
        label=f"{day.day} {day:%b}",
        responses=tally.responses,
        tokens=tally.tokens,
        cost=tally.cost,
    )
