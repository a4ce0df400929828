"""Makes details: what is inside one row of a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from threading import RLock

from engine.agents.claude.titles import Titles, agent_names
from engine.agents.names import title_of
from engine.aggregates.blocks import BlockSpan
from engine.aggregates.sessions import group_by
from engine.aggregates.tally import Tally, shares
from engine.aggregates.view import View
from engine.domain.periods import day_after
from engine.domain.report_definitions import By, report_of_tab
from engine.domain.reports import Detail, Part, Point, ReportKind, ResponseRow, Row
from engine.domain.responses import CLAUDE
from engine.domain.slots import QUARTER, slot_of
from engine.domain.sums import SessionSums, SlotSums
from engine.domain.times import HOUR, clock_of, day_of, start_of_day
from engine.ledger.live_source import LiveNames, LiveRows
from engine.ledger.rows import Booked
from engine.reports.points import days_between, days_of, point, steps_between
from engine.reports.rows import block_key, with_shares
from engine.reports.tabs import TabMaker

_MOST_RESPONSES = 1_000
_STEP_NAMES: Mapping[By, str] = {"day": "hour", "block": "quarter hour"}
"""What a step of the series is where it is not a day."""

Facts = tuple[tuple[str, str], ...]
"""Names and values that stand above the figures."""


class DetailMaker:
    """Makes details from one view and its ledger."""

    def __init__(
        self,
        view: View,
        reader: LiveRows,
        names: LiveNames,
        lock: RLock,
        tabs: TabMaker,
        roots: list[str],
        titles: Titles,
    ) -> None:
        self._view = view
        self._reader = reader
        self._names = names
        self._lock = lock
        self._tabs = tabs
        self._roots = roots
        self._titles = titles

    def detail(self, kind: ReportKind, key: str) -> Detail | None:
        """Return what is inside a row, `None` where there is no such row."""
        try:
            return self._detail(kind, key)
        except (ValueError, OverflowError):
            return None

    def _detail(self, kind: ReportKind, key: str) -> Detail | None:
        by = report_of_tab(kind).by
        if by == "session":
            return self._session(key)
        if by == "project":
            return self._project(kind, key)
        if by == "model":
            return self._model(kind, key)
        if by == "block":
            return self._block(kind, key)
        return self._period(kind, by, key)

    def _period(self, kind: ReportKind, by: By, key: str) -> Detail | None:
        begin = date.fromisoformat(f"{key}-01" if by == "month" else key)
        if not begin.isoformat().startswith(key) or self._tabs.begin(by, begin) != begin:
            return None
        end = day_after(by, begin)
        history = self._view.history
        start, stop = start_of_day(begin, history.zone), start_of_day(end, history.zone)
        title = {
            "day": f"{begin:%A} {begin.day} {begin:%B %Y}",
            "week": f"Week of {begin.day} {begin:%B %Y}",
            "month": f"{begin:%B %Y}",
        }[by]
        first, before = slot_of(start), slot_of(stop)
        with self._lock:
            tally = history.tally(first, before)
            if by == "day":
                series = steps_between(history, start, (stop, before), HOUR)
            else:
                series = days_between(history, start, stop)
        rows = self._reader.session_rows_between(first, before)
        return self._made(kind, key, title, tally, series, rows)

    def _block(self, kind: ReportKind, key: str) -> Detail | None:
        """Return a block of one agent: of several in view every one has its own."""
        with self._lock:
            agent, block = self._find_block(key)
            if block is None:
                return None
            history, start = self._view.history_of(agent), block.start
            first, before = block.first_slot, block.last_slot + 1
            tally = history.tally(first, before)
            series = steps_between(history, start, (block.end, before), QUARTER)
        day = day_of(start, history.zone)
        title = f"Block of {day:%A} {day.day} {day:%B %Y}, {clock_of(start, history.zone)}"
        rows = self._reader.session_rows_between(first, before)
        own = [row for row in rows if self._names.model.agent(row.model) == agent]
        return self._made(kind, key, title, tally, series, own, self._whose(agent))

    def _find_block(self, key: str) -> tuple[str, BlockSpan | None]:
        for agent, blocks in self._view.blocks_by_agent.items():
            for block in reversed(blocks.chain):
                if block_key(block.start, agent) == key:
                    return agent, block
        return "", None

    def _made(
        self,
        kind: ReportKind,
        key: str,
        title: str,
        tally: Tally,
        series: tuple[Point, ...],
        rows: Iterable[SessionSums],
        facts: Facts = (),
    ) -> Detail | None:
        """Return what is inside a row: its steps, models and sessions; `None` where it is empty."""
        if not tally.by_model:
            return None
        return Detail(
            kind=kind,
            key=key,
            title=title,
            facts=facts,
            figures=tally.figures(self._names.model),
            by_model=tally.parts(self._names.model),
            series=series,
            series_name=_STEP_NAMES.get(report_of_tab(kind).by, "day"),
            sessions=self._sessions(rows),
        )

    def _whose(self, agent: str) -> Facts:
        """Return whose a row is, where there are rows of several agents."""
        return (("Agent", title_of(agent)),) if len(self._view.used_agents) > 1 else ()

    def _sessions(self, rows: Iterable[SessionSums]) -> tuple[Row, ...]:
        """Return session rows, the most expensive first, with their shares of one another."""
        groups = group_by(((row.key, row.sums) for row in rows), lambda key: key[0])
        made = [self._tabs.session_row(session, group) for session, group in groups.items()]
        made.sort(key=lambda row: (-row.figures.cost, -row.figures.tokens.total, row.key))
        tokens = sum(row.figures.tokens.total for row in made)
        return tuple(with_shares(made, tokens, sum(row.figures.cost for row in made)))

    def _project(self, kind: ReportKind, key: str) -> Detail | None:
        """Return a project, with all its worktrees."""
        projects = self._view.projects
        number = projects.find(key)
        if number is None:
            return None
        places = projects.workplaces(number)
        rows = self._reader.session_rows_where("workplace", places)
        numbers = dict.fromkeys(row.directory for row in rows)
        directories = [self._names.name("projects", each) for each in numbers]
        worktrees = {projects.worktree(row.session) for row in rows} - {""}
        facts = (
            ("Path", key if projects.is_path(number) else ""),
            ("Directory", _with_others(directories)),
            ("Worktrees", _with_others(sorted(worktrees))),
        )
        days = self._reader.bucket_rows_where("workplace", places)
        return self._group(kind, key, projects.label(number), days, rows, facts)

    def _model(self, kind: ReportKind, key: str) -> Detail | None:
        """Return a model of one agent and provider."""
        numbers = self._names.find_models(key)
        if not numbers:
            return None
        name, agent, provider, _ = self._names.row("models", numbers[0])
        facts = (*self._whose(agent), ("Provider", provider))
        days = self._reader.bucket_rows_where("model", numbers)
        rows = self._reader.session_rows_where("model", numbers)
        return self._group(kind, key, name or "no name", days, rows, facts)

    def _group(
        self,
        kind: ReportKind,
        key: str,
        title: str,
        slots: list[SlotSums],
        rows: list[SessionSums],
        facts: Facts,
    ) -> Detail | None:
        """Return a project or a model: its days and sessions."""
        days, tally = days_of(slots, self._view.history.zone)
        told = tuple(fact for fact in facts if fact[1])
        return self._made(kind, key, title, tally, days, rows, told)

    def _session(self, key: str) -> Detail | None:
        session = self._names.find_session(key)
        if session is None:
            return None
        rows = self._reader.bucket_rows_of_session(session)
        whole = Tally()
        for row in rows:
            whole.add(row.model, row.sums)
        if not whole.by_model:
            return None
        responses = self._reader.responses_of(session, _MOST_RESPONSES)
        directories = list(dict.fromkeys(each.directory for each in responses))
        paths = self._transcripts(session, directories)
        series, series_name = self._session_series(rows)
        figures = whole.figures(self._names.model)
        return Detail(
            kind="sessions",
            key=key,
            title=self._tabs.label(session),
            facts=self._session_facts(session, paths, figures.machines),
            figures=figures,
            by_model=whole.parts(self._names.model),
            series=series,
            series_name=series_name,
            agents=self._agents(session, paths),
            responses=tuple(map(self._response_row, responses)),
        )

    def _response_row(self, response: Booked) -> ResponseRow:
        return ResponseRow(
            time=response.time,
            model=self._names.model(response.model),
            tokens=response.tokens,
            cost=response.cost,
            agent=self._names.name("agents", response.agent),
            is_sidechain=response.is_sidechain,
        )

    def _transcripts(self, session: int, directories: list[int]) -> list[str]:
        """Return the transcripts of a session of Claude Code, and learn its title from them."""
        name, agent = self._names.row("sessions", session)[:2]
        if agent != CLAUDE:
            return []
        named = [self._names.name("projects", each) for each in directories]
        paths = self._reader.transcripts(self._roots, named, name)
        if paths:
            self._titles.learn({name: paths[0]})
        return paths

    def _session_series(self, rows: list[SlotSums]) -> tuple[tuple[Point, ...], str]:
        """Return quarter hours of a short session, days of a long one."""
        zone = self._view.history.zone
        quarters: dict[int, Tally] = {}
        for row in rows:
            quarters.setdefault(row.slot // 2, Tally()).add(row.model, row.sums)
        first, last = min(quarters), max(quarters)
        if last - first >= 96:
            return days_of(rows, zone)[0], "day"
        points = [
            point(quarters.get(each) or Tally(), each * QUARTER, zone)
            for each in range(first, last + 1)
        ]
        return tuple(points), "quarter hour"

    def _session_facts(self, session: int, paths: list[str], machines: tuple[str, ...]) -> Facts:
        """Return what names a session, and where it works: machine, project and worktree."""
        projects = self._view.projects
        number = projects.of(session)
        facts = [
            ("Session", self._names.name("sessions", session)),
            ("Project", projects.key(number) or projects.label(number)),
        ]
        worktree, path = projects.worktree(session), projects.path(session)
        facts += [("Worktree", worktree)] if worktree else []
        facts += [("Works in", path)] if worktree or (path and not projects.is_path(number)) else []
        facts += [("Transcript", _with_others(paths))] if paths else []
        facts += [("Machine", ", ".join(machines))] if machines else []
        return tuple(facts)

    def _agents(self, session: int, paths: list[str]) -> tuple[Part, ...]:
        """Return the sub-agents' parts, named by their files where those still are."""
        named = agent_names(paths)
        tallies: dict[int, Tally] = {}
        for row in self._reader.agents_of(session):
            tallies.setdefault(row.agent, Tally()).add(row.model, row.sums)
        figures = {}
        for agent, tally in tallies.items():
            name = self._names.name("agents", agent)
            said = named.get(name)
            label = f"{said} ({name})" if said else name or "side chain"
            figures[label] = tally.figures(self._names.model)
        return shares(figures)


def _with_others(names: list[str]) -> str:
    """Return the first of some names, and how many more there are."""
    return "".join(names[:1]) + (f" and {len(names) - 1} more" if len(names) > 1 else "")
