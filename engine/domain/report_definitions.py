"""The reports: each defined once, for the command, the tables, CSV, Markdown, JSON and the tab.

Columns, options and documents stand here by name. What a name looks like on a page, in a file
or on the screen is said once for each of these faces, and not for each report.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

By = Literal["hour", "day", "week", "month", "session", "block", "project", "model"]
"""What a report's rows are of, each computed in one place of `engine.reports`."""
Period = Literal["hour", "day", "week", "month"]
PERIODS: tuple[Period, ...] = ("hour", "day", "week", "month")


class Tab(NamedTuple):
    """A report's tab on the live screen."""

    key: str
    """Its name there, in files exported from it and in `Detail.kind`."""
    title: str
    columns: tuple[str, ...]
    """By the names of `tui.live.report.columns`; `agent` only where there are several."""
    place: int
    """Among the tabs, from the left."""


class ReportDefinition(NamedTuple):
    """One report, whoever shows it."""

    key: str
    """The command, `Question.kind`, and what the JSON's rows stand under."""
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


_COUNTS = ("input", "output", "cache_write", "cache_read", "cache", "total")
_KINDS = ("input", "output", "cache_write", "cache_read", "total", "cost")
_PERIOD = ("period", "models", *_COUNTS, "cost", "trend", "bar", "sessions", "responses")
_PERIOD_TAB = ("period", "models", *_KINDS, "sessions", "responses")
_SUMS = ("responses", "tokens", "cost")
_PERIOD_FLAT = ("place", "agent", "model", "models", "sessions", *_SUMS, "trend")
_PERIOD_OPTIONS = ("last", "breakdown", "by_agent", "instances", "project_aliases", "sections")

REPORTS: tuple[ReportDefinition, ...] = (
    ReportDefinition(
        "daily",
        "day",
        "Days",
        ("day", "days"),
        "a row for each day",
        _PERIOD,
        _PERIOD_FLAT,
        "daily",
        Tab("daily", "Daily", _PERIOD_TAB, 1),
        _PERIOD_OPTIONS,
        (
            ("ccmon daily --since 7d", "the last seven days"),
            ("ccmon daily --last 1 --json", "today, for a script"),
            ("ccmon daily -i -p shop", "one project's days"),
            ("ccmon codex daily", "the days of one coding agent"),
        ),
        is_section=True,
    ),
    ReportDefinition(
        "weekly",
        "week",
        "Weeks",
        ("week", "weeks"),
        "a row for each week",
        _PERIOD,
        _PERIOD_FLAT,
        "weekly",
        Tab("weekly", "Weekly", _PERIOD_TAB, 2),
        _PERIOD_OPTIONS,
        (("ccmon weekly -w sunday --last 4", "four weeks that begin on Sunday"),),
        is_section=True,
    ),
    ReportDefinition(
        "monthly",
        "month",
        "Months",
        ("month", "months"),
        "a row for each month, with its change from the month before",
        _PERIOD,
        _PERIOD_FLAT,
        "monthly",
        Tab("monthly", "Monthly", _PERIOD_TAB, 3),
        _PERIOD_OPTIONS,
        is_section=True,
    ),
    ReportDefinition(
        "hourly",
        "hour",
        "Hours",
        ("hour", "hours"),
        "a row for each hour",
        _PERIOD,
        _PERIOD_FLAT,
        "hourly",
        options=_PERIOD_OPTIONS,
        examples=(("ccmon hourly --since today", "today by the hour"),),
    ),
    ReportDefinition(
        "session",
        "session",
        "Sessions",
        ("session", "sessions"),
        "a row for each session, dearest first",
        ("session", "agent", "models", *_COUNTS, "cost", "bar", "last", "responses"),
        ("agent", "model", "models", *_SUMS, "activity"),
        "session",
        Tab(
            "sessions",
            "Sessions",
            ("last", "project", "session", "agent", "models", *_KINDS, "responses", "length"),
            4,
        ),
        ("id", "last", "breakdown", "by_agent", "project_aliases", "sections"),
        (("ccmon session --since today --top 5", "today's five dearest sessions"),),
        is_section=True,
    ),
    ReportDefinition(
        "blocks",
        "block",
        "Blocks",
        ("block", "blocks"),
        "a row for each 5-hour billing block",
        (
            *("start", "end", "state", "agent", "models", *_COUNTS),
            *("limit", "cost", "bar", "responses"),
        ),
        ("agent", "model", "models", *_SUMS, "limit"),
        "blocks",
        Tab(
            "blocks",
            "Blocks",
            ("start", "end", "state", "agent", "models", *_KINDS, "responses"),
            5,
        ),
        ("last", "breakdown", "active", "recent", "token_limit", "session_length"),
        (("ccmon blocks -a -t max", "the active block against the largest so far"),),
    ),
    ReportDefinition(
        "projects",
        "project",
        "Projects",
        ("project", "projects"),
        "a row for each project, dearest first",
        (
            *("project", "agents", "models", *_COUNTS),
            *("cost", "bar", "share", "sessions", "last", "responses"),
        ),
        ("agent", "model", "models", "sessions", *_SUMS, "activity"),
        "projects",
        Tab(
            "projects",
            "Projects",
            ("project", "agent", "sessions", "last", "models", *_KINDS, "responses"),
            7,
        ),
        ("breakdown", "by_agent", "project_aliases"),
    ),
    ReportDefinition(
        "models",
        "model",
        "Models",
        ("model", "models"),
        "a row for each model of each agent and provider, dearest first",
        (
            *("model", "agent", "provider", *_COUNTS),
            *("cost", "bar", "share", "sessions", "responses"),
        ),
        ("agent", "provider", "unpriced", "sessions", *_SUMS, "activity"),
        "models",
        Tab("models", "Models", ("model", "agent", *_KINDS, "share", "responses"), 6),
    ),
)
"""In the order of the manual."""


def definition_of(key: str) -> ReportDefinition:
    """Return a report by its key; raises `KeyError`."""
    return _BY_KEY[key]


def tab_of(key: str) -> ReportDefinition:
    """Return the report of a tab by the tab's key; raises `KeyError`."""
    return _BY_TAB[key]


def tabs() -> tuple[Tab, ...]:
    """Return the reports' tabs from the left."""
    return tuple(sorted((each.tab for each in REPORTS if each.tab), key=lambda tab: tab.place))


_BY_KEY = {each.key: each for each in REPORTS}
_BY_TAB = {each.tab.key: each for each in REPORTS if each.tab is not None}
