"""The blocks report: of any length, what is selected of each, rates and limits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from engine.domain.questions import AnswerRow
from engine.domain.times import iso_time
from tests.asker import Ask, MakeSettings, asker, write_at
from tests.made_lines import HOUR, MINUTE, PICO_PER_INPUT, moment

SONNET = "claude-sonnet-5-5"


@pytest.fixture
def ask(tmp_path: Path, settings: MakeSettings) -> Ask:
    return asker(tmp_path, settings)


def _shown(rows: Iterable[AnswerRow]) -> list[str]:
    """Return the clock at each block's start with its responses, or at a gap's ends."""
    return [
        f"{iso_time(row.row.start or 0)[8:16]} gap"
        if row.row.is_gap
        else f"{iso_time(row.row.start or 0)[8:16]} {row.row.figures.responses}"
        for row in rows
    ]


def _today(*clocks: str) -> list[str]:
    return [f"2026-11-22T{clock}" for clock in clocks]


def test_blocks_and_gaps_stand_by_time(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, "2026-11-21T08:30", "2026-11-22T09:10", "2026-11-22T10:00")
    found = ask("blocks")
    assert _shown(found.rows) == ["21T08:00 1", "21T13:30 gap", "22T09:00 2"]
    gap = found.rows[1].row
    assert gap.key == f"gap-{moment('2026-11-21T13:30')}"
    assert gap.end == moment("2026-11-22T09:10")
    assert [row.row.is_active for row in found.rows] == [False, False, True]
    assert found.rows[2].row.end == moment("2026-11-22T14:00")
    assert _shown(ask("blocks", order="desc").rows) == ["22T09:00 2", "21T13:30 gap", "21T08:00 1"]
    assert _shown(ask("blocks", sort="cost").rows) == ["22T09:00 2", "21T08:00 1"]
    assert _shown(ask("blocks", top=1).rows) == ["22T09:00 2"]
    assert found.totals.figures.responses == 3


def test_rows_stand_by_their_start_also_where_a_block_begins_before_the_gap_does(
    tmp_path: Path, ask: Ask
) -> None:
    write_at(tmp_path, *_today("01:30", "06:30:00.001"))
    assert _shown(ask("blocks").rows) == ["22T01:00 1", "22T06:00 1", "22T06:30 gap"]
    write_at(tmp_path, *_today("11:30:00.001"), name="-code-app/s2.jsonl")
    assert _shown(ask("blocks").rows)[2:] == ["22T06:30 gap", "22T11:00 1"]


@pytest.mark.parametrize(
    ("hours", "shown"),
    [
        (5.0, ["22T08:00 3", "22T13:00 1"]),
        (4.0, ["22T08:00 2", "22T12:00 2"]),
        (4.5, ["22T08:00 3", "22T13:00 1"]),
        (4.4, ["22T08:00 2", "22T12:00 2"]),
        (1.0, ["22T08:00 1", "22T09:10 gap", "22T10:00 1", "22T11:10 gap", "22T12:00 1"]),
        (0.5, ["22T08:00 1", "22T08:40 gap", "22T10:00 1", "22T10:40 gap", "22T12:00 1"]),
    ],
)
def test_a_block_is_as_long_as_asked_for(
    hours: float, shown: list[str], tmp_path: Path, ask: Ask
) -> None:
    write_at(tmp_path, *_today("08:10", "10:10", "12:29", "13:00:00.001"))
    rows = ask("blocks", block_length=round(hours * HOUR), now="2026-11-23T13:00").rows
    assert _shown(rows)[: len(shown)] == shown
    used = [row.row for row in rows if not row.row.is_gap]
    assert all((row.end or 0) - (row.start or 0) == round(hours * HOUR) for row in used)


def test_in_blocks_shorter_than_an_hour_every_late_response_stands_alone(
    tmp_path: Path, ask: Ask
) -> None:
    write_at(tmp_path, *_today("08:20", "08:30", "08:46", "08:47"))
    write_at(tmp_path, *_today("08:47"), name="-code-app/s2.jsonl", model=SONNET)
    found = ask("blocks", block_length=HOUR // 2)
    assert _shown(found.rows) == ["22T08:00 2", "22T08:00 1", "22T08:00 1", "22T08:00 1"]
    assert found.totals.figures.responses == 5
    selected = ask("blocks", block_length=HOUR // 2, model="sonnet")
    assert _shown(selected.rows) == ["22T08:00 1"]


@pytest.mark.parametrize("length", [5 * HOUR, 5 * HOUR + 1])
def test_blocks_are_those_of_all_responses_whatever_is_selected(
    length: int, tmp_path: Path, ask: Ask
) -> None:
    write_at(tmp_path, "2026-11-20T08:30", *_today("04:10", "09:30"))
    write_at(tmp_path, *_today("09:00:00.002", "09:20"), name="-code-web/s2.jsonl", model=SONNET)
    whole = ask("blocks", block_length=length, now="2026-11-22T09:40")
    assert [row.row.figures.responses for row in whole.rows] == [1, 0, 1, 3]
    for selected in ({"project": "web"}, {"model": "sonnet"}):
        found = ask("blocks", block_length=length, now="2026-11-22T09:40", **selected)
        assert _shown(found.rows) == ["22T09:00 2"]
        assert found.rows[0].row.is_active
        assert found.totals.figures.responses == 2
    app = ask("blocks", block_length=length, project="app")
    assert _shown(app.rows) == ["20T08:00 1", "22T04:00 1", "22T09:00 1"]


def test_days_choose_blocks_by_the_day_they_begin_on(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, "2026-11-20T22:10", "2026-11-21T01:00", "2026-11-21T20:00")
    write_at(tmp_path, "2026-11-22T12:00")
    assert _shown(ask("blocks", until=date(2026, 11, 20)).rows) == ["20T22:00 2"]
    day = date(2026, 11, 21)
    found = ask("blocks", since=day, until=day)
    assert _shown(found.rows) == ["21T06:00 gap", "21T20:00 1"]
    tokyo = ask("blocks", since=day, until=day, zone="Asia/Tokyo")
    assert _shown(tokyo.rows) == ["20T22:00 2", "21T06:00 gap"]
    assert _shown(ask("blocks", last=1).rows) == ["22T12:00 1"]
    assert _shown(ask("blocks", last=2).rows) == ["21T20:00 1", "22T01:00 gap", "22T12:00 1"]


def test_only_the_active_or_the_recent_blocks_are_shown(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, "2026-11-19T12:59", "2026-11-19T18:00", *_today("12:00"))
    recent = ask("blocks", is_recent_only=True)
    assert _shown(recent.rows) == ["19T17:59 gap", "19T18:00 1", "19T23:00 gap", "22T12:00 1"]
    assert _shown(ask("blocks", is_active_only=True).rows) == ["22T12:00 1"]
    assert ask("blocks", is_active_only=True, now="2026-11-22T17:00").rows == ()
    assert ask("blocks", is_active_only=True, until=date(2026, 11, 21)).rows == ()


def test_only_the_active_block_has_average_rates(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, "2026-11-21T08:00", "2026-11-21T09:00")
    write_at(tmp_path, *_today("10:00", "12:00"), tokens=6_000)
    finished, _, active = ask("blocks", now="2026-11-22T13:59:31").rows
    assert (finished.rate, finished.projection) == (None, None)
    assert active.rate is not None
    assert active.projection is not None
    assert (active.rate.tokens_per_minute, active.rate.plain_tokens_per_minute) == (100.0, 100.0)
    assert active.rate.cost_per_hour == 6_000 * PICO_PER_INPUT
    assert active.projection.remaining_minutes == 60
    assert active.projection.tokens == 18_000
    assert active.projection.cost == round(18_000 * PICO_PER_INPUT, -10)
    assert active.limit is None


def test_a_single_response_has_no_rate_and_no_use_of_a_limit(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, *_today("12:00"))
    (row,) = ask("blocks", token_limit=5).rows
    assert (row.rate, row.projection, row.limit) == (None, None, None)


@pytest.mark.parametrize(
    ("limit", "status"),
    [(1_000, "exceeds"), (2_999, "exceeds"), (3_000, "warning"), (3_749, "warning"), (3_750, "ok")],
)
def test_the_projection_is_held_against_the_limit(
    limit: int, status: str, tmp_path: Path, ask: Ask
) -> None:
    write_at(tmp_path, *_today("11:00", "13:00"), tokens=1_000)
    found = ask("blocks", token_limit=limit, now="2026-11-22T15:00")
    (row,) = found.rows
    assert row.limit is not None
    assert (row.limit.limit, row.limit.projected, row.limit.status) == (limit, 3_000, status)
    assert row.limit.projected_share == 3_000 / limit
    assert found.token_limit == limit


def test_the_largest_finished_block_of_all_history_can_be_the_limit(
    tmp_path: Path, ask: Ask
) -> None:
    write_at(tmp_path, "2026-10-01T10:00", "2026-10-01T11:00", tokens=400)
    write_at(tmp_path, "2026-11-21T10:00", tokens=300)
    write_at(tmp_path, *_today("11:00", "13:00"), tokens=5_000)
    for more in ({}, {"is_active_only": True}, {"since": date(2026, 11, 21)}, {"last": 1}):
        found = ask("blocks", token_limit="max", **more)
        assert found.token_limit == 800
        limit = found.rows[-1].limit
        assert limit is not None
        assert (limit.limit, limit.status) == (800, "exceeds")


def test_without_a_finished_block_there_is_no_largest(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, *_today("11:00", "13:00"))
    found = ask("blocks", token_limit="max")
    assert (found.token_limit, found.rows[0].limit) == (None, None)
    assert found.notes == ("There is no finished block yet whose tokens could be the limit.",)
    later = ask("blocks", token_limit="max", now="2026-11-22T18:00")
    assert (later.token_limit, later.notes) == (200, ())


def test_the_minutes_that_remain_are_rounded_halves_up(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, *_today("11:00", "11:02"), tokens=1)
    for now, minutes in (("15:59:30", 1), ("15:59:30.001", 0), ("15:58:29.999", 2)):
        (row,) = ask("blocks", now=f"2026-11-22T{now}").rows
        assert row.projection is not None
        assert row.projection.remaining_minutes == minutes
        assert row.projection.tokens == 2 + minutes
        assert row.rate is not None
        assert row.rate.tokens_per_minute == 2 * MINUTE / (2 * MINUTE)
