"""What is so at a moment: the live screen's snapshot, with the block and all that goes with it.

Units and shares are those of `engine.domain.reports`.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from engine.domain.levels import Level
from engine.domain.limit_windows import BurnUp, Event, HitNow, WindowNow, WindowSource
from engine.domain.notices import Notice
from engine.domain.reports import Figures, Point
from engine.domain.responses import CLAUDE
from engine.domain.running_blocks import Block as Block
from engine.domain.running_blocks import BurnRate as BurnRate
from engine.domain.running_blocks import Trace as Trace
from engine.domain.scans import PlaceLookedAt


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


class SessionNow(Struct, frozen=True):
    """A session with responses in the active block, as the live screen lists it."""

    session: str
    project: str
    """The project's short name."""
    models: tuple[str, ...]
    """The most expensive first."""
    figures: Figures
    """What the session used in the active block."""
    tokens_per_minute: float
    """Over the last five minutes."""
    last: int
    is_busy: bool
    """A response came within the last two minutes."""
    sub_agents: int
    """Sub-agents at work: each had a response within the last two minutes."""
    cost_per_hour: int = 0
    """In pico-dollars, over the last five minutes."""
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


class Warned(Struct, frozen=True):
    """A level of the limit that was crossed, told once per window."""

    level: Level
    window: int
    """Start of the block it belongs to."""
    text: str
    time: int


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
    machines: tuple[str, ...] = ()
    """All machines that are known, this one first; none where it knows of no other."""
    database: str = ""
    """The team's database that is watched in place of this machine, without who asks it."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found to read."""
        return self.responses == 0 and self.state == "following"
