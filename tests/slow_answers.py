"""Every one-shot report, worked out slowly and plainly from a slow reading's responses.

Nothing here is the engine's but the words of the question.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from engine.questions import Question, Selection
from tests.slow_reading import SlowResponse
from tests.slow_reports import SlowFigures, group

HOUR = 3_600_000
DAY = 24 * HOUR
MINUTE = 60_000
CENT = 10**10
"""A cent in pico-dollars."""


class Timed(Protocol):
    """What has a moment, in UTC milliseconds."""

    @property
    def time(self) -> int: ...


AnyTimed = TypeVar("AnyTimed", bound=Timed)


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
    directory: str = ""
    """Of a period apart by project."""
    directories: dict[str, int] = field(default_factory=dict)
    """When each project of a session or model was first used."""
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


def answer(question: Question, found: Sequence[SlowResponse], setting: Setting) -> SlowAnswer:
    """Return all rows of a report in no order; `top` is left aside, and `last` but of periods."""
    responses = [_priced(each, question.selection) for each in found]
    if question.kind == "blocks":
        return _blocks(question, responses, setting)
    of_all_days = _chosen(question.selection, responses)
    chosen = _of_days(question, of_all_days, setting)
    rows = _make_rows(question, chosen, setting)
    if question.kind in ("hourly", "daily", "weekly", "monthly") and question.selection.project:
        projects = {each.project for each in responses}
        only = _matching(question.selection.project, projects)
        for row in rows if len(only) == 1 else ():
            (row.directory,) = only
    if question.kind == "monthly" and not question.by_project:
        for row in rows:
            row.trend = _trend(question, row, of_all_days, setting)
    return SlowAnswer(rows, whole(chosen), len({each.session for each in chosen}))


def whole(responses: Iterable[SlowResponse]) -> SlowFigures:
    """Return what all responses sum to."""
    return group(responses, lambda response: "").get("", SlowFigures())


def _priced(response: SlowResponse, selection: Selection) -> SlowResponse:
    """Return a response at the cost that a mode counts."""
    if selection.mode == "calculate":
        return replace(response, cost=response.calculated)
    if selection.mode == "display":
        return replace(response, cost=response.recorded or 0)
    return response


def _chosen(selection: Selection, responses: Sequence[SlowResponse]) -> list[SlowResponse]:
    projects = _matching(selection.project, {each.project for each in responses})
    models = _matching(selection.model, {each.model for each in responses})
    return [each for each in responses if each.project in projects and each.model in models]


def _matching(pattern: str | None, names: set[str]) -> set[str]:
    """Return the names that are a pattern; where none is, those it is a part of."""
    if pattern is None:
        return names
    return {pattern} & names or {name for name in names if pattern.lower() in name.lower()}


def first_day(kind: str, day: date, week_start: int) -> date:
    """Return the first day of the period that a day is in."""
    if kind == "weekly":
        return day - timedelta(days=(day.weekday() - week_start) % 7)
    return day.replace(day=1) if kind == "monthly" else day


def _day_after(kind: str, first: date) -> date:
    if kind == "monthly":
        return (first + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=7 if kind == "weekly" else 1)


def _of_days(
    question: Question, responses: Iterable[SlowResponse], setting: Setting
) -> list[SlowResponse]:
    """Return the responses of the days asked for."""
    since = question.selection.since or date.min
    until = question.selection.until or date.max
    kept = [each for each in responses if since <= setting.day(each.time) <= until]
    if question.last is None or question.kind in ("session", "projects", "models"):
        return kept
    if question.kind == "hourly":
        earliest = _hour(setting.now, setting)[0] - (question.last - 1) * HOUR
        return [each for each in kept if each.time >= earliest]
    first = first_day(question.kind, setting.day(setting.now), setting.week_start)
    for _ in range(question.last - 1):
        first = first_day(question.kind, first - timedelta(days=1), setting.week_start)
    return [each for each in kept if setting.day(each.time) >= first]


def _hour(time: int, setting: Setting) -> tuple[int, int]:
    """Return when the hour of the zone's clock that a moment is in begins and ends."""
    zone = ZoneInfo(setting.zone)
    offset = _offset(time, zone)
    start = (time + offset) // HOUR * HOUR - offset
    begin = next(
        moment for moment in range(start, start + HOUR, MINUTE) if _offset(moment, zone) == offset
    )
    end = next(
        (moment for moment in range(time, start + HOUR, MINUTE) if _offset(moment, zone) != offset),
        start + HOUR,
    )
    return begin, end // MINUTE * MINUTE


