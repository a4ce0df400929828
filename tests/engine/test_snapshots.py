"""A snapshot says where things stand at the clock's moment, in the zone asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from engine.domain.settings import Settings
from engine.domain.snapshots import Snapshot
from engine.domain.times import iso_time
from engine.domain.typed.amounts import parse_limit
from engine.monitor import Monitor
from tests.made_lines import (
    DAY,
    HOUR,
    MINUTE,
    PICO_PER_INPUT,
    SECOND,
    Clock,
    answer,
    moment,
    write,
)

MakeSettings = Callable[..., Settings]
_NOW = moment("2026-11-22T13:00")
"""A Sunday."""


@pytest.fixture
def opened(tmp_path: Path, settings: MakeSettings) -> Iterator[Callable[..., Monitor]]:
    """Open monitors that have read what lies below `tmp_path`, and close them at the end."""
    monitors: list[Monitor] = []

    def make(**given: object) -> Monitor:
        plain = {"roots": (tmp_path,), "clock": lambda: _NOW}
        monitors.append(Monitor(settings(**{**plain, **given})))
        monitors[-1].read()
        return monitors[-1]

    yield make
    for monitor in monitors:
        monitor.close()


_AT_EDGES = {
    1: "2026-11-22T10:00",
    10: "2026-11-21T23:30",
    100: "2026-11-16T00:30",
    1_000: "2026-11-15T23:30",
    10_000: "2026-11-01T00:30",
    100_000: "2026-10-31T23:30",
    1_000_000: "2026-10-31T10:00",
}
"""Each response has as many tokens, so that a sum says which of them are in it."""


@pytest.mark.parametrize(
    ("zone", "week_start", "today", "week", "month"),
    [
        ("UTC", 0, 1, 111, 11_111),
        ("UTC", 6, 1, 1, 11_111),
        ("UTC", 5, 1, 11, 11_111),
        ("Europe/Berlin", 0, 11, 1_111, 111_111),
        ("America/New_York", 0, 1, 11, 1_111),
        ("America/New_York", 5, 1, 11, 1_111),
        ("Asia/Kolkata", 0, 11, 1_111, 111_111),
        ("Pacific/Kiritimati", 0, 1, 1, 1_111_111),
        ("Pacific/Kiritimati", 6, 1, 11, 1_111_111),
    ],
)
def test_today_week_and_month_are_those_of_the_zone(
    zone: str,
    week_start: int,
    today: int,
    week: int,
    month: int,
    tmp_path: Path,
    opened: Callable[..., Monitor],
) -> None:
    write(tmp_path, *(answer(str(n), moment(text), n) for n, text in _AT_EDGES.items()))
    asked = opened(zone=zone, week_start=week_start)
    changed = opened(zone="Asia/Kathmandu", week_start=week_start)
    assert changed.snapshot().zone == "Asia/Kathmandu"
    changed.set_zone(zone)
    for snapshot in (asked.snapshot(), changed.snapshot()):
        assert snapshot.zone == zone
        assert [
            figures.tokens.total for figures in (snapshot.today, snapshot.week, snapshot.month)
        ] == [today, week, month]
        assert snapshot.month.cost == month * PICO_PER_INPUT
        assert snapshot.month.responses == sum(int(digit) for digit in str(month))


def test_midnight_moves_today_without_new_lines(
    tmp_path: Path, opened: Callable[..., Monitor]
) -> None:
    write(tmp_path, answer("a", moment("2026-11-22T21:00"), 5))
    clock = Clock(moment("2026-11-22T22:59:59.999"))
    monitor = opened(clock=clock, zone="Europe/Berlin")
    assert monitor.snapshot().today.tokens.total == 5
    clock.now += 1
    snapshot = monitor.snapshot()
    assert (snapshot.today.tokens.total, snapshot.today.first) == (0, None)
    assert (snapshot.week.tokens.total, snapshot.month.tokens.total) == (0, 5)


def test_hours_of_today_and_the_last_days_sum_to_their_figures(
    tmp_path: Path, opened: Callable[..., Monitor]
) -> None:
    write(
        tmp_path,
        answer("a", moment("2026-11-21T23:00"), 3),
        answer("b", moment("2026-11-21T23:59:59.999"), 4),
        answer("c", moment("2026-11-22T12:59"), 50),
        answer("d", moment("2026-10-24T21:59"), 600),
        answer("e", moment("2026-10-24T22:00"), 7_000),
    )
    snapshot = opened(zone="Europe/Berlin").snapshot()
    hours = [(point.label, point.tokens) for point in snapshot.today_hours]
    assert [label for label, _ in hours] == [f"{hour:02}:00" for hour in range(15)]
    assert {label: tokens for label, tokens in hours if tokens} == {"00:00": 7, "13:00": 50}
    days = snapshot.recent_days
    assert len(days) == 30
    assert (days[0].label, days[-1].label) == ("Sat 24", "Sun 22")
    assert days[-1].tokens == snapshot.today.tokens.total == 57
    assert {point.label: point.tokens for point in days if point.tokens} == {
        "Sat 24": 600,
        "Sun 25": 7_000,
        "Sun 22": 57,
    }
    assert iso_time(days[1].start) == "2026-10-24T22:00:00.000Z"
    assert iso_time(days[2].start) == "2026-10-25T23:00:00.000Z"


def test_the_projection_is_what_the_recent_rate_leads_to_with_a_range_after_an_hour(
    tmp_path: Path, opened: Callable[..., Monitor]
) -> None:
    write(
        tmp_path,
        answer("a", moment("2026-11-22T10:10"), 100),
        answer("b", moment("2026-11-22T12:05"), 5_000),
        answer("c", moment("2026-11-22T12:40"), 3_000),
        answer("d", moment("2026-11-22T12:55"), 1_000),
    )
    snapshot = opened(limit=parse_limit("20000")).snapshot()
    projection = snapshot.projection
    assert projection is not None
    assert projection.remaining == 2 * HOUR
    assert projection.tokens == 9_100 + 120 * 100
    assert projection.tokens_range == (9_100 + 120 * 100, 9_100 + 120 * 150)
    assert projection.cost == projection.tokens * PICO_PER_INPUT
    assert projection.cost_range == (21_100 * PICO_PER_INPUT, 27_100 * PICO_PER_INPUT)
    assert snapshot.limit.used_share == 9_100 / 20_000
    (window,) = snapshot.windows
    assert snapshot.limit.projected_share == window.forecast.share_at_reset
    assert snapshot.limit.reached_at == window.forecast.reaches_at


def test_a_young_block_has_a_projection_without_a_range_and_an_idle_one_keeps_its_sum(
    tmp_path: Path, opened: Callable[..., Monitor]
) -> None:
    first = moment("2026-11-22T12:01")
    write(tmp_path, answer("a", first, 300))
    clock = Clock(first + 3 * MINUTE)
    monitor = opened(clock=clock)
    projection = monitor.snapshot().projection
    assert projection is not None
    assert projection.tokens == 300 + 100 * 296
    for after, has_range in ((HOUR - 5 * SECOND, False), (HOUR, True)):
        clock.now = first + after
        projection = monitor.snapshot().projection
        assert projection is not None
        assert projection.tokens == 300
        assert (projection.tokens_range is not None) is has_range
    clock.now = moment("2026-11-22T17:00")
    snapshot = monitor.snapshot()
    assert (snapshot.block, snapshot.projection, snapshot.trace) == (None, None, None)
    assert (snapshot.burn_rate.word, snapshot.sessions) == ("idle", ())
    assert (snapshot.limit.used, snapshot.responses) == (0, 1)


def test_rates_move_with_new_lines_at_once_and_else_every_five_seconds(
    tmp_path: Path, opened: Callable[..., Monitor]
) -> None:
    clock = Clock(moment("2026-11-22T12:04:00"))
    write(tmp_path, answer("a", moment("2026-11-22T12:01"), 300))
    monitor = opened(clock=clock)
    rates = []
    for _ in range(10):
        rates.append(monitor.snapshot().burn_rate.tokens_per_minute)
        clock.now += SECOND
    assert rates == [100.0] * 5 + [300 / (3 + 5 / 60)] * 5
    clock.now = moment("2026-11-22T12:04:01")
    write(tmp_path, answer("b", clock.now, 600))
    monitor.read()
    assert monitor.snapshot().burn_rate.tokens_per_minute == 300


def test_sessions_of_the_active_block_are_busy_or_idle_with_their_sub_agents(
    tmp_path: Path, opened: Callable[..., Monitor]
) -> None:
    at = moment("2026-11-22T12:30")
    agent: dict[str, Any] = {"isSidechain": True}
    write(tmp_path, answer("old", at - DAY, 9_000))
    write(
        tmp_path,
        answer("a", _NOW - 2 * MINUTE, 1, cwd="/code/app"),
        answer("b", at, 20, session="s1", agentId="a1", **agent),
        answer("h", _NOW - MINUTE, 100, session="s2", agentId="a3", **agent),
        answer("c", at, 300, session="s1", agentId="a1", **agent),
        answer("d", at, 4_000, session="s1", agentId="a2", **agent),
    )
    write(
        tmp_path,
        answer("e", _NOW - 2 * MINUTE + 1, 500, session="s2", cwd="/home/app"),
        answer("f", at, 5, model="claude-haiku-5-5", session="s2"),
        name="-home-app/s2.jsonl",
    )
    write(tmp_path, answer("g", at - DAY, 7, session="s3"), name="-code-app/s3.jsonl")
    two, one = opened().snapshot().sessions
    assert (one.session, one.project, one.is_busy, one.sub_agents) == ("s1", "code/app", False, 0)
    assert (two.session, two.project, two.is_busy, two.sub_agents) == ("s2", "home/app", True, 1)
    assert (one.figures.tokens.total, one.figures.responses) == (4_321, 4)
    assert (two.models, two.last) == (("claude-opus-5-5", "claude-haiku-5-5"), _NOW - MINUTE)
    assert (one.tokens_per_minute, two.tokens_per_minute) == (1 / 5, 120)


@pytest.mark.parametrize("when", ["2026-11-22T12:30", "2026-11-20T12:30", "2026-11-02T12:30"])
def test_models_without_a_price_are_named_and_left_out_of_costs(
    when: str, tmp_path: Path, opened: Callable[..., Monitor]
) -> None:
    write(
        tmp_path,
        answer("a", _NOW - MINUTE, 1_000),
        answer("b", moment(when), 500, model="nobody-s-model-9"),
        answer("c", moment("2026-10-02T12:30"), 500, model="a-model-of-last-month"),
    )
    snapshot = opened().snapshot()
    assert snapshot.unpriced == snapshot.month.unpriced == ("nobody-s-model-9",)
    assert snapshot.month.tokens.total == 1_500
    assert snapshot.month.cost == 1_000 * PICO_PER_INPUT
    assert snapshot.block is not None
    assert bool(snapshot.block.figures.unpriced) is when.startswith("2026-11-22")


def test_a_week_that_began_in_the_last_month_names_its_models_too(
    tmp_path: Path, opened: Callable[..., Monitor]
) -> None:
    write(tmp_path, answer("a", moment("2026-11-30T12:00"), 5, model="nobody-s-model-9"))
    snapshot = opened(clock=lambda: moment("2026-12-02T12:00")).snapshot()
    assert (snapshot.week.tokens.total, snapshot.month.tokens.total) == (5, 0)
    assert snapshot.unpriced == ("nobody-s-model-9",)


def test_a_snapshot_begins_reading_and_says_when_it_follows(
    tmp_path: Path, settings: MakeSettings
) -> None:
    write(tmp_path, answer("a", _NOW - MINUTE))
    with Monitor(settings(roots=(tmp_path,), clock=lambda: _NOW)) as monitor:
        before = monitor.snapshot()
        assert (before.state, before.responses, before.is_empty) == ("reading", 0, False)
        monitor.read()
        after = monitor.snapshot()
        assert (after.state, after.responses, after.last_response) == (
            "following",
            1,
            _NOW - MINUTE,
        )
        assert after.revision > before.revision
        monitor.read()
        assert replace(monitor.snapshot(), revision=after.revision) == after


def test_an_estimate_says_that_its_history_is_still_being_read(
    tmp_path: Path, settings: MakeSettings
) -> None:
    write(tmp_path, *(answer(str(day), _NOW - day * 24 * 60 * MINUTE) for day in range(7)))
    ledger = str(tmp_path / "ledger.db")
    given = settings(roots=(tmp_path,), ledger=ledger, clock=lambda: _NOW)
    with Monitor(given) as monitor:
        assert monitor.snapshot().limit.label == "still reading"
        monitor.read()
        label = monitor.snapshot().limit.label
        assert label == "P90 of 6 finished blocks · estimate"
    with Monitor(given) as monitor:
        limit = monitor.snapshot().limit
        assert (limit.label, limit.value, limit.level) == ("still reading", None, "fine")
        monitor.read()
        assert monitor.snapshot().limit.label == label
    with Monitor(replace(given, limit=parse_limit("5k"))) as monitor:
        assert monitor.snapshot().limit.label == "your limit"


def test_nothing_to_read_names_the_places_looked_at(home: Path, settings: MakeSettings) -> None:
    (home / ".claude").mkdir()

    def looked_at(snapshot: Snapshot) -> dict[str, tuple[str, bool]]:
        return {place.path: (place.found, place.is_root) for place in snapshot.places}

    with Monitor(settings()) as monitor:
        monitor.read()
        snapshot = monitor.snapshot()
        assert snapshot.is_empty
        assert looked_at(snapshot) == {
            str(home / ".config" / "claude"): ("no such directory", False),
            str(home / ".claude"): ("no 'projects' directory in it", False),
        }
        write(home / ".claude", answer("a", _NOW))
        monitor.read()
        snapshot = monitor.snapshot()
        assert not snapshot.is_empty
        assert looked_at(snapshot)[str(home / ".claude")] == ("1 transcript", True)


def test_a_ledger_that_cannot_be_written_or_read_is_a_notice_and_figures_are_right(
    tmp_path: Path, opened: Callable[..., Monitor]
) -> None:
    write(tmp_path, answer("a", _NOW - MINUTE, 5))
    (tmp_path / "file").write_bytes(b"")
    strange = tmp_path / "ledger.db"
    strange.write_bytes(b"no ledger" * 1_000)
    for ledger in (tmp_path / "file" / "ledger.db", strange):
        snapshot = opened(ledger=str(ledger)).snapshot()
        (notice,) = snapshot.notices
        assert str(ledger) in notice.text
        assert notice.severity in ("warning", "error")
        assert snapshot.today.tokens.total == 5
    assert strange.read_bytes() == b"no ledger" * 1_000
