"""The reports: each defined once, for the command, the tables, CSV, Markdown, JSON and the tab.

Columns, options and documents stand here by name. What a name looks like on a page, in a file
or on the screen is said once for each of these faces, and not for each report.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from msgspec import Struct

from engine.domain.report_columns import APART, COUNTS, GIVES_WAY, KINDS, LEAST, SUMS, WHOSE

By = Literal["hour", "day", "week", "month", "session", "block", "project", "model"]
"""What a report's rows are of, each computed in one place of `engine.reports`."""
Period = Literal["hour", "day", "week", "month"]
PERIODS: tuple[Period, ...] = ("hour", "day", "week", "month")


class Tab(Struct, frozen=True):
    """A report's tab on the live screen."""

    key: str
    """Its name there, and in files exported from it."""
    title: str
    place: int
    """Among the tabs, from the left."""
    row_key: str
    """What names a row in exported files."""
    columns: tuple[str, ...]
    """By the names of `tui.live.report.columns`; `agent` and `machine` only where there are
    several."""
    gives_way: tuple[str, ...]
    """The columns that give way where it is narrow, first to last; the others never do."""


class ReportDefinition(Struct, frozen=True):
    """One report, whoever shows it."""

    key: str
    """The command, and `Question.kind`."""
    by: By
    title: str
    """Above its table."""
    nouns: tuple[str, str]
    """What one row and several are called."""
    summary: str
    """The command in one line of the manual."""
    columns: tuple[str, ...]
    """Of its table on paper, by the names of `tui.tables.columns`."""
    flat: tuple[str, ...]
    """Of CSV and Markdown behind what names a row, by the names of `tui.flat.answers`."""
    document: str
    """The JSON document, by the names of `engine.documents.answers`."""
    row_key: str
    """What names a row in CSV, and a period's in JSON."""
    gives_way: tuple[str, ...] = GIVES_WAY
    """What gives way on paper that is narrow, first to last: columns, and what else
    `tui.tables.columns` has a step for."""
    tab: Tab | None = None
    options: tuple[str, ...] = ()
    """Beside those of every report, by the names of `tui.commands.reports`."""
    examples: tuple[tuple[str, str], ...] = ()
    """Command lines, and what each does."""
    is_section: bool = False
    """Whether `--sections` may name it."""

    @property
    def is_period(self) -> bool:
        """Whether its rows are stretches of the calendar."""
        return self.by in PERIODS

    @property
    def is_by_time(self) -> bool:
        """Whether its rows stand in order of time unless asked otherwise."""
        return self.is_period or self.by == "block"

    @property
    def name(self) -> str:
        """What stands above the column that names its rows."""
        return self.nouns[0].capitalize()


_PERIOD = (
    *("period", "agents", *WHOSE, "models", *COUNTS),
    *("cost", "trend", "bar", "sessions", "responses"),
)
_PERIOD_FLAT = ("place", "agent", *WHOSE, "model", "models", "sessions", *SUMS, "trend")
_PERIOD_OPTIONS = ("last", "breakdown", *APART, "instances", "project_aliases", "sections")


def _period_tab(key: str, title: str, place: int, row_key: str) -> Tab:
    return Tab(
        key,
        title,
        place,
        row_key,
        ("period", "agent", "machine", "models", *KINDS, "sessions", "responses"),
        (*LEAST, "sessions", "output", "models", "agent", "machine", "responses", "total"),
    )


