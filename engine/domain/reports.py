"""What the engine answers: frozen snapshots, reports and details.

Faces draw these objects and compute nothing. Times are UTC milliseconds, durations
milliseconds, money whole pico-dollars (`engine.domain.responses.PICO`), shares 0.0 to 1.0.
Where `unpriced` is not empty, `cost` leaves out the named models' responses, and every
view that shows the cost says so.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from engine.domain.limit_windows import BurnUp, Event, HitNow, WindowNow, WindowSource
from engine.domain.responses import CLAUDE, Tokens

ReportKind = str
"""The key of a tab (`engine.domain.report_definitions`)."""

Span = Literal["5h", "24h", "7d", "30d", "all"]
SPANS: tuple[Span, ...] = ("5h", "24h", "7d", "30d", "all")
"""How far back a report reaches from now; 5h and 24h count by quarter hours."""

Level = Literal["fine", "half", "high", "critical", "reached"]
Levels = tuple[tuple[float, Level], ...]
LEVELS: Levels = (
    (1.0, "reached"),
    (0.9, "critical"),
    (0.75, "high"),
    (0.5, "half"),
)
"""Share of a limit at which each level begins unless the user says otherwise, highest first;
under all of them: fine."""


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


class Part(Struct, frozen=True, gc=False):
    """One named part of a whole: a model of a block, a sub-agent of a session."""

    name: str
    figures: Figures
    token_share: float
    """Part of the whole's tokens, 0.0 where the whole has none."""
    cost_share: float
    parts: tuple[Part, ...] = ()
    """The models of an agent, where it is one of several."""


class Point(Struct, frozen=True):
    """One step of a series over time."""

    start: int
    label: str
    """The step named in the user's zone, such as `14:00` or `Mon 17`."""
    responses: int
    tokens: int
    cost: int


class Trace(Struct, frozen=True):
    """Tokens and cost of equal steps over a block, from its start up to now.

    Steps that have not begun are absent, so `len(tokens)` grows up to `steps`.
    """

    start: int
    step: int
    steps: int
    tokens: tuple[int, ...]
    cost: tuple[int, ...]
    running_tokens: tuple[int, ...]
    """Tokens of the block up to the end of each step."""
    running_cost: tuple[int, ...]


class BurnRate(Struct, frozen=True):
    """How fast tokens and money were used over a recent window (SPEC §8)."""

    window: int
    """The window's length in milliseconds (idle time in it counts as idle)."""
    tokens_per_minute: float
    plain_tokens_per_minute: float
    """The same of input and output alone, without cache."""
    cost_per_hour: int
    word: str
    """`idle`, `calm`, `steady`, `busy` or `intense`."""


class Projection(Struct, frozen=True):
    """What the block will have used at its end if the recent rate goes on.

    The range, known after an hour of the block, is what the rates of the last 10, 30 and
    60 minutes would lead to.
    """

    tokens: int
    cost: int
    remaining: int
    tokens_range: tuple[int, int] | None = None
    cost_range: tuple[int, int] | None = None


class Limit(Struct, frozen=True):
    """The use of the 5 hours against one limit, all from one source: that of their window.

    `value`, `used_share` and `projected_share` are `None` where no limit is known;
    `reason` then says why in words a user reads.
    """

    source: WindowSource
    label: str
    """Such as `your limit`, `P90 of 23 finished blocks · estimate`, `not enough history`."""
    unit: Literal["tokens", "cost", "percent"]
    value: int | None
    """`None` of an official limit, too: it says shares alone."""
    used: int | None
    used_share: float | None
    projected_share: float | None
    """What the window's one forecast expects at its end."""
    level: Level
    reached_at: int | None
    """When the forecast expects the limit to be reached, if before the window's end."""
    reason: str = ""


