"""Two periods or projects side by side, and everything present on one page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from engine.domain.mistakes import SettingsError
from engine.domain.questions import Selection
from engine.monitor import Monitor
from engine.reports.queries.comparison import parse_period
from tests.asker import MakeSettings, write_at
from tests.made_lines import OPUS, PICO_PER_INPUT, moment

_TODAY = date(2026, 11, 22)
SONNET = "claude-sonnet-5-5"


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("today", "2026-11-22", "2026-11-22"),
        ("yesterday", "2026-11-21", "2026-11-21"),
        ("this-week", "2026-11-16", "2026-11-22"),
        ("last-week", "2026-11-09", "2026-11-15"),
        ("This-Month", "2026-11-01", "2026-11-30"),
        ("last-month", "2026-10-01", "2026-10-31"),
        ("7d", "2026-11-16", "2026-11-22"),
        ("2026-11-22", "2026-11-22", "2026-11-22"),
        ("20261122", "2026-11-22", "2026-11-22"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2026-W47", "2026-11-16", "2026-11-22"),
        ("2026-w01", "2025-12-29", "2026-01-04"),
        ("2026-11-01..2026-11-15", "2026-11-01", "2026-11-15"),
        ("20261101..yesterday", "2026-11-01", "2026-11-21"),
    ],
)
def test_a_period_has_a_first_and_a_last_day(text: str, since: str, until: str) -> None:
    days = parse_period(text, _TODAY, 0)
    assert days is not None
    assert (days.name, f"{days.since}", f"{days.until}") == (text, since, until)


def test_weeks_begin_on_the_users_day_but_numbered_weeks_on_monday() -> None:
    found = [parse_period(text, _TODAY, 6) for text in ("this-week", "last-week", "2026-W47")]
    assert [(days.since.day, days.until.day) for days in found if days] == [
        (22, 28),
        (15, 21),
        (16, 22),
    ]


@pytest.mark.parametrize("text", ["app", "-code-app", "this-year", "/code/app", "..", "~/x", ""])
def test_what_names_no_period_may_be_a_project(text: str) -> None:
    assert parse_period(text, _TODAY, 0) is None


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-11-31", "2026-W54", "2026", "0d", "2026-11-01..x", "2026-11-02..1"]
)
def test_what_looks_like_a_period_and_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=f"'{text}' is not a period: give today, yesterday"):
        parse_period(text, _TODAY, 0)


def test_a_period_does_not_end_before_it_begins() -> None:
    with pytest.raises(SettingsError, match="ends before it begins"):
        parse_period("2026-11-15..2026-11-01", _TODAY, 0)


@pytest.fixture
def monitor(tmp_path: Path, settings: MakeSettings) -> Iterator[Monitor]:
    """Return a monitor of two projects used in two months."""
    write_at(tmp_path, "2026-10-05T10:00", name="-code-app/s1.jsonl")
    write_at(tmp_path, "2026-10-06T10:00", name="-code-web/s2.jsonl", model=SONNET)
    write_at(tmp_path, "2026-11-16T10:00", name="-code-web/s2.jsonl")
    write_at(tmp_path, "2026-11-22T10:00", "2026-11-22T11:00", name="-code-app/s3.jsonl")
    write_at(tmp_path, "2026-11-22T11:30", name="-code-lib/s4.jsonl", tokens=1_000)
    with Monitor(settings(roots=(tmp_path,))) as opened:
        opened.read()
        yield opened


def test_two_periods_stand_side_by_side(monitor: Monitor) -> None:
    found = monitor.answers.compare("last-month", "today", Selection())
    assert (found.kind, found.zone) == ("periods", "UTC")
    left, right = found.left.row, found.right.row
    assert (left.key, left.label, left.sessions) == ("2026-10-01..2026-10-31", "last-month", 2)
    assert (right.key, right.label, right.sessions) == ("2026-11-22", "today", 2)
    assert left.end == moment("2026-11-01T00:00")
    assert found.change.tokens == 1_000
    assert found.change.token_share == 5.0
    assert found.change.responses == 1
    assert found.change.cost == right.figures.cost - left.figures.cost
    opus, sonnet = found.by_model
    assert (opus.name, opus.left.responses, opus.right.responses) == (OPUS, 1, 3)
    assert (sonnet.name, sonnet.right.responses, sonnet.change.cost_share) == (SONNET, 0, -1.0)


def test_a_period_without_use_has_no_share_to_change_by(monitor: Monitor) -> None:
    found = monitor.answers.compare("2026-09", "2026-10", Selection())
    assert found.left.row.figures.responses == 0
    assert (found.change.tokens, found.change.token_share, found.change.cost_share) == (
        200,
        None,
        None,
    )


def test_periods_are_compared_within_the_selection(monitor: Monitor) -> None:
    found = monitor.answers.compare("2026-10", "2026-11", Selection(project="web", model="opus"))
    assert (found.left.row.figures.responses, found.right.row.figures.responses) == (0, 1)
    found = monitor.answers.compare("2026-10", "2026-11", Selection(since=date(2026, 11, 20)))
    assert (found.left.row.figures.responses, found.right.row.figures.responses) == (0, 3)
    with pytest.raises(SettingsError, match="No project is named like 'wep'"):
        monitor.answers.compare("2026-10", "2026-11", Selection(project="wep"))


def test_two_projects_stand_side_by_side(monitor: Monitor) -> None:
    found = monitor.answers.compare("app", "-code-web", Selection(since=date(2026, 10, 6)))
    assert found.kind == "projects"
    assert (found.left.row.key, found.left.project) == ("-code-app", "-code-app")
    assert (found.left.row.figures.responses, found.right.row.figures.responses) == (2, 2)
    several = monitor.answers.compare("code", "lib", Selection()).left
    assert (several.row.key, several.row.label) == ("code", "code (3 projects)")
    assert several.directories == ("-code-app", "-code-web", "-code-lib")


def test_a_period_is_not_compared_with_a_project_nor_with_an_unknown_one(
    monitor: Monitor,
) -> None:
    with pytest.raises(SettingsError, match="'app' is not a period and the other side is one"):
        monitor.answers.compare("today", "app", Selection())
    with pytest.raises(SettingsError, match="'app' is not a period and the other side is one"):
        monitor.answers.compare("app", "today", Selection())
    with pytest.raises(SettingsError, match="No project is named like '-code-lob': the nearest"):
        monitor.answers.compare("app", "-code-lob", Selection())


def test_everything_present_stands_on_one_page(monitor: Monitor) -> None:
    found = monitor.answers.summary(Selection())
    snapshot = monitor.snapshot()
    assert (found.now, found.zone) == (snapshot.generated_at, "UTC")
    assert found.today.figures == snapshot.today
    assert found.week.figures == snapshot.week
    assert found.month.figures == snapshot.month
    assert (found.today.key, found.week.key, found.month.key) == (
        "2026-11-22",
        "2026-11-16",
        "2026-11",
    )
    assert (found.today.sessions, found.week.sessions, found.month.sessions) == (2, 3, 3)
    assert found.block is not None
    assert found.block.figures.responses == 3
    assert (found.burn_rate, found.projection) == (snapshot.burn_rate, snapshot.projection)
    assert [part.name for part in found.by_model] == [OPUS]
    assert [row.key for row in found.sessions] == ["s4", "s3"]
    assert found.sessions[0].token_share == 1_000 / 1_200
    assert monitor.today() == _TODAY


def test_the_page_shows_what_is_selected(monitor: Monitor) -> None:
    found = monitor.answers.summary(Selection(project="app", mode="display"))
    assert (found.today.figures.responses, found.today.figures.cost) == (2, 0)
    assert [row.key for row in found.sessions] == ["s3"]
    assert (
        monitor.answers.summary(Selection(project="app")).today.figures.cost == 200 * PICO_PER_INPUT
    )
    unknown = monitor.answers.summary(Selection(project="zzz"))
    assert unknown.month.figures.responses == 0
    assert unknown.notes == ("No project is named like 'zzz': `ccmon projects` lists them all.",)


def test_at_most_ten_of_todays_sessions_are_named(tmp_path: Path, settings: MakeSettings) -> None:
    for number in range(12):
        name = f"-code-app/s{number:02}.jsonl"
        write_at(tmp_path, f"2026-11-22T10:{number:02}", name=name, tokens=number + 1)
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        monitor.catch_up()
        sessions = monitor.answers.summary(Selection()).sessions
    assert [row.key for row in sessions] == [f"s{number:02}" for number in range(11, 1, -1)]
    assert sum(row.token_share for row in sessions) == pytest.approx(75 / 78)
