"""Reports of hours, days, weeks and months, asked once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from engine.domain.mistakes import SettingsError
from engine.domain.questions import AnswerRow
from tests.asker import Ask, MakeSettings, asker, write_at
from tests.made_lines import PICO_PER_INPUT, answer, moment, write

SONNET = "claude-sonnet-5-5"
UNKNOWN = "lighthouse-coder-32b"


@pytest.fixture
def ask(tmp_path: Path, settings: MakeSettings) -> Ask:
    return asker(tmp_path, settings)


def _shown(rows: Iterable[AnswerRow]) -> list[tuple[str, int]]:
    return [(row.row.key, row.row.figures.tokens.total) for row in rows]


def test_days_stand_by_time_with_their_share_and_sessions(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, "2026-11-20T10:00", "2026-11-22T09:00", "2026-11-22T10:00")
    write_at(tmp_path, "2026-11-22T11:00", name="-code-app/s2.jsonl")
    found = ask("daily")
    assert _shown(found.rows) == [("2026-11-20", 100), ("2026-11-22", 300)]
    row = found.rows[1].row
    assert (row.label, row.sessions, row.token_share, row.cost_share) == (
        "Sun 22 Nov",
        2,
        0.75,
        0.75,
    )
    assert (row.start, row.end) == (moment("2026-11-22T00:00"), moment("2026-11-23T00:00"))
    assert row.figures.cost == 300 * PICO_PER_INPUT
    assert found.totals.figures.tokens.total == 400
    assert (found.totals.sessions, found.totals.cost_share) == (2, 1.0)
    assert (found.zone, found.now, found.notes) == ("UTC", moment("2026-11-22T13:00"), ())


def test_a_day_is_of_the_zone_and_until_counts_to_its_end(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, "2026-11-21T04:59:59.999", "2026-11-21T05:00", "2026-11-22T04:59:59.999")
    zone = "America/New_York"
    assert _shown(ask("daily", zone=zone).rows) == [("2026-11-20", 100), ("2026-11-21", 200)]
    day = date(2026, 11, 21)
    found = ask("daily", zone=zone, since=day, until=day)
    assert _shown(found.rows) == [("2026-11-21", 200)]
    assert found.totals.figures.responses == 2
    assert ask("daily", until=date(2026, 11, 19)).rows == ()


def test_the_doubled_hour_has_two_rows_and_the_missing_one_none(tmp_path: Path, ask: Ask) -> None:
    write_at(
        tmp_path, "2026-11-01T04:30", "2026-11-01T05:30", "2026-11-01T06:30", "2026-11-01T07:30"
    )
    write_at(tmp_path, "2026-03-08T06:30", "2026-03-08T07:30", name="-code-app/s2.jsonl")
    found = ask("hourly", zone="America/New_York")
    assert [row.row.key for row in found.rows] == [
        "2026-03-08T01:00:00-05:00",
        "2026-03-08T03:00:00-04:00",
        "2026-11-01T00:00:00-04:00",
        "2026-11-01T01:00:00-04:00",
        "2026-11-01T01:00:00-05:00",
        "2026-11-01T02:00:00-05:00",
    ]
    assert [row.row.label for row in found.rows[3:5]] == ["Sun 1 Nov 01:00"] * 2
    assert [row.row.start for row in found.rows[3:5]] == [
        moment("2026-11-01T05:00"),
        moment("2026-11-01T06:00"),
    ]
    assert all((row.row.end or 0) - (row.row.start or 0) == 3_600_000 for row in found.rows)
    assert {row.row.sessions for row in found.rows} == {1}
    assert found.totals.sessions == 2


def test_weeks_begin_on_the_day_asked_for(tmp_path: Path, ask: Ask) -> None:
    write_at(
        tmp_path, "2026-11-14T10:00", "2026-11-15T10:00", "2026-11-16T10:00", "2026-11-22T10:00"
    )
    assert _shown(ask("weekly").rows) == [("2026-11-09", 200), ("2026-11-16", 200)]
    sunday = ask("weekly", week_start=6)
    assert _shown(sunday.rows) == [("2026-11-08", 100), ("2026-11-15", 200), ("2026-11-22", 100)]
    assert sunday.rows[1].row.label == "15 Nov to 21 Nov"
    assert (sunday.rows[1].row.sessions, sunday.totals.sessions) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "last", "keys"),
    [
        ("daily", 1, ["2026-11-22"]),
        ("daily", 2, ["2026-11-22"]),
        ("daily", 3, ["2026-11-20", "2026-11-22"]),
        ("weekly", 1, ["2026-11-16"]),
        ("weekly", 2, ["2026-11-09", "2026-11-16"]),
        ("monthly", 1, ["2026-11"]),
        ("monthly", 2, ["2026-10", "2026-11"]),
        ("monthly", 99_999, ["2025-12", "2026-10", "2026-11"]),
        (
            "daily",
            9_999_999,
            ["2025-12-31", "2026-10-31", "2026-11-15", "2026-11-20", "2026-11-22"],
        ),
        ("hourly", 1, []),
        ("hourly", 2, ["2026-11-22T12:00:00+00:00"]),
        ("hourly", 5, ["2026-11-22T09:00:00+00:00", "2026-11-22T12:00:00+00:00"]),
    ],
)
def test_the_last_periods_are_counted_by_the_calendar(
    kind: str, last: int, keys: list[str], tmp_path: Path, ask: Ask
) -> None:
    times = "2025-12-31T10:00 2026-10-31T10:00 2026-11-15T10:00 2026-11-20T10:00"
    write_at(tmp_path, *times.split(), "2026-11-22T09:10", "2026-11-22T12:59:59")
    found = ask(kind, last=last)
    assert [row.row.key for row in found.rows] == keys
    assert found.totals.figures.responses == sum(row.row.figures.responses for row in found.rows)


def test_the_last_periods_are_cut_by_the_days_asked_for(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, "2026-11-20T10:00", "2026-11-21T10:00", "2026-11-22T10:00")
    found = ask("daily", last=2, since=date(2026, 11, 1), until=date(2026, 11, 21))
    assert _shown(found.rows) == [("2026-11-21", 100)]
    assert ask("daily", last=1, until=date(2026, 11, 20)).rows == ()


def test_since_after_until_is_refused(ask: Ask) -> None:
    with pytest.raises(SettingsError, match="swap them"):
        ask("daily", since=date(2026, 11, 2), until=date(2026, 11, 1))


def test_a_month_is_held_against_the_one_before_it(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, "2026-08-05T10:00", "2026-08-06T10:00", "2026-09-30T10:00")
    write_at(tmp_path, "2026-11-22T10:00", "2026-11-03T10:00", name="-code-app/s2.jsonl")
    august, september, november = ask("monthly").rows
    assert august.trend is None
    assert november.trend is None
    trend = september.trend
    assert trend is not None
    assert (trend.before, trend.is_to_date) == ("2026-08", False)
    assert (trend.change.tokens, trend.change.responses) == (-100, -1)
    assert (trend.change.token_share, trend.change.cost_share) == (-0.5, -0.5)
    assert trend.change.cost == -100 * PICO_PER_INPUT


def test_the_running_month_is_held_against_the_same_days(tmp_path: Path, ask: Ask) -> None:
    write_at(
        tmp_path, "2026-10-22T23:59", "2026-10-23T00:00", "2026-11-01T10:00", "2026-11-22T10:00"
    )
    trend = ask("monthly").rows[-1].trend
    assert trend is not None
    assert (trend.before, trend.is_to_date) == ("2026-10", True)
    assert (trend.change.tokens, trend.change.token_share) == (100, 1.0)
    early = ask("monthly", now="2026-11-21T13:00").rows[-1].trend
    assert early is not None
    assert (early.change.tokens, early.change.token_share) == (200, None)
    later = ask("monthly", now="2026-12-01T00:00").rows[-1].trend
    assert later is not None
    assert (later.change.tokens, later.is_to_date) == (0, False)


def test_a_trend_looks_beyond_the_days_asked_for_but_not_of_a_month_they_cut(
    tmp_path: Path, ask: Ask
) -> None:
    write_at(tmp_path, "2026-10-05T10:00", "2026-11-12T10:00")
    assert ask("monthly", last=1).rows[0].trend is not None
    assert ask("monthly", since=date(2026, 11, 1)).rows[0].trend is not None
    assert ask("monthly", since=date(2026, 11, 2)).rows[0].trend is None
    assert ask("monthly", until=date(2026, 11, 22)).rows[1].trend is not None
    assert ask("monthly", until=date(2026, 11, 21)).rows[1].trend is None
    assert all(row.trend is None for row in ask("monthly", by_project=True).rows)
    assert all(row.trend is None for row in ask("daily").rows)


def test_periods_apart_by_project_stand_by_project_then_time(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, "2026-11-20T10:00", "2026-11-22T10:00", name="-code-app/s1.jsonl")
    write_at(
        tmp_path,
        "2026-11-21T10:00",
        "2026-11-22T11:00",
        name="-code-web/s2.jsonl",
        tokens=900,
        cwd="/code/web",
    )
    write_at(tmp_path, "2026-11-22T12:00", name="-code-web/s3.jsonl", cwd="/code/web")
    found = ask("daily", by_project=True)
    shown = [(row.project, row.row.project, row.row.key) for row in found.rows]
    assert shown == [
        ("/code/web", "web", "2026-11-21"),
        ("/code/web", "web", "2026-11-22"),
        ("-code-app", "-code-app", "2026-11-20"),
        ("-code-app", "-code-app", "2026-11-22"),
    ]
    assert [row.row.sessions for row in found.rows] == [1, 2, 1, 1]
    assert found.totals.sessions == 3
    newest_first = ask("daily", by_project=True, order="desc").rows
    assert [row.row.key[-2:] for row in newest_first] == ["22", "21", "22", "20"]
    assert newest_first[0].project == "/code/web"
    as_ccusage = ask("daily", by_project=True, by_directory=True)
    assert [row.place for row in as_ccusage.rows] == ["-code-web"] * 2 + ["-code-app"] * 2
    by_cost = ask("daily", by_project=True, sort="cost", order="asc").rows
    assert _shown(by_cost) == [
        ("2026-11-20", 100),
        ("2026-11-22", 100),
        ("2026-11-21", 900),
        ("2026-11-22", 1_000),
    ]


def test_a_selected_project_or_model_counts_alone(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, "2026-11-22T10:00", name="-code-app/s1.jsonl")
    write_at(tmp_path, "2026-11-22T11:00", name="-code-app/s2.jsonl", model=SONNET, tokens=10)
    write_at(tmp_path, "2026-11-22T12:00", name="-code-web/s3.jsonl", tokens=7)
    assert _shown(ask("daily", project="web").rows) == [("2026-11-22", 7)]
    assert _shown(ask("daily", model="SONNET").rows) == [("2026-11-22", 10)]
    both = ask("daily", project="app", model="opus")
    assert _shown(both.rows) == [("2026-11-22", 100)]
    assert (both.rows[0].row.sessions, both.totals.sessions) == (1, 1)
    assert [part.name for part in both.rows[0].row.by_model] == ["claude-opus-5-5"]


def test_a_name_nothing_bears_gives_no_rows_and_a_note(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, "2026-11-22T10:00")
    found = ask("daily", project="-code-apt", model="gpt")
    assert found.rows == ()
    assert found.totals.figures.responses == 0
    assert found.notes == (
        "No project is named like '-code-apt': the nearest are -code-app.",
        "No model is named like 'gpt': `ccmon models` lists them all.",
    )


def test_each_mode_counts_its_own_cost(tmp_path: Path, ask: Ask) -> None:
    time = moment("2026-11-22T10:00")
    write(
        tmp_path,
        answer("a", time, costUSD=2),
        answer("b", time),
        answer("c", time, model=UNKNOWN, costUSD=3),
        answer("d", time, model=UNKNOWN),
    )
    pico = 10**12
    for mode, cost, unpriced in (
        ("auto", 5 * pico + 100 * PICO_PER_INPUT, (UNKNOWN,)),
        ("calculate", 200 * PICO_PER_INPUT, (UNKNOWN,)),
        ("display", 5 * pico, ()),
    ):
        for kind in ("daily", "hourly", "monthly", "session", "projects", "models", "blocks"):
            found = ask(kind, mode=mode)
            figures = found.totals.figures
            assert (figures.cost, figures.unpriced) == (cost, unpriced), (mode, kind)
            assert figures.responses == 4
        odd = ask("blocks", mode=mode, block_length=18_000_001).totals.figures
        assert (odd.cost, odd.unpriced) == (cost, unpriced)


def test_rows_stand_as_asked_for_and_the_largest_stay(tmp_path: Path, ask: Ask) -> None:
    for day, tokens in (("19", 5), ("20", 300), ("21", 40), ("22", 300)):
        write_at(tmp_path, f"2026-11-{day}T10:00", tokens=tokens)

    def days(**more: object) -> str:
        return " ".join(row.row.key[-2:] for row in ask("daily", **more).rows)

    assert days(order="desc") == "22 21 20 19"
    assert days(sort="tokens") == "20 22 21 19"
    assert days(sort="tokens", order="asc") == "19 21 20 22"
    assert days(sort="name") == days(sort="first") == days(sort="last") == "19 20 21 22"
    assert days(top=2) == "20 22"
    assert days(top=3, order="desc") == "22 21 20"
    assert days(top=0) == ""
    assert ask("daily", top=1).totals.figures.tokens.total == 645
    assert ask("daily", top=1).rows[0].row.token_share == 300 / 645


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "Africa/Monrovia"])
def test_the_earliest_and_the_latest_moment_are_counted(
    zone: str, tmp_path: Path, ask: Ask
) -> None:
    write_at(tmp_path, "1970-01-01T00:00:00.001", "2026-11-22T10:00", "9989-12-31T23:59:59")
    for kind in ("hourly", "daily", "weekly", "monthly", "session", "models", "blocks"):
        found = ask(kind, zone=zone)
        assert found.totals.figures.responses == 3, kind
        used = [row.row.start or 0 for row in found.rows]
        assert used == sorted(used)
    days = [row.row.key for row in ask("daily", zone=zone).rows]
    ends = {
        "America/New_York": ["1969-12-31", "2026-11-22", "9989-12-31"],
        "Pacific/Kiritimati": ["1969-12-31", "2026-11-23", "9990-01-01"],
        "Africa/Monrovia": ["1969-12-31", "2026-11-22", "9989-12-31"],
    }
    assert days == ends[zone]
    assert [row.row.sessions for row in ask("daily", zone=zone).rows] == [1, 1, 1]
    known = ask("daily", zone=zone, since=date(1969, 12, 31), until=date(2026, 11, 23))
    assert known.totals.figures.responses == 2


def test_a_session_does_not_count_on_a_day_that_it_passes_over(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, "2026-11-16T10:00", "2026-11-18T10:00")
    write_at(tmp_path, "2026-11-17T23:00", "2026-11-18T01:00", name="-code-app/s2.jsonl")
    write_at(tmp_path, "2026-11-15T23:00", "2026-11-16T01:00", name="-code-web/s3.jsonl")
    for kind, sessions in {"daily": [1, 2, 1, 2], "weekly": [1, 3], "monthly": [3]}.items():
        found = ask(kind)
        assert [row.row.sessions for row in found.rows] == sessions, kind
        assert found.totals.sessions == 3


def test_a_session_counts_once_in_every_period_it_is_used_in(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, "2026-10-31T10:00", "2026-11-01T10:00", "2026-11-01T11:00")
    write_at(tmp_path, "2026-11-01T12:00", "2026-11-01T12:30", name="-code-app/s2.jsonl")
    write_at(tmp_path, "2026-11-02T03:30", name="-code-web/s3.jsonl")
    expected = {
        "daily": [1, 2, 1],
        "weekly": [2, 1],
        "monthly": [1, 3],
        "hourly": [1, 1, 1, 1, 1],
    }
    for kind, sessions in expected.items():
        for selection in ({}, {"since": date(2026, 1, 1)}, {"model": "opus"}):
            found = ask(kind, **selection)
            assert [row.row.sessions for row in found.rows] == sessions, kind
            assert found.totals.sessions == 3
    eastern = ask("daily", zone="America/New_York")
    assert [row.row.sessions for row in eastern.rows] == [1, 3]
    assert [row.row.sessions for row in ask("daily", project="app").rows] == [1, 2]
