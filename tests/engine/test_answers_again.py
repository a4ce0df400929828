"""A report asked again is the one that was kept, exactly as long as nothing is another."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from engine.domain.questions import Answer, Question, Selection
from engine.domain.report_definitions import REPORTS
from engine.domain.settings import Settings
from engine.domain.times import DAY, HOUR
from engine.ingest import transcripts
from engine.ledger import kept_answers
from engine.monitor import Monitor
from engine.reports.queries import again, answers
from tests.made_lines import OPUS, answer

MakeSettings = Callable[..., Settings]
NOW = 1_795_184_640_000
KEPT = "SELECT count(*) FROM settings WHERE name LIKE 'answer.%'"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of reports that were made, not found; each is worth keeping."""
    found: list[str] = []
    make = answers._answer

    def note(question: Question, *more: Any) -> Answer:
        found.append(question.kind)
        return make(question, *more)

    monkeypatch.setattr(answers, "_answer", note)
    monkeypatch.setattr(again, "_WORTH_KEEPING", 0.0)
    return found


@pytest.fixture
def clock() -> list[int]:
    return [NOW]


@pytest.fixture
def monitor(
    settings: MakeSettings, tmp_path: Path, clock: list[int], made: list[str]
) -> Iterator[Monitor]:
    file = tmp_path / "root" / "projects" / "-code-app" / "s1.jsonl"
    file.parent.mkdir(parents=True)
    models = (OPUS, "claude-unknown-9", "claude-haiku-5-5")
    file.write_bytes(
        b"".join(
            answer(f"a{number}", NOW - number * 7 * HOUR, 100 + number, model=models[number % 3])
            for number in range(40)
        )
    )
    ledger = str(tmp_path / "ledger.db")
    given = settings(roots=(tmp_path / "root",), ledger=ledger, clock=lambda: clock[0])
    with Monitor(given) as monitor:
        monitor.catch_up()
        yield monitor


@pytest.mark.parametrize("kind", [report.key for report in REPORTS])
def test_what_is_kept_is_what_was_made(monitor: Monitor, made: list[str], kind: str) -> None:
    for selection in (Selection(), Selection(model="opus", mode="calculate")):
        question = Question(kind=kind, selection=selection)
        first = monitor.answers.answer(question)
        made.clear()
        assert monitor.answers.answer(question) == first
        assert made == ([kind] if kind in ("blocks", "hourly") else [])


def test_another_question_zone_week_or_home_is_another_answer(
    monitor: Monitor, made: list[str]
) -> None:
    weekly = Question(kind="weekly")
    monitor.answers.answer(weekly)
    monitor.answers.answer(Question(kind="weekly", top=1))
    monitor.answers_in(("UTC", UTC), 0).answer(weekly)
    monitor.answers_in(("UTC", UTC), 3).answer(weekly)
    assert len(made) >= 3
    made.clear()
    monitor.answers_in(("UTC", UTC), 3).answer(weekly)
    assert made == []


def test_an_answer_ends_with_the_revision(
    monitor: Monitor, made: list[str], tmp_path: Path
) -> None:
    daily = Question(kind="daily")
    before = monitor.answers.answer(daily).totals.figures.tokens.total
    file = tmp_path / "root" / "projects" / "-code-app" / "s1.jsonl"
    with file.open("ab") as out:
        out.write(answer("new1", NOW, 7))
    monitor.catch_up()
    assert monitor.answers.answer(daily).totals.figures.tokens.total == before + 7
    assert made == ["daily", "daily"]


def test_an_answer_holds_for_who_looks_later_and_finds_nothing(
    monitor: Monitor, made: list[str], clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcripts, "_WORTH_LISTING", 1)
    daily = Question(kind="daily")
    monitor.catch_up()
    before = monitor.ledger_revision()
    monitor.answers.answer(daily)
    clock[0] += HOUR
    monitor.catch_up()
    monitor.answers.answer(daily)
    assert made == ["daily"]
    assert monitor.ledger_revision() == before


def test_an_answer_ends_with_the_day_and_tells_the_present_moment(
    monitor: Monitor, made: list[str], clock: list[int]
) -> None:
    daily = Question(kind="daily")
    monitor.answers.answer(daily)
    clock[0] += 1_000
    assert monitor.answers.answer(daily).now == NOW + 1_000
    assert made == ["daily"]
    clock[0] += DAY
    monitor.answers.answer(daily)
    assert made == ["daily", "daily"]


def test_few_answers_are_kept_and_none_that_is_long(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        monitor.answers.answer(Question(kind="daily", top=number + 1))
    assert 0 < monitor._ledger.connection.execute(KEPT).fetchone()[0] <= kept_answers._MOST
    monkeypatch.setattr(kept_answers, "_LONGEST", 10)
    monitor._ledger.connection.execute("DELETE FROM settings WHERE name LIKE 'answer.%'")
    monitor.answers.answer(Question(kind="daily"))
    assert monitor._ledger.connection.execute(KEPT).fetchone() == (0,)


def test_keeping_waits_for_nobody_and_moves_no_revision(
    monitor: Monitor, made: list[str], tmp_path: Path
) -> None:
    before = monitor.ledger_revision()
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        monitor.answers.answer(Question(kind="daily"))
        other.execute("ROLLBACK")
    assert monitor._ledger.connection.execute(KEPT).fetchone() == (0,)
    assert monitor._ledger.connection.execute("PRAGMA busy_timeout").fetchone()[0] > 0
    monitor.answers.answer(Question(kind="daily"))
    assert monitor._ledger.connection.execute(KEPT).fetchone() == (1,)
    assert monitor.ledger_revision() == before


def test_what_another_ccmon_kept_otherwise_is_made_anew(monitor: Monitor, made: list[str]) -> None:
    monitor.answers.answer(Question(kind="daily"))
    monitor._ledger.connection.execute(
        "UPDATE settings SET value = (SELECT revision FROM clock) || ' {}'"
        " WHERE name LIKE 'answer.%'"
    )
    assert monitor.answers.answer(Question(kind="daily")).rows
    assert made == ["daily", "daily"]
