"""What a one-shot report is asked, and what it answers.

Days are calendar days of the zone in force, `until` included. Times are UTC milliseconds,
money whole pico-dollars, as everywhere in `engine.domain.reports`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from engine.domain.choices import Mode, Order, SortColumn
from engine.domain.report_definitions import ReportDefinition, definition_of
from engine.domain.reports import Figures, Part, ResponseRow, Row
from engine.domain.responses import CLAUDE
from engine.domain.times import BLOCK_LENGTH

if TYPE_CHECKING:
    from engine.domain.limit_windows import WindowNow
    from engine.domain.snapshots import Block, BurnRate, Projection


class Selection(Struct, frozen=True, kw_only=True):
    """Which responses are asked about, and whose cost counts."""

    since: date | None = None
    until: date | None = None
    project: str | None = None
    """A project's path, or a directory's name below `projects`; where there is none that is
    exactly that, a part of either or of what projects are called."""
    model: str | None = None
    """Part of a model's name, whatever its case."""
    mode: Mode = "auto"
    agents: tuple[str, ...] = ()
    """Only these coding agents; all where empty."""
    machine: str | None = None
    """A machine's name or id; where none is exactly that, a part of its name."""
    person: str | None = None
    """A person's name; where none is exactly that, a part of it."""


class Question(Struct, frozen=True, kw_only=True):
    """One report, asked for."""

    kind: str
    """A report's key (`engine.domain.report_definitions`)."""
    selection: Selection = Selection()
    last: int | None = None
    """Only the newest so many: of periods by the calendar (1 is today, this week, this month),
    of sessions and blocks by their newest responses."""
    by_project: bool = False
    """Periods apart by project."""
    by_directory: bool = False
    """Periods apart by the directory below `projects` instead, as ccusage has them."""
    sort: SortColumn | None = None
    """`None`: periods and blocks by time, sessions, projects and models by cost."""
    order: Order | None = None
    """`None`: times and names ascending, figures descending."""
    top: int | None = None
    """Only the so many largest by cost, in the order asked for; totals stay of all."""
    block_length: int = BLOCK_LENGTH
    is_active_only: bool = False
    is_recent_only: bool = False
    """Blocks that began in the last three days, or are active."""
    token_limit: int | Literal["max"] | None = None
    account: str = ""
    """Only blocks of one account of Claude Code, by what a user calls it; empty for all."""

    @property
    def report(self) -> ReportDefinition:
        """The definition of the report."""
        return definition_of(self.kind)


class Change(Struct, frozen=True):
    """From one set of responses to another: differences, and shares of the first."""

    tokens: int
    cost: int
    responses: int
    token_share: float | None
    """Difference by the first's, 0.5 for half as much again; `None` where the first has none."""
    cost_share: float | None


class Trend(Struct, frozen=True):
    """How a month differs from the one before it."""

    before: str
    """The earlier month, `2026-10`."""
    change: Change
    is_to_date: bool
    """The month is running: it is held against the same days of the month before."""


class AverageRate(Struct, frozen=True):
    """Tokens and money over the time from a block's first to its last response (SPEC §8)."""

    tokens_per_minute: float
    plain_tokens_per_minute: float
    """Of input and output alone."""
    cost_per_hour: float
    """Pico-dollars."""


class AverageProjection(Struct, frozen=True):
    """What a block will have used at its end if its average rate goes on."""

    tokens: int
    cost: int
    """Pico-dollars, in whole cents."""
    remaining_minutes: int


class TokenLimit(Struct, frozen=True):
    """The active block's projected tokens against a limit."""

    limit: int
    projected: int
    projected_share: float
    status: Literal["ok", "warning", "exceeds"]
    """More than 80% of the limit is a warning, more than all of it exceeds."""


