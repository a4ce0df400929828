"""Makes reports: the rows of a tab and their exact totals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from threading import RLock

from engine.agents.claude.titles import Titles
from engine.aggregates.sessions import Group, Key, group_by
from engine.aggregates.tally import Tally
from engine.aggregates.view import View
from engine.domain.periods import day_after, first_day, key_of, label_of
from engine.domain.report_definitions import PERIODS, By, report_of_tab
from engine.domain.reports import Report, ReportKind, Row, Span
from engine.domain.responses import CLAUDE
from engine.domain.slots import slot_bounds, slot_of
from engine.domain.times import DAY, HOUR, day_of, start_of_day
from engine.ledger.live_source import LiveNames, LiveRows
from engine.reports.rows import (
    block_row,
    finish,
    gap_row,
    model_row,
    period_row,
    project_row,
    session_row,
)

_SPANS: Mapping[Span, int] = {"5h": 5 * HOUR, "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY}
_LATEST_SLOT = 1 << 62


class TabMaker:
    """Makes reports of one view, for one moment."""

    def __init__(
        self,
        view: View,
        reader: LiveRows,
        names: LiveNames,
        lock: RLock,
        week_start: int,
        titles: Titles,
    ) -> None:
        self._view = view
        self._reader = reader
        self._names = names
        self._lock = lock
        self._week_start = week_start
        self._titles = titles
        self._rows: dict[int, tuple[object, Row]] = {}
        """Sessions' rows over all time, each with the version of what it was made from."""

    def report(self, kind: ReportKind, span: Span, now: int, zone: str, revision: int) -> Report:
        """Return a tab's rows, newest (or most expensive) first, with totals."""
        first = slot_of(now - _SPANS[span]) if span in _SPANS else 0
        by = report_of_tab(kind).by
        if by in PERIODS:
            rows = self._periods(by, first, day_of(now, self._view.history.zone).year)
        elif by == "block":
            rows = self._blocks(first, now)
        elif by == "session" and not first:
            rows = self._all_sessions()
        else:
            rows = self._groups(by, first)
        sessions = len(rows) if by == "session" else 0
        finished, totals = finish(rows, sessions)
        return Report(kind, span, zone, revision, tuple(finished), totals)

    def _periods(self, by: By, first: int, year: int) -> list[Row]:
        """Return days, weeks or months; the earliest may be cut by the span."""
        with self._lock:
            days = dict(self._view.history.days())
            if first:
                days = self._cut(days, first)
        groups: dict[date, Tally] = {}
        for day, tally in days.items():
            groups.setdefault(self.begin(by, day), Tally()).add_all(tally.by_model)
        ends = {begin: day_after(by, begin) for begin in groups}
        zone = self._view.history.zone
        slots = [
            (max(first, slot_of(start_of_day(begin, zone))), slot_of(start_of_day(end, zone)))
            for begin, end in ends.items()
        ]
        counts = self._reader.session_counts(slots)
        rows = [
            period_row(
                key_of(by, begin),
                label_of(by, begin, year),
                tally,
                (start_of_day(begin, zone), start_of_day(ends[begin], zone)),
                count,
                self._names.model,
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

    def begin(self, by: By, day: date) -> date:
        """Return the first day of the day, week or month that a day is in."""
        return first_day(by, day, self._week_start)

    def _blocks(self, first: int, now: int) -> list[Row]:
        """Return blocks with the gaps between them; a span keeps blocks that reach into it.

        Of several agents every one's blocks are there, without the gaps: another may be busy.
        """
        moment = slot_bounds(first)[0] if first else 0
        rows: list[Row] = []
        for agent, blocks in self._view.blocks_by_agent.items():
            with self._lock:
                chain = list(blocks.chain)
                gaps = [blocks.gap_before(place) for place in range(len(chain))]
                active = blocks.active(now)
            for block, gap in zip(reversed(chain), reversed(gaps), strict=True):
                if block.last < moment:
                    break
                is_active = block is active
                rows.append(block_row(block, block.tally, is_active, self._names.model, agent))
                if gap is not None and gap[1] >= moment:
                    rows.append(gap_row(*gap))
        if len(self._view.blocks_by_agent) > 1:
            rows = [row for row in rows if not row.is_gap]
            rows.sort(key=lambda row: (row.start or 0, row.key), reverse=True)
        return rows

    def _groups(self, by: By, first: int) -> list[Row]:
        """Return sessions, projects or models; a span counts from its slot on."""
        of = self._view.projects.of
        parts: dict[By, Callable[[Key], int]] = {
            "session": lambda key: key[0],
            "project": lambda key: of(key[0]),
            "model": lambda key: self._names.model.of_any_machine(key[2]),
        }
        part = parts[by]
        if first:
            rows = self._reader.session_rows_between(first, _LATEST_SLOT)
            groups = group_by(((row.key, row.sums) for row in rows), part)
        else:
            with self._lock:
                groups = group_by(self._view.sessions.items(), part)
        make = {
            "session": self.session_row,
            "project": self._project_row,
            "model": self._model_row,
        }[by]
        made = [make(number, group) for number, group in groups.items()]
        if by == "session":
            return _newest_first(made)
        made.sort(key=lambda row: (-row.figures.cost, -row.figures.tokens.total, row.key))
        return made

    def _all_sessions(self) -> list[Row]:
        """Return sessions over all time; only what changed since the last time is made anew."""
        projects = self._view.projects
        with self._lock:
            versions = self._view.sessions.versions()
        made = []
        for session, version in versions:
            known = self._rows.get(session)
            project = projects.label(projects.of(session))
            said = self._names.session_key(session), self.label(session), project
            if known is None or known[0] is not version or _said(known[1]) != said:
                with self._lock:
                    group = self._view.sessions.group(session)
                if not group.sessions:
                    continue
                known = self._rows[session] = version, self.session_row(session, group)
            made.append(known[1])
        return _newest_first(made)

    def label(self, session: int) -> str:
        """Return what a session is called: its title, if it is Claude Code's, else its id."""
        name, agent = self._names.row("sessions", session)[:2]
        return (self._titles.title(name) if agent == CLAUDE else "") or name

    def session_row(self, session: int, group: Group) -> Row:
        """Return a session's row; its shares are those of no report."""
        key = self._names.session_key(session)
        return session_row(key, self.label(session), group, self._view.projects, self._names.model)

    def _project_row(self, project: int, group: Group) -> Row:
        projects = self._view.projects
        return project_row(projects.key(project), projects.label(project), group, self._names.model)

    def _model_row(self, model: int, group: Group) -> Row:
        return model_row(model, group, self._view.projects, self._names.model)


def _said(row: Row) -> tuple[str, str, str]:
    return row.key, row.label, row.project


def _newest_first(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-(row.figures.last or 0), row.key))
