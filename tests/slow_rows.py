"""The words of slow answers: where and when a question is asked, rows, and their totals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.slow_reading import SlowResponse
from tests.slow_reports import SlowFigures, group

HOUR = 3_600_000
DAY = 24 * HOUR
MINUTE = 60_000


@dataclass(frozen=True)
class Setting:
    """Where and when a question is asked."""

    zone: str
    now: int
    week_start: int = 0

    def day(self, time: int) -> date:
        return datetime.fromtimestamp(time // 1000, ZoneInfo(self.zone)).date()

    def midnight(self, day: date) -> int:
        """Return the first moment of a day, which the clock may skip to."""
        begin = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.zone))
        return round(begin.astimezone(UTC).timestamp() * 1000)


@dataclass
class SlowRow:
    """One row: where it stands in time, and what it sums to."""

    key: str
    start: int | None = None
    end: int | None = None
    place: str = ""
    """The project or directory of a period apart by it."""
    directories: dict[str, int] = field(default_factory=dict)
    """When each directory of a session or model was first used."""
    projects: set[str] = field(default_factory=set)
    """Of a session or model."""
    sessions: int = 0
    figures: SlowFigures = field(default_factory=SlowFigures)
    by_model: dict[str, SlowFigures] = field(default_factory=dict)
    is_active: bool = False
    is_gap: bool = False
    rate: tuple[Fraction, Fraction, Fraction] | None = None
    """Tokens and plain tokens a minute, pico-dollars an hour."""
    projection: tuple[int, int, int] | None = None
    """Tokens, pico-dollars, minutes left."""
    limit: tuple[int, Fraction, str] | None = None
    """The limit, the projected share of it, and its status."""
    trend: tuple[object, ...] | None = None
    """Of a month: the one before, whether to date, the change, and its shares."""


@dataclass
class SlowAnswer:
    """Rows by name or time, and what all of them sum to."""

    rows: list[SlowRow]
    totals: SlowFigures
    sessions: int
    token_limit: int | None = None


def whole(responses: Iterable[SlowResponse]) -> SlowFigures:
    """Return what all responses sum to."""
    return group(responses, lambda response: "").get("", SlowFigures())