class AnswerRow(Struct, frozen=True, gc=False, kw_only=True):
    """One row of an answer: what every report's row has, and what only some have."""

    row: Row
    project: str = ""
    """What names the project, of a session and of a period apart by project."""
    worktree: str = ""
    """The name of the project's worktree that a session works in."""
    directory: str = ""
    """The name of a directory below `projects`, of a session and of a period apart by those."""
    directories: tuple[str, ...] = ()
    """All those of a session or model, in order of first use."""
    rate: AverageRate | None = None
    """Of the active block."""
    projection: AverageProjection | None = None
    limit: TokenLimit | None = None
    trend: Trend | None = None
    """Of a month with one before it."""

    @property
    def place(self) -> str:
        """What names the directory or the project of a period that is of one."""
        return self.directory or self.project


class Answer(Struct, frozen=True, kw_only=True):
    """A report's rows in the order asked for, and their exact totals."""

    question: Question
    zone: str
    now: int
    rows: tuple[AnswerRow, ...]
    totals: Row
    """Of all rows found, also where `top` shows fewer."""
    token_limit: int | None = None
    """What blocks are measured against, where a limit was asked for and is known."""
    notes: tuple[str, ...] = ()
    """What the user should know of the answer, such as that no project has the name."""

    @property
    def has_agents(self) -> bool:
        """Whether it is of several coding agents."""
        return len(self.totals.figures.agents) > 1

    @property
    def has_machines(self) -> bool:
        """Whether it is of several machines."""
        return len(self.totals.figures.machines) > 1

    @property
    def has_people(self) -> bool:
        """Whether it is of several people."""
        return len(self.totals.figures.people) > 1

    def limit_share(self, tokens: int) -> float | None:
        """Return tokens as a share of the limit; `None` where none is known."""
        return tokens / self.token_limit if self.token_limit else None

    def limit_left(self, tokens: int) -> int:
        """Return what tokens leave of the limit, nothing where they exceed it."""
        return max(0, (self.token_limit or 0) - tokens)


class SessionAnswer(Struct, frozen=True, kw_only=True):
    """One session with all its responses, oldest first."""

    session: str
    title: str
    row: AnswerRow
    responses: tuple[ResponseRow, ...]
    recorded: tuple[int | None, ...]
    """For each response the cost its line recorded, in pico-dollars."""


class ComparedPart(Struct, frozen=True):
    """A model's figures on both sides."""

    name: str
    left: Figures
    right: Figures
    change: Change


class Comparison(Struct, frozen=True, kw_only=True):
    """Two periods or two projects side by side."""

    kind: Literal["periods", "projects"]
    zone: str
    left: AnswerRow
    right: AnswerRow
    change: Change
    """From left to right."""
    by_model: tuple[ComparedPart, ...]
    """Dearest first, of either side."""


class Summary(Struct, frozen=True, kw_only=True):
    """Today, this week, this month and the active block on one page."""

    zone: str
    now: int
    today: Row
    week: Row
    month: Row
    block: Block | None
    burn_rate: BurnRate
    projection: Projection | None
    by_model: tuple[Part, ...]
    """This month's models."""
    sessions: tuple[Row, ...]
    """Today's sessions, most expensive first, at most ten."""
    notes: tuple[str, ...] = ()
    """What the user should know, such as that no project has the name."""
    agent: str = CLAUDE
    """Whose block, burn rate and projection these are."""
    agents: tuple[str, ...] = ()
    """The coding agents asked about, none where it is of all."""
    window: WindowNow | None = None
    """The limit window that stands above all, with its forecast; `None` where none is known."""

    @property
    def has_agents(self) -> bool:
        """Whether it is of several coding agents."""
        return len(self.month.figures.agents) > 1

    @property
    def has_machines(self) -> bool:
        """Whether it is of several machines."""
        return len(self.month.figures.machines) > 1

    @property
    def has_people(self) -> bool:
        """Whether it is of several people."""
        return len(self.month.figures.people) > 1


Answered = Answer | SessionAnswer | Comparison | Summary
"""What reports answer."""
