"""What the engine answers: reports and details, of figures and their parts.

Faces draw these objects and compute nothing. Times are UTC milliseconds, durations
milliseconds, money whole pico-dollars (`engine.domain.responses.PICO`), shares 0.0 to 1.0.
Where `unpriced` is not empty, `cost` leaves out the named models' responses, and every
view that shows the cost says so.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from engine.domain.choices import Apart
from engine.domain.responses import Tokens

ReportKind = str
"""The key of a tab (`engine.domain.report_definitions`)."""

Span = Literal["5h", "24h", "7d", "30d", "all"]
SPANS: tuple[Span, ...] = ("5h", "24h", "7d", "30d", "all")
"""How far back a report reaches from now; 5h and 24h count by quarter hours."""


class Figures(Struct, frozen=True, gc=False):
    """What a set of responses sums to."""

    responses: int = 0
    tokens: Tokens = Tokens()
    cost: int = 0
    models: tuple[str, ...] = ()
    """Models in order of first use; an empty name stands for a response without one."""
    unpriced: tuple[str, ...] = ()
    """Models whose responses have no known cost, sorted."""
    first: int | None = None
    last: int | None = None
    agents: tuple[str, ...] = ()
    """Coding agents in order of first use: `claude`, `codex`."""
    reasoning: int = 0
    """Tokens of the output that are known to be reasoning."""
    machines: tuple[str, ...] = ()
    """Machines in order of first use; none where the ledger knows of no other than its own."""
    people: tuple[str, ...] = ()
    """Who worked on them, in order of first use; none where nobody is named."""


class Part(Struct, frozen=True, gc=False):
    """One named part of a whole: a model of a block, a sub-agent of a session."""

    name: str
    figures: Figures
    token_share: float
    """Part of the whole's tokens, 0.0 where the whole has none."""
    cost_share: float
    parts: tuple[Part, ...] = ()
    """The models of an agent that is one of several, of a machine and of a person."""


class Point(Struct, frozen=True):
    """One step of a series over time."""

    start: int
    label: str
    """The step named in the user's zone, such as `14:00` or `Mon 17`."""
    responses: int
    tokens: int
    cost: int


class Row(Struct, frozen=True, gc=False):
    """One row of a report, of whichever kind; what does not apply is empty.

    `label` is what people read: a period, a project's name, a session's title where it is
    known. `key` names the row within its kind: `2026-11-22` (daily; weekly by its first day),
    `2026-11` (monthly), the session id, the block's start in milliseconds, the model,
    the project's directory name; a model's and a block's has the agent beside it where that
    is not Claude Code.
    """

    key: str
    label: str
    figures: Figures
    cost_share: float
    token_share: float
    """Parts of the report's totals."""
    sessions: int = 0
    project: str = ""
    projects: tuple[str, ...] = ()
    start: int | None = None
    end: int | None = None
    is_active: bool = False
    is_gap: bool = False
    by_model: tuple[Part, ...] = ()
    by_agent: tuple[Part, ...] = ()
    by_machine: tuple[Part, ...] = ()
    """None where the ledger knows of no other machine than its own."""
    by_person: tuple[Part, ...] = ()
    """None where nobody is named."""
    provider: str = ""
    """Who ran a model, where its agent names it."""

    @property
    def models(self) -> tuple[str, ...]:
        """The models, the most expensive first where each one's part is known."""
        return tuple(part.name for part in self.by_model) or self.figures.models

    @property
    def agents(self) -> tuple[str, ...]:
        """The coding agents, the most expensive first where each one's part is known."""
        return tuple(part.name for part in self.by_agent) or self.figures.agents

    @property
    def machines(self) -> tuple[str, ...]:
        """The machines, the most expensive first where each one's part is known."""
        return tuple(part.name for part in self.by_machine) or self.figures.machines

    @property
    def people(self) -> tuple[str, ...]:
        """The people who are named, the most expensive first where each one's part is known."""
        return tuple(part.name for part in self.by_person if part.name) or self.figures.people

    def parts_by(self, apart: Apart) -> tuple[Part, ...]:
        """Return the row's parts apart by agent, machine or person."""
        return {"agent": self.by_agent, "machine": self.by_machine, "person": self.by_person}[apart]


class Report(Struct, frozen=True):
    """A tab's table: rows newest (or largest) first, and their exact totals."""

    kind: ReportKind
    span: Span
    zone: str
    revision: int
    rows: tuple[Row, ...]
    totals: Row


class ResponseRow(Struct, frozen=True):
    """One response in a session's details."""

    time: int
    model: str
    tokens: Tokens
    cost: int | None
    """`None` where the model has no price."""
    agent: str
    """The sub-agent's id, empty for the main conversation."""
    is_sidechain: bool


class Detail(Struct, frozen=True):
    """What Enter opens: one row of a report, looked into."""

    kind: ReportKind
    key: str
    title: str
    facts: tuple[tuple[str, str], ...]
    """Named facts that are not figures: project path, session id, transcript file …"""
    figures: Figures
    by_model: tuple[Part, ...]
    series: tuple[Point, ...]
    """Over time: a day's hours, a month's days, a session's or block's quarter hours."""
    series_name: str
    """What a step is: `hour`, `day`, `quarter hour`."""
    sessions: tuple[Row, ...] = ()
    agents: tuple[Part, ...] = ()
    """Sub-agents of a session, named by type and description where known."""
    responses: tuple[ResponseRow, ...] = ()
    """A session's newest responses, newest first, at most 1,000."""