REPORTS: tuple[ReportDefinition, ...] = (
    ReportDefinition(
        key="daily",
        by="day",
        title="Days",
        nouns=("day", "days"),
        summary="a row for each day",
        columns=_PERIOD,
        flat=_PERIOD_FLAT,
        document="daily",
        row_key="date",
        tab=_period_tab("daily", "Daily", 1, "date"),
        options=_PERIOD_OPTIONS,
        examples=(
            ("ccmon daily --since 7d", "the last seven days"),
            ("ccmon daily --last 1 --json", "today, for a script"),
            ("ccmon daily -i -p shop", "one project's days"),
            ("ccmon codex daily", "the days of one coding agent"),
        ),
        is_section=True,
    ),
    ReportDefinition(
        key="weekly",
        by="week",
        title="Weeks",
        nouns=("week", "weeks"),
        summary="a row for each week",
        columns=_PERIOD,
        flat=_PERIOD_FLAT,
        document="weekly",
        row_key="week",
        tab=_period_tab("weekly", "Weekly", 2, "week"),
        options=_PERIOD_OPTIONS,
        examples=(("ccmon weekly -w sunday --last 4", "four weeks that begin on Sunday"),),
        is_section=True,
    ),
    ReportDefinition(
        key="monthly",
        by="month",
        title="Months",
        nouns=("month", "months"),
        summary="a row for each month, with its change from the month before",
        columns=_PERIOD,
        flat=_PERIOD_FLAT,
        document="monthly",
        row_key="month",
        tab=_period_tab("monthly", "Monthly", 3, "month"),
        options=_PERIOD_OPTIONS,
        is_section=True,
    ),
    ReportDefinition(
        key="hourly",
        by="hour",
        title="Hours",
        nouns=("hour", "hours"),
        summary="a row for each hour",
        columns=_PERIOD,
        flat=_PERIOD_FLAT,
        document="hourly",
        row_key="hour",
        options=_PERIOD_OPTIONS,
        examples=(("ccmon hourly --since today", "today by the hour"),),
    ),
    ReportDefinition(
        key="session",
        by="session",
        title="Sessions",
        nouns=("session", "sessions"),
        summary="a row for each session, most expensive first",
        columns=("session", "agent", *WHOSE, "models", *COUNTS, "cost", "bar", "last", "responses"),
        flat=("agent", *WHOSE, "model", "models", *SUMS, "activity"),
        document="session",
        row_key="sessionId",
        tab=Tab(
            "sessions",
            "Sessions",
            4,
            "sessionId",
            (
                *("last", "place", "session", "agent", "machine", "models"),
                *(*KINDS, "responses", "duration"),
            ),
            (
                *(*LEAST, "output", "duration", "models"),
                *("session", "responses", "agent", "machine", "total", "last"),
            ),
        ),
        options=("session", "id", "last", "breakdown", *APART, "project_aliases", "sections"),
        examples=(
            ("ccmon session --since today --top 5", "today's five most expensive sessions"),
            ("ccmon session 1a2b3c4d", "one session, by the beginning of its id"),
        ),
        is_section=True,
    ),
    ReportDefinition(
        key="blocks",
        by="block",
        title="Blocks",
        nouns=("block", "blocks"),
        summary="a row for each 5-hour billing block",
        columns=(
            *("start", "end", "state", "agent", *WHOSE, "models", *COUNTS),
            *("limit", "cost", "bar", "responses"),
        ),
        flat=("agent", *WHOSE, "model", "models", *SUMS, "limit"),
        document="blocks",
        row_key="id",
        gives_way=(
            *("bar", "responses", "exact", "roomy", "cache kinds", "models", "cache"),
            *("input", "output", "end", "limit", "person", "agent", "machine"),
        ),
        tab=Tab(
            "blocks",
            "Blocks",
            5,
            "id",
            ("start", "end", "state", "agent", "machine", "models", *KINDS, "responses"),
            (*LEAST, "output", "models", "end", "responses", "agent", "machine", "total"),
        ),
        options=(
            *("last", "breakdown", *APART[1:], "active", "recent"),
            *("token_limit", "session_length"),
            "account",
        ),
        examples=(("ccmon blocks -a -t max", "the active block against the largest so far"),),
    ),
    ReportDefinition(
        key="projects",
        by="project",
        title="Projects",
        nouns=("project", "projects"),
        summary="a row for each project, most expensive first",
        columns=(
            *("project", "agents", *WHOSE, "models", *COUNTS),
            *("cost", "bar", "share", "sessions", "last", "responses"),
        ),
        flat=("agent", *WHOSE, "model", "models", "sessions", *SUMS, "activity"),
        document="projects",
        row_key="project",
        gives_way=("bar", "models", *GIVES_WAY[1:]),
        tab=Tab(
            "projects",
            "Projects",
            7,
            "projectPath",
            ("project", "agent", "machine", "sessions", "last", "models", *KINDS, "responses"),
            (
                *(*LEAST, "models", "output", "responses"),
                *("last", "sessions", "agent", "machine", "total"),
            ),
        ),
        options=("breakdown", *APART, "project_aliases"),
        examples=(("ccmon projects --since this-month", "this month by project"),),
    ),
    ReportDefinition(
        key="models",
        by="model",
        title="Models",
        nouns=("model", "models"),
        summary="a row for each model of each agent and provider, most expensive first",
        columns=(
            *("model", "agent", "provider", *WHOSE, *COUNTS),
            *("cost", "bar", "share", "sessions", "responses"),
        ),
        flat=("agent", *WHOSE, "provider", "unpriced", "sessions", *SUMS, "activity"),
        document="models",
        row_key="model",
        tab=Tab(
            "models",
            "Models",
            6,
            "modelName",
            ("model", "agent", "machine", *KINDS, "share", "responses"),
            (*LEAST, "output", "responses", "agent", "machine", "share", "total"),
        ),
        options=APART[1:],
    ),
)
"""In the order of the manual."""


@cache
def definition_of(key: str) -> ReportDefinition:
    """Return a report by its key; raises `KeyError`."""
    return {each.key: each for each in REPORTS}[key]


@cache
def report_of_tab(key: str) -> ReportDefinition:
    """Return the report of a tab by the tab's key; raises `KeyError`."""
    return {each.tab.key: each for each in REPORTS if each.tab}[key]


def tabs() -> tuple[Tab, ...]:
    """Return the reports' tabs from the left."""
    return tuple(sorted((each.tab for each in REPORTS if each.tab), key=lambda tab: tab.place))
