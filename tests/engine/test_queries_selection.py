"""Sums come from the smallest table that knows them, and an answer sees one moment."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from engine.domain.chosen import Chosen
from engine.domain.questions import Question, Selection
from engine.domain.slots import slot_of
from engine.ledger.book import Ledger
from engine.ledger.report_source import LedgerSource
from engine.ledger.selector import Selector
from engine.monitor import Monitor
from engine.pricing.table import PriceTable
from engine.reports.queries.answers import Answers
from tests.asker import MakeSettings, write_at
from tests.conftest import NOW
from tests.made_lines import moment

_DAY = date(2026, 11, 22)


def _ledger(root: Path, settings: MakeSettings) -> Ledger:
    """Return a ledger in a file that knows what is below a root."""
    path = str(root / "ledger.db")
    with Monitor(settings(roots=(root,), ledger=path)) as monitor:
        monitor.catch_up()
    return Ledger(path, PriceTable())


def _answers(root: Path, ledger: Ledger) -> Answers:
    scopes = {"claude": ledger.open_scope([str(root)])}
    return Answers(
        LedgerSource(ledger),
        lambda _: scopes,
        ("UTC", ZoneInfo("UTC")),
        lambda: NOW,
        0,
        lambda step: step(),
        lambda: pytest.fail("no summary is asked for"),
    )


@pytest.mark.parametrize(
    ("question", "tables"),
    [
        (Question(kind="daily"), {"slot_totals", "session_totals"}),
        (Question(kind="monthly", last=2), {"slot_totals", "buckets"}),
        (
            Question(kind="daily", selection=Selection(model="opus")),
            {"slot_totals", "session_totals"},
        ),
        (Question(kind="session"), {"session_totals"}),
        (Question(kind="projects", selection=Selection(model="opus")), {"session_totals"}),
        (Question(kind="models", selection=Selection(project="app")), {"session_totals"}),
        (Question(kind="models", selection=Selection(since=_DAY)), {"buckets"}),
        (Question(kind="blocks"), {"slot_totals"}),
        (Question(kind="blocks", block_length=1_800_000), {"responses"}),
        (
            Question(kind="daily", by_project=True),
            {"slot_totals", "buckets"},
        ),
        (
            Question(kind="daily", by_project=True, by_directory=True),
            {"slot_totals", "buckets"},
        ),
    ],
)
def test_an_answer_reads_the_smallest_tables(
    question: Question, tables: set[str], tmp_path: Path, settings: MakeSettings
) -> None:
    write_at(tmp_path, "2026-11-22T10:00", "2026-11-22T11:00")
    ledger = _ledger(tmp_path, settings)
    said: list[str] = []
    ledger.connection.set_trace_callback(said.append)
    found = _answers(tmp_path, ledger).answer(question)
    assert found.totals.figures.responses == 2
    ledger.close()
    read = {name for text in said for name in re.findall(r"\bFROM (\w+)", text)}
    assert read & {"slot_totals", "session_totals", "buckets", "responses"} == tables


def test_an_answer_changes_nothing_and_sees_one_moment(
    tmp_path: Path, settings: MakeSettings
) -> None:
    write_at(tmp_path, "2026-11-22T10:00")
    ledger = _ledger(tmp_path, settings)
    answers = _answers(tmp_path, ledger)
    selector = Selector(ledger, [ledger.open_scope([str(tmp_path)])], "auto")
    with LedgerSource(ledger).at_one_moment():
        before = selector.sums((), Chosen())
        write_at(tmp_path, "2026-11-22T11:00", name="-code-app/s2.jsonl")
        _ledger(tmp_path, settings).close()
        assert selector.sums((), Chosen()) == before
        assert [row.sums.responses for row in before] == [1]
    assert [row.sums.responses for row in selector.sums((), Chosen())] == [2]
    revision = ledger.revision()
    for kind in ("daily", "session", "blocks"):
        assert answers.answer(Question(kind=kind)).totals.figures.responses == 2
    assert (ledger.revision(), ledger.connection.in_transaction) == (revision, False)
    ledger.close()


def test_sums_of_some_slots_are_the_same_from_every_table(
    tmp_path: Path, settings: MakeSettings
) -> None:
    write_at(tmp_path, "2026-11-21T10:00", "2026-11-22T10:07", name="-code-app/s1.jsonl")
    write_at(tmp_path, "2026-11-22T10:08", name="-code-web/s2.jsonl", tokens=7)
    ledger = _ledger(tmp_path, settings)
    selector = Selector(ledger, [ledger.open_scope([str(tmp_path)])], "auto")
    some = Chosen(first=slot_of(moment("2026-11-22T00:00")))
    (totals,) = selector.sums((), some)
    parts = selector.sums(("session", "project"), some)
    assert totals.sums.responses == sum(part.sums.responses for part in parts) == 2
    assert totals.sums.input == sum(part.sums.input for part in parts) == 107
    (slot,) = selector.sums(("slot",), some)
    assert slot == replace(totals, keys=(slot_of(moment("2026-11-22T10:07")),))
    (whole,) = selector.sums((), Chosen())
    (alone,) = selector.sums((), Chosen(sessions=(parts[1].keys[0],), before=some.before - 1))
    assert (whole.sums.responses, alone.sums.responses, alone.sums.input) == (3, 1, 7)
    ledger.close()