def _offset(time: int, zone: ZoneInfo) -> int:
    shift = datetime.fromtimestamp(time // 1000, zone).utcoffset()
    assert shift is not None
    return round(shift.total_seconds() * 1000)


def _make_rows(
    question: Question, responses: Sequence[SlowResponse], setting: Setting
) -> list[SlowRow]:
    groups: dict[tuple[object, str], list[SlowResponse]] = {}
    for response in responses:
        apart = response.project if question.by_project else ""
        groups.setdefault((_key(question, response, setting), apart), []).append(response)
    return [_row(question, key, apart, inside, setting) for (key, apart), inside in groups.items()]


def _key(question: Question, response: SlowResponse, setting: Setting) -> object:
    """Return what responses of one row share."""
    if question.kind == "hourly":
        return _hour(response.time, setting)
    if question.kind in ("daily", "weekly", "monthly"):
        return first_day(question.kind, setting.day(response.time), setting.week_start)
    names: dict[str, Callable[[SlowResponse], str]] = {
        "session": lambda each: each.session,
        "projects": lambda each: each.project,
        "models": lambda each: each.model,
    }
    return names[question.kind](response)


def _row(
    question: Question,
    key: object,
    apart: str,
    inside: Sequence[SlowResponse],
    setting: Setting,
) -> SlowRow:
    row = SlowRow(
        key=str(key),
        sessions=len({each.session for each in inside}),
        figures=whole(inside),
        by_model=group(inside, lambda each: each.model),
        directory=apart,
    )
    row.start, row.end = row.figures.first, row.figures.last
    if isinstance(key, tuple):
        row.key, (row.start, row.end) = "", key
    elif isinstance(key, date):
        row.key = f"{key:%Y-%m}" if question.kind == "monthly" else key.isoformat()
        row.start = setting.midnight(key)
        row.end = setting.midnight(_day_after(question.kind, key))
    elif question.kind in ("session", "models"):
        by_project = group(inside, lambda each: each.project)
        row.directories = {name: figures.first for name, figures in by_project.items()}
    return row


def _trend(
    question: Question, row: SlowRow, responses: Iterable[SlowResponse], setting: Setting
) -> tuple[object, ...] | None:
    """Return how a whole month, or one that is running, differs from the one before it."""
    begin = date.fromisoformat(f"{row.key}-01")
    before = (begin - timedelta(days=1)).replace(day=1)
    today = setting.day(setting.now)
    is_running = today.replace(day=1) == begin
    last = today if is_running else _day_after("monthly", begin) - timedelta(days=1)
    if (question.selection.since or begin) > begin or (question.selection.until or last) < last:
        return None
    earlier = [each for each in responses if setting.day(each.time).replace(day=1) == before]
    if not earlier:
        return None
    same = whole(
        each for each in earlier if not is_running or setting.day(each.time).day <= today.day
    )
    tokens = row.figures.tokens.total - same.tokens.total
    cost = row.figures.cost - same.cost
    return (
        f"{before:%Y-%m}",
        is_running,
        tokens,
        cost,
        row.figures.responses - same.responses,
        tokens / same.tokens.total if same.tokens.total else None,
        cost / same.cost if same.cost else None,
    )


def _blocks(question: Question, responses: Sequence[SlowResponse], setting: Setting) -> SlowAnswer:
    """Return blocks over all responses; where only some are chosen, what these sum to in each."""
    chosen = _chosen(question.selection, responses)
    is_narrowed = question.selection.project is not None or question.selection.model is not None
    ids = {id(each) for each in chosen}
    found = in_blocks(responses, question.block_length)
    active = _active(found, question.block_length, setting.now)
    limit = _limit(question, found, setting.now)
    rows: list[SlowRow] = []
    kept: list[SlowResponse] = []
    for place, (start, inside) in enumerate(found):
        gap = _gap(found, place, question.block_length)
        if gap is not None and not is_narrowed and _is_shown(question, gap, setting):
            rows.append(gap)
        own = [each for each in inside if id(each) in ids]
        row = _block(start, own, question.block_length, is_active=place == active)
        if own and _is_shown(question, row, setting):
            rows.append(_with_rate(row, limit, setting.now))
            kept += own
    return SlowAnswer(rows, whole(kept), 0, limit)


Blocks = Sequence[tuple[int, list[SlowResponse]]]


def _limit(question: Question, found: Blocks, now: int) -> int | None:
    """Return the limit given, or the most tokens of a block that is over."""
    if question.token_limit != "max":
        return question.token_limit
    active = _active(found, question.block_length, now)
    totals = [
        whole(inside).tokens.total
        for place, (start, inside) in enumerate(found)
        if start <= now and place != active
    ]
    return max(totals, default=0) or None


def _active(found: Blocks, length: int, now: int) -> int | None:
    """Return the place of the newest block that has begun, if it still runs."""
    begun = [place for place, (start, _) in enumerate(found) if start <= now]
    if not begun:
        return None
    start, inside = found[begun[-1]]
    return begun[-1] if now < start + length and now - inside[-1].time < length else None


def _gap(found: Blocks, place: int, length: int) -> SlowRow | None:
    """Return the idle time before a block, where it was longer than a block."""
    if place == 0:
        return None
    last, first = found[place - 1][1][-1].time, found[place][1][0].time
    if first - last <= length:
        return None
    return SlowRow(key=f"gap-{last + length}", start=last + length, end=first, is_gap=True)


def _block(start: int, own: Sequence[SlowResponse], length: int, *, is_active: bool) -> SlowRow:
    return SlowRow(
        key=str(start),
        start=start,
        end=start + length,
        figures=whole(own),
        by_model=group(own, lambda each: each.model),
        is_active=is_active,
    )


def _is_shown(question: Question, row: SlowRow, setting: Setting) -> bool:
    assert row.start is not None
    if question.is_active_only and not row.is_active:
        return False
    is_recent = row.is_active or row.start >= setting.now - 3 * DAY
    if question.is_recent_only and not is_recent:
        return False
    since = question.selection.since or date.min
    return since <= setting.day(row.start) <= (question.selection.until or date.max)


def _with_rate(row: SlowRow, limit: int | None, now: int) -> SlowRow:
    """Give the active block its average rate, and what that leads to."""
    span = row.figures.last - row.figures.first
    if not row.is_active or span <= 0:
        return row
    tokens, cost = row.figures.tokens, row.figures.cost
    minutes = Fraction(span, MINUTE)
    left = _half_up(Fraction((row.end or 0) - now, MINUTE))
    row.rate = (
        tokens.total / minutes,
        (tokens.input + tokens.output) / minutes,
        cost / minutes * 60,
    )
    projected = _half_up(tokens.total + row.rate[0] * left)
    cents = _half_up(Fraction(cost + row.rate[2] / 60 * left) / CENT)
    row.projection = (projected, cents * CENT, left)
    if limit is not None:
        share = Fraction(projected, limit)
        status = "exceeds" if share > 1 else "warning" if share > Fraction(4, 5) else "ok"
        row.limit = (limit, share, status)
    return row


def _half_up(number: Fraction) -> int:
    return math.floor(number + Fraction(1, 2))


def hours_as_length(hours: str) -> int:
    """Return a block's length in milliseconds, given in hours as typed."""
    return round(Fraction(hours) * HOUR)


def in_blocks(responses: Iterable[AnyTimed], length: int) -> list[tuple[int, list[AnyTimed]]]:
    """Return each block's start and responses, oldest first."""
    found: list[tuple[int, list[AnyTimed]]] = []
    for response in sorted(responses, key=lambda response: response.time):
        if (
            not found
            or response.time > found[-1][0] + length
            or response.time > found[-1][1][-1].time + length
        ):
            found.append((response.time // HOUR * HOUR, []))
        found[-1][1].append(response)
    return found
