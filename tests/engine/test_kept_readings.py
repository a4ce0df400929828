"""Official readings in the ledger: each change kept once, what repeats only confirmed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.domain.settings import Settings
from engine.limits.readings import Reading
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_lines import HOUR, MINUTE, SECOND

FIRST = Reading("five_hour", 0.42, NOW + 2 * HOUR, NOW)


@pytest.fixture
def opened(tmp_path: Path, settings: Callable[..., Settings]) -> Callable[[], Monitor]:
    return lambda: Monitor(settings(roots=(tmp_path,), ledger=str(tmp_path / "ledger.db")))


def rows(path: Path) -> list[tuple[float, int, int]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(
            "SELECT used_share, captured_at, confirmed_at FROM readings ORDER BY captured_at"
        ).fetchall()


def test_readings_outlive_the_process_that_noted_them(opened: Callable[[], Monitor]) -> None:
    week = replace(FIRST, window="seven_day", used_share=0.18, resets_at=None)
    with opened() as monitor:
        assert monitor.limits.note_readings((FIRST, week))
    with opened() as monitor:
        assert monitor.limits.readings(NOW) == (FIRST, week)
        assert monitor.limits.readings(NOW + 1) == ()


def test_what_says_the_same_again_is_one_reading_confirmed_now_and_then(
    tmp_path: Path, opened: Callable[[], Monitor]
) -> None:
    with opened() as monitor:
        for seconds in (0, 1, 29, 31, 40, 90):
            monitor.limits.note_readings([replace(FIRST, captured_at=NOW + seconds * SECOND)])
        assert rows(tmp_path / "ledger.db") == [(0.42, NOW, NOW + 90 * SECOND)]
        (said,) = monitor.limits.readings(NOW)
        assert said.captured_at == NOW + 90 * SECOND


def test_each_change_is_a_reading_of_its_own_even_back_to_an_earlier_share(
    opened: Callable[[], Monitor],
) -> None:
    shares = (0.42, 0.43, 0.42, 0.5)
    with opened() as monitor:
        for place, share in enumerate(shares):
            at = NOW + place * MINUTE
            monitor.limits.note_readings([replace(FIRST, used_share=share, captured_at=at)])
        assert [each.used_share for each in monitor.limits.readings(NOW)] == list(shares)


def test_windows_accounts_and_sessions_are_kept_apart(opened: Callable[[], Monitor]) -> None:
    others = (
        FIRST,
        replace(FIRST, window="seven_day"),
        replace(FIRST, owner="work/"),
        replace(FIRST, session="s2", is_ageless=True),
        replace(FIRST, resets_at=NOW + 7 * HOUR),
    )
    with opened() as monitor:
        monitor.limits.note_readings(others)
        assert set(monitor.limits.readings(NOW)) == set(others)


def test_a_ledger_that_is_held_is_not_waited_for(
    tmp_path: Path, opened: Callable[[], Monitor]
) -> None:
    with opened() as monitor:
        monitor.wait_at_most(0.05)
        with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert not monitor.limits.note_readings([FIRST])
            other.execute("ROLLBACK")
        assert monitor.limits.note_readings([FIRST])
        assert monitor.limits.readings(NOW) == (FIRST,)


def test_what_a_session_repeats_keeps_its_first_time_and_its_owner(
    tmp_path: Path, opened: Callable[[], Monitor]
) -> None:
    said = replace(FIRST, session="s1", owner="a/o")
    with opened() as monitor:
        for minutes, share, owner in ((0, 0.42, "a/o"), (1, 0.43, "a/o"), (2, 0.42, "b/o")):
            at = NOW + minutes * MINUTE
            again = replace(said, used_share=share, owner=owner, captured_at=at)
            monitor.limits.note_readings([again])
        assert rows(tmp_path / "ledger.db") == [
            (0.42, NOW, NOW),
            (0.43, NOW + MINUTE, NOW + MINUTE),
        ]
        assert {each.owner for each in monitor.limits.readings(NOW)} == {"a/o"}
        monitor.limits.note_readings(
            [replace(said, captured_at=NOW + HOUR, age="grown", owner="b/o")]
        )
        assert len(monitor.limits.readings(NOW)) == 3, "an answer has just come"