class Block(Struct, frozen=True):
    """The active 5-hour block: the true window where that is known, else as SPEC §7 has it."""

    start: int
    end: int
    figures: Figures
    by_model: tuple[Part, ...]
    elapsed: int
    remaining: int
    elapsed_share: float
    anchor: Literal["estimated", "official", "pinned"] = "estimated"
    """Where the block's start is known from: its responses, an official reset, the user."""


class SessionNow(Struct, frozen=True):
    """A session with responses in the active block, as the live screen lists it."""

    session: str
    project: str
    """The project's short name."""
    models: tuple[str, ...]
    figures: Figures
    """What the session used in the active block."""
    tokens_per_minute: float
    """Over the last five minutes."""
    last: int
    is_busy: bool
    """A response came within the last two minutes."""
    sub_agents: int
    """Sub-agents at work: each had a response within the last two minutes."""
    title: str = ""
    """What the session is called, where that is known."""
    state: Literal["busy", "idle", ""] = ""
    """What Claude Code itself says of a session that is open, empty where it says nothing."""
    context_tokens: int | None = None
    """Tokens in the context of its main chain, where that is known."""
    context_share: float | None = None
    """How full that context is."""
    is_compacted: bool = False
    """The context was compacted, and no response has told since how long it is."""
    agent: str = CLAUDE
    """The coding agent whose session it is."""


class Progress(Struct, frozen=True):
    """How far the first reading is."""

    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    responses: int
    seconds_left: float | None
    share: float


class Notice(Struct, frozen=True):
    """Something a user should know: one clear sentence that says what to do."""

    severity: Literal["information", "warning", "error"]
    text: str


class Warned(Struct, frozen=True):
    """A level of the limit that was crossed, told once per window."""

    level: Level
    window: int
    """Start of the block it belongs to."""
    text: str
    time: int


class PlaceLookedAt(Struct, frozen=True, rename="camel"):
    """One place where transcripts were looked for, and what was found."""

    path: str
    found: str
    """Such as `12 files`, `no projects directory`, `permission denied`."""
    is_root: bool


class Snapshot(Struct, frozen=True):
    """Everything the live screen's first tab shows, as of `generated_at`."""

    generated_at: int
    zone: str
    revision: int
    """Grows whenever counted figures changed; equal revisions have equal reports."""
    state: Literal["reading", "following"]
    progress: Progress | None
    block: Block | None
    burn_rate: BurnRate
    trace: Trace | None
    projection: Projection | None
    limit: Limit
    today: Figures
    week: Figures
    month: Figures
    sessions: tuple[SessionNow, ...]
    """Sessions of the active block, latest first."""
    warned: tuple[Warned, ...]
    """Levels crossed so far in the active block, latest first."""
    unpriced: tuple[str, ...]
    """Models without a price in anything shown here."""
    notices: tuple[Notice, ...]
    places: tuple[PlaceLookedAt, ...]
    responses: int
    """Responses known in all."""
    last_response: int | None
    """When the newest response came, in all of history."""
    today_hours: tuple[Point, ...]
    """The hours of the current day up to now, in the user's zone."""
    recent_days: tuple[Point, ...]
    """The last 30 days with today last, days without use included."""
    windows: tuple[WindowNow, ...] = ()
    """`five_hour` first, then the week, the week by model, spending, others, budgets."""
    burn_ups: tuple[BurnUp, ...] = ()
    """Of `five_hour` and `seven_day`, where their limits are known."""
    rates: tuple[BurnRate, ...] = ()
    """Over 1, 5, 15 and 60 minutes."""
    events: tuple[Event, ...] = ()
    """Latest first, at most 50, of all processes."""
    plan: str = ""
    """Such as `Max 5x`, empty where unknown."""
    hit: HitNow | None = None
    """The gravest limit that is hit now."""
    agent: str = CLAUDE
    """The coding agent whose block, burn rate, trace and projection these are."""
    agents: tuple[str, ...] = (CLAUDE,)
    """All coding agents whose responses are shown."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found to read."""
        return self.responses == 0 and self.state == "following"


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
    provider: str = ""
    """Who ran a model, where its agent names it."""


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
