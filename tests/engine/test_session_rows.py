"""Rows of sessions are made anew where something changed, and only there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.domain.reports import Row
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_lines import HOUR, MINUTE, answer, write
from tests.turns import look


def _rows(monitor: Monitor) -> dict[str, Row]:
    look(monitor)
    return {row.key: row for row in monitor.report("sessions").rows}


def test_only_a_session_that_changed_gets_another_row(
    tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    at = NOW - HOUR
    write(tmp_path, answer("a", at, 5, cwd="/code/app"))
    write(tmp_path, answer("b", at, 7, session="s2", cwd="/code/app"), name="-code-app/s2.jsonl")
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        before = _rows(monitor)
        write(tmp_path, answer("c", at + MINUTE, 100, cwd="/code/app"))
        after = _rows(monitor)
        assert [row.figures.tokens.total for row in after.values()] == [105, 7]
        assert after["s2"].figures is before["s2"].figures, "kept, but for its share"
        assert after["s2"].token_share == 7 / 112
        write(
            tmp_path,
            answer("d", at, 1, session="s3", cwd="/other/app"),
            name="-other-app/s3.jsonl",
        )
        assert {row.project for row in _rows(monitor).values()} == {"code/app", "other/app"}


def test_a_session_whose_responses_belong_to_another_one_is_gone(
    tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    write(tmp_path, answer("a", NOW - HOUR, session="s2"), name="-code-app/s2.jsonl")
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        assert set(_rows(monitor)) == {"s2"}
        write(tmp_path, answer("a", NOW - 2 * HOUR, session="s1"))
        assert set(_rows(monitor)) == {"s1"}
