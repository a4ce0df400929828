"""Every one-shot report, worked out slowly and plainly from a slow reading's responses.

Nothing here is the engine's but the words of the question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.domain.questions import Question, Selection
from tests.slow_blocks import answer_blocks
from tests.slow_reading import SlowResponse
from tests.slow_reports import group
from tests.slow_rows import HOUR, MINUTE, Setting, SlowAnswer, SlowRow, whole


def answer(question: Question, found: Sequence[SlowResponse], setting: Setting) -> SlowAnswer:
    """Return all rows of a report in no order; `top` is left aside, and `last` but of periods."""
    responses = [_priced(each, question.selection) for each in found]
    of_all_days = _chosen(question, responses)
    if question.kind == "blocks":
        return answer_blocks(question, responses, of_all_days, setting)
    chosen = _of_days(question, of_all_days, setting)
    rows = _make_rows(question, chosen, setting)
    if question.kind in ("hourly", "daily", "weekly", "monthly") and question.selection.project:
        only = _places(question, responses)[1]
        for row in rows if len(only) == 1 and not question.by_project else ():
            (row.place,) = only
    if question.kind == "monthly" and not question.by_project:
        for row in rows:
            row.trend = _trend(question, row, of_all_days, setting)
    return SlowAnswer(rows, whole(chosen), len({each.session for each in chosen}))


def _priced(response: SlowResponse, selection: Selection) -> SlowResponse:
    """Return a response at the cost that a mode counts."""
    if selection.mode == "calculate":
        return replace(response, cost=response.calculated)
    if selection.mode == "display":
        return replace(response, cost=response.recorded or 0)
    return response


def _chosen(question: Question, responses: Sequence[SlowResponse]) -> list[SlowResponse]:
    selection = question.selection
    models = _matching(selection.model, {each.model for each in responses})
    of_models = [each for each in responses if each.model in models]
    if selection.project is None:
        return of_models
    is_directory, places = _places(question, responses)
    return [
        each for each in of_models if (each.directory if is_directory else each.project) in places
    ]


def _places(question: Question, responses: Sequence[SlowResponse]) -> tuple[bool, set[str]]:
    """Return the project that bears a name exactly, else the directory, else all it is part of."""
    pattern = question.selection.project
    projects = {each.project for each in responses}
    is_project = pattern in projects and not question.by_directory
    if pattern in {each.directory for each in responses} and not is_project:
        return True, {pattern or ""}
    return False, _matching(pattern, projects)


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
        apart = response.directory if question.by_directory else response.project
        apart = apart if question.by_project else ""
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
        place=apart,
    )
    row.start, row.end = row.figures.first, row.figures.last
    if isinstance(key, tuple):
        row.key, (row.start, row.end) = "", key
    elif isinstance(key, date):
        row.key = f"{key:%Y-%m}" if question.kind == "monthly" else key.isoformat()
        row.start = setting.midnight(key)
        row.end = setting.midnight(_day_after(question.kind, key))
    elif question.kind in ("session", "models"):
        by_directory = group(inside, lambda each: each.directory)
        row.directories = {name: figures.first for name, figures in by_directory.items()}
        row.projects = {each.project for each in inside}
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
