"""Limit windows as faces show them: each with all its figures from one source (SPEC §9).

Times are UTC milliseconds, durations milliseconds, money whole pico-dollars, shares 0.0 to
1.0 (a spend limit's may be more).
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from engine.domain.levels import Level

PaceWord = Literal["under", "on", "over"]

WindowSource = Literal[
    "statusline",
    "oauth",
    "claude.json",
    "desktop",
    "agent",
    "hit",
    "given",
    "p90",
    "max",
    "median",
    "calibrated",
    "budget",
    "provider",
    "none",
]
"""Where a window's figures come from; the first six are official, `provider` is what a provider
of models says of the user's account there."""

OFFICIAL: frozenset[WindowSource] = frozenset(
    ("statusline", "oauth", "claude.json", "desktop", "agent", "hit")
)

ESTIMATES: frozenset[WindowSource] = frozenset(("p90", "max", "median", "calibrated"))
"""Sources that only say what is usual: nothing of it is ever hit or reached."""


WindowState = Literal["open", "hit", "extra usage", "last known", "unknown"]
"""How a window stands: `hit` lets nothing go on until its reset; on `extra usage` all of it is
used and work goes on beyond the plan; `last known` is of an owner who says nothing any more."""


class Foreseen(Struct, frozen=True):
    """What a window's use will be at a moment: expected, and the range that holds mostly."""

    time: int
    low: float
    expected: float
    high: float


class Forecast(Struct, frozen=True):
    """What becomes of a window's use, and what that is known from.

    Of `reaches_at` and its range `None` means not before the reset, or that the limit is
    hit already (`is_frozen`: nothing moves until the reset). `earliest` and `latest` hold in
    about eight of ten cases, as do the shares' `share_low` and `share_high`.
    """

    basis: Literal["official", "local", "none"]
    basis_label: str
    """Such as `14 official readings`, `last 30 min and so far, this machine`."""
    reaches_at: int | None = None
    earliest: int | None = None
    latest: int | None = None
    share_at_reset: float | None = None
    share_low: float | None = None
    share_high: float | None = None
    is_frozen: bool = False
    pace: float | None = None
    """Used share less the elapsed share of the window: 0.1 is ten points ahead of even use."""
    pace_word: PaceWord | None = None
    cone: tuple[Foreseen, ...] = ()
    """Shares at equal steps from now to the reset, both included."""


class HitNow(Struct, frozen=True):
    """A limit that is hit now: until its reset, or until a response succeeds."""

    window: str
    label: str
    since: int
    resets_at: int | None
    is_extra_usage: bool
    """Usage beyond the plan was in use when it was hit."""
    owner: str = ""
    owner_name: str = ""
    is_of_model: bool = False
    """Single models are held up, and others go on."""


class Spend(Struct, frozen=True):
    """What is spent beyond the plan, as far as a source says it."""

    share: float
    """Of its limit; it may be more than 1."""
    resets_at: int | None


class WindowNow(Struct, frozen=True, kw_only=True):
    """One limit window as it stands: share, use, forecast and reset from the same source."""

    owner: str = ""
    """Whose it is: a key that tells owners apart, empty where the source names nobody."""
    owner_name: str = ""
    """What people call the owner; empty where only one has rows."""
    state: WindowState = "open"
    is_gravest: bool = False
    """It stands above all: the gravest of the owner who answered last."""
    begun_at: int | None = None
    """From when use counts: the window's start, or when it was reset early."""
    begun_share: float = 0.0
    """What was used then."""
    usual_multiple: float | None = None
    """How many times the usual is used, of an estimate; that is never a limit that is hit."""
    spend: Spend | None = None
    """On extra usage, what is spent beyond the plan."""

    window: str
    """`five_hour`, `seven_day`, `seven_day:<model>`, `spend_limit`, `budget:day` …"""
    label: str
    """What people call it: `5 hours`, `Week`, `Week · Fable`, `Credits`, `Budget · month`."""
    source: WindowSource
    basis: str
    """Such as `official · status line`, `your limit`, `P90 of 23 finished blocks · estimate`."""
    captured_at: int | None = None
    """When an official source said so; `None` for figures of this machine, which are of now."""
    age: int | None = None
    is_floor: bool = False
    """At least so much is used: the official source is old."""
    used_share: float | None = None
    """`None` where no limit is known; `reason` then says why."""
    used: int | None = None
    limit: int | None = None
    unit: Literal["tokens", "cost", "percent"] = "percent"
    """Of `used` and `limit`; an official window has neither, only its share."""
    start: int | None = None
    resets_at: int | None = None
    elapsed_share: float | None = None
    level: Level = "fine"
    forecast: Forecast
    hit: HitNow | None = None
    reason: str = ""


class UsePoint(Struct, frozen=True):
    """A share that was used at a moment."""

    time: int
    share: float


class BurnUp(Struct, frozen=True):
    """How a window was used up so far, all from the source of its row."""

    window: str
    start: int
    end: int
    points: tuple[UsePoint, ...]
    """Official steps, or local use against the limit; ascending, up to now.

    They begin where something is known: with the first reading, or the last early reset.
    """
    basis: str
    owner: str = ""


EventKind = Literal[
    "level", "forecast", "hit", "cleared", "reset", "early_reset", "budget", "extra_usage"
]
Severity = Literal["information", "warning", "error"]


class Event(Struct, frozen=True):
    """Something that happened to a window, told once in it, across restarts and processes."""

    time: int
    kind: EventKind
    window: str
    severity: Severity
    title: str
    """A few words, such as `5 hours: 75% used`."""
    text: str
    """One sentence that says what it means, in the past tense."""
    level: Level = "fine"
    owner: str = ""


class Budget(Struct, frozen=True):
    """What the user wants to use at most in a day, a week or a month of the calendar."""

    period: Literal["day", "week", "month"]
    unit: Literal["tokens", "cost"]
    value: int
    """Tokens, or pico-dollars."""
    provider: str = ""
    """The provider whose bill counts, by its id; where empty what this machine used."""


class LimitsNow(Struct, frozen=True, kw_only=True):
    """Every limit window as it stands, without the rest of a snapshot."""

    generated_at: int
    zone: str
    plan: str
    """Such as `Max 5x`, empty where unknown."""
    windows: tuple[WindowNow, ...]
    burn_ups: tuple[BurnUp, ...]
    events: tuple[Event, ...]
    """Latest first, at most 50, of all processes."""
    hit: HitNow | None
