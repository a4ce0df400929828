"""The calendar: which days it has, how busy each is, streaks, and that it agrees with daily."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.documents.calendars import graph_document
from engine.domain.calendars import Calendar
from engine.domain.choices import MEASURES
from engine.domain.questions import Question, Selection
from engine.domain.reports import Figures, Row
from engine.domain.responses import Tokens
from engine.domain.settings import Settings
from engine.monitor import Monitor
from engine.reports.queries.calendar import calendar_of, intensity_of, steps_of, streaks_of
from tests.agents.made_codex import Thread
from tests.asker import write_at
from tests.made_answers import row_of_agents
from tests.made_lines import OPUS, Clock, answer, moment, write

TODAY = date(2026, 11, 22)
"""A Sunday."""
MakeSettings = Callable[..., Settings]


def used(day: str, cost: int = 1, tokens: int = 1, **more: Any) -> Row:
    figures = Figures(responses=1, tokens=Tokens(input=tokens), cost=cost, **more)
    return Row(key=day, label="", figures=figures, cost_share=0.0, token_share=0.0, sessions=1)


def made(rows: list[Row], year: int | None = None, **more: Any) -> Calendar:
    given: dict[str, Any] = {"today": TODAY, "zone": "UTC", "now": 0, "week_start": 0, **more}
    return calendar_of(rows, year, **given)


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        ([], None),
        ([0, 0], None),
        ([7], (7, 7, 7)),
        ([1, 2], (2, 2, 2)),
        ([4, 1, 3, 2], (2, 3, 4)),
        ([0, 40, 10, 30, 20, 50], (20, 30, 40)),
        ([10**14, 10**14 + 1], (10**14 + 1,) * 3),
    ],
)
def test_steps_are_the_quartiles_of_what_is_above_nothing(
    values: list[int], steps: tuple[int, int, int] | None
) -> None:
    assert steps_of(values) == steps


def test_days_are_parted_by_their_steps() -> None:
    steps = steps_of([10, 20, 30, 40, 50])
    assert [intensity_of(value, steps) for value in (0, 1, 19, 20, 30, 40, 99)] == [
        1, 1, 1, 2, 3, 4, 4,
    ]  # fmt: skip
    assert intensity_of(0, None) == 1
    assert intensity_of(7, steps_of([7])) == 4


def test_cost_and_tokens_have_intensities_of_their_own() -> None:
    rows = [used(f"2026-11-{day:02d}", cost=day, tokens=30 - day) for day in range(1, 6)]
    rows.append(used("2026-11-09", cost=0, tokens=1, unpriced=("odd",)))
    calendar = made(rows, 2026)
    days = {day.day.day: day for day in calendar.days if day.day.month == 11 and day.is_active}
    assert [days[each].intensity("cost") for each in (1, 2, 3, 4, 5, 9)] == [1, 2, 3, 4, 4, 1]
    assert [days[each].intensity("tokens") for each in (1, 2, 3, 4, 5, 9)] == [4, 4, 3, 2, 1, 1]
    quiet = calendar.day(date(2026, 11, 8))
    assert quiet is not None
    assert (quiet.intensity("cost"), quiet.is_active) == (0, False)
    dear, busy = calendar.best_day("cost"), calendar.best_day("tokens")
    assert dear is not None
    assert busy is not None
    assert (dear.day.day, busy.day.day) == (5, 1)


def test_a_document_has_the_intensities_and_steps_of_its_measure() -> None:
    calendar = made([used("2026-11-01", 9, 1), used("2026-11-02", 1, 9)], 2026)
    told = {by: graph_document(calendar, by) for by in MEASURES}
    seen = {by: [day.intensity for day in told[by].days if day.responses] for by in MEASURES}
    assert seen == {"cost": [4, 1], "tokens": [1, 4]}
    assert {by: told[by].best_day for by in MEASURES} == {
        "cost": "2026-11-01",
        "tokens": "2026-11-02",
    }
    assert told["tokens"].intensity_steps == [3, 5, 7]
    assert told["cost"].intensity_steps == [3e-12, 5e-12, 7e-12]


def test_days_of_other_years_change_no_intensity() -> None:
    rows = [used("2025-06-01", cost=10**15), used("2026-06-01", cost=5)]
    day = made(rows, 2026).day(date(2026, 6, 1))
    assert day is not None
    assert day.intensity("cost") == 4


@pytest.mark.parametrize(("year", "days"), [(2024, 366), (2025, 365), (2026, 326), (2027, 0)])
def test_a_year_has_all_its_days_that_have_come(year: int, days: int) -> None:
    calendar = made([used("2024-02-29")], year)
    assert len(calendar.days) == days
    assert (calendar.since, calendar.until) == (date(year, 1, 1), date(year, 12, 31))
    assert calendar.years == (2024,)
    assert [day.day for day in calendar.days if day.is_active] == (
        [date(2024, 2, 29)] if year == 2024 else []
    )


def test_a_response_of_tomorrow_is_in_the_year_all_the_same() -> None:
    calendar = made([used("2026-11-24")], 2026)
    assert (calendar.days[-1].day, calendar.active_days) == (date(2026, 11, 24), 1)
    assert made([used("2026-11-24")]).active_days == 0


@pytest.mark.parametrize(
    ("week_start", "since"), [(0, "2025-11-17"), (6, "2025-11-23"), (2, "2025-11-19")]
)
def test_the_last_53_weeks_begin_as_weeks_do(week_start: int, since: str) -> None:
    calendar = made([], week_start=week_start)
    assert (str(calendar.since), calendar.until) == (since, TODAY)
    assert len(calendar.days) == (TODAY - calendar.since).days + 1
    assert calendar.since.weekday() == week_start


def test_streaks_go_over_leap_days_and_years() -> None:
    spans = (("2023-12-30", 4), ("2024-02-28", 3), ("2025-02-28", 1))
    days = [
        date.fromisoformat(first) + timedelta(days=n)
        for first, count in spans
        for n in range(count)
    ]
    assert [(str(each.first), str(each.last), each.days) for each in streaks_of(days)] == [
        ("2023-12-30", "2024-01-02", 4),
        ("2024-02-28", "2024-03-01", 3),
        ("2025-02-28", "2025-02-28", 1),
    ]
    rows = [used(str(day)) for day in days]
    for year, first in ((2023, "2023-12-30"), (2024, "2023-12-30"), (2025, "2025-02-28")):
        longest = made(rows, year).longest_streak
        assert longest is not None
        assert str(longest.first) == first
    assert made(rows, 2026).longest_streak is None


@pytest.mark.parametrize(
    ("days", "current"),
    [
        (("2026-11-20", "2026-11-21", "2026-11-22"), 3),
        (("2026-11-20", "2026-11-21"), 2),
        (("2026-11-19", "2026-11-20"), None),
        ((), None),
    ],
)
def test_a_streak_is_current_up_to_yesterday(days: tuple[str, ...], current: int | None) -> None:
    for year in (None, 2026, 2024):
        streak = made([used(day) for day in days], year).current_streak
        assert (streak.days if streak else None) == current


def test_an_empty_history_has_days_without_use() -> None:
    calendar = made([])
    assert len(calendar.days) == 371
    assert not any(day.is_active or day.intensity("tokens") for day in calendar.days)
    assert (calendar.longest_streak, calendar.best_day("cost"), calendar.steps("cost")) == (
        None,
        None,
        None,
    )
    assert (calendar.totals, calendar.by_agent, calendar.years) == (Figures(), (), ())


def test_agents_have_their_models_in_the_totals() -> None:
    calendar = made([row_of_agents("2026-11-20"), row_of_agents("2026-11-21")])
    parts = {part.name: part for part in calendar.by_agent}
    assert set(parts) == {"claude", "codex"}
    assert parts["claude"].figures.responses == 4
    assert [part.name for part in parts["claude"].parts] == [OPUS + "-20260922"]
    assert calendar.totals.responses == sum(part.figures.responses for part in parts.values())


ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati")


@pytest.mark.parametrize("zone", ZONES)
def test_a_calendar_agrees_with_the_daily_report(
    zone: str, tmp_path: Path, settings: MakeSettings
) -> None:
    first = moment("2025-12-29T23:30")
    hours = [first + number * 3_600_000 * 7 for number in range(700)]
    lines = [answer(str(n), at, 100 + n, session=f"s{n // 50}") for n, at in enumerate(hours)]
    write(tmp_path, *lines)
    given = settings(roots=(tmp_path,), zone=zone, clock=Clock(moment("2026-11-22T13:00")))
    with Monitor(given) as monitor:
        monitor.catch_up()
        calendar = monitor.answers.calendar(2026, Selection())
        year = Selection(since=date(2026, 1, 1), until=date(2026, 12, 31))
        daily = monitor.answers.answer(Question(kind="daily", selection=year))
        shown = monitor.shown_calendar(2026)
    assert {day.day.isoformat(): day.figures for day in calendar.days if day.is_active} == {
        each.row.key: each.row.figures for each in daily.rows
    }
    assert [day.sessions for day in calendar.days if day.is_active] == [
        each.row.sessions for each in daily.rows
    ]
    assert calendar.totals == daily.totals.figures
    assert shown == calendar


def test_no_day_is_lost_where_the_clock_changes(tmp_path: Path, settings: MakeSettings) -> None:
    for month, first, last in ((3, 27, 31), (10, 23, 28)):
        for day in range(first, last + 1):
            write_at(tmp_path, f"2026-{month:02d}-{day}T22:30", f"2026-{month:02d}-{day}T23:59")
    with Monitor(settings(roots=(tmp_path,), zone="Europe/Berlin")) as monitor:
        monitor.catch_up()
        calendar = monitor.answers.calendar(2026, Selection())
    active = [f"{day.day:%m-%d}" for day in calendar.days if day.is_active]
    assert active == [
        "03-27", "03-28", "03-29", "03-30", "03-31", "04-01",
        "10-24", "10-25", "10-26", "10-27", "10-28", "10-29",
    ]  # fmt: skip
    longest = calendar.longest_streak
    assert longest is not None
    assert (str(longest.first), longest.days) == ("2026-03-27", 6)
    begins = [day.figures.first for day in calendar.days if f"{day.day:%m-%d}" == "10-25"]
    assert begins == [moment("2026-10-24T22:30")]


def test_a_year_begins_when_it_does_in_the_zone(tmp_path: Path, settings: MakeSettings) -> None:
    write_at(tmp_path, "2025-12-31T15:30")
    years = {}
    for zone in ("UTC", "Asia/Tokyo"):
        with Monitor(settings(roots=(tmp_path,), zone=zone)) as monitor:
            monitor.catch_up()
            years[zone] = monitor.answers.calendar(None, Selection()).years
    assert years == {"UTC": (2025,), "Asia/Tokyo": (2026,)}


def test_a_calendar_is_narrowed_to_agents(
    home: Path, tmp_path: Path, settings: MakeSettings
) -> None:
    write(home / ".claude", answer("a", moment("2026-11-01T10:00")))
    thread = Thread()
    thread.turn()
    thread.respond(100, 20, 0, 30, 5)
    thread.write(home / ".codex")
    with Monitor(settings(ledger=str(tmp_path / "ledger.db"))) as monitor:
        monitor.catch_up()
        every = monitor.answers.calendar(None, Selection())
        codex = monitor.answers.calendar(None, Selection(agents=("codex",)))
    assert {part.name for part in every.by_agent} == {"claude", "codex"}
    assert [part.name for part in codex.by_agent] == ["codex"]
    assert codex.totals.agents == ("codex",)
    assert 0 < codex.totals.responses < every.totals.responses


def test_a_calendar_is_narrowed_to_a_project_and_says_what_is_none(
    tmp_path: Path, settings: MakeSettings
) -> None:
    write_at(tmp_path, "2026-11-01T10:00", name="-code-shop/s1.jsonl")
    write_at(tmp_path, "2026-11-02T10:00", "2026-11-03T10:00", name="-code-blog/s2.jsonl")
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        monitor.catch_up()
        shop = monitor.answers.calendar(2026, Selection(project="shop", since=date(2026, 11, 2)))
        none = monitor.answers.calendar(2026, Selection(project="nowhere"))
    assert [str(day.day) for day in shop.days if day.is_active] == ["2026-11-01"]
    assert (none.active_days, none.years) == (0, ())
    assert "nowhere" in none.notes[0]
