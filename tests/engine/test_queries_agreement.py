"""What is asked once is what the live screen shows, whatever was written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from msgspec.structs import replace

from engine.domain.questions import Question, Selection
from engine.domain.reports import Figures, ReportKind, Row
from engine.domain.settings import Settings
from engine.domain.totals import total_of
from engine.monitor import Monitor
from tests.generated import FILES, transcripts

_KINDS: tuple[tuple[ReportKind, str], ...] = (
    ("daily", "daily"),
    ("weekly", "weekly"),
    ("monthly", "monthly"),
    ("sessions", "session"),
    ("blocks", "blocks"),
    ("models", "models"),
    ("projects", "projects"),
)


def _write(place: Path, files: dict[int, bytes]) -> tuple[Path, ...]:
    roots = (place / "one", place / "two")
    for root in roots:
        (root / "projects").mkdir(parents=True)
    for number, content in files.items():
        place_of_root, name = FILES[number]
        path = roots[place_of_root] / "projects" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return roots


def _by_key(rows: list[Row]) -> dict[str, Row]:
    return {row.key: row for row in rows}


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
@given(files=transcripts())
@hypothesis_settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_report_has_the_rows_of_the_live_one(
    zone: str, settings: Callable[..., Settings], files: dict[int, bytes]
) -> None:
    with TemporaryDirectory() as place:
        roots = _write(Path(place), files)
        with Monitor(settings(roots=roots, zone=zone)) as monitor:
            monitor.read()
            for live, once in _KINDS:
                report, found = monitor.report(live), monitor.answers.answer(Question(kind=once))
                assert _by_key([row.row for row in found.rows]) == _by_key(list(report.rows)), live
                assert _sorted(found.totals.figures) == _sorted(report.totals.figures)
            _check_since(monitor)
            _check_parts(monitor)


def _check_since(monitor: Monitor) -> None:
    """See that days long before all responses leave nothing out, also where sums are others."""
    since = Selection(since=date(2000, 1, 1))
    for _, kind in _KINDS:
        every = monitor.answers.answer(Question(kind=kind))
        found = monitor.answers.answer(Question(kind=kind, selection=since))
        assert (found.rows, found.totals) == (every.rows, every.totals), kind


def _check_parts(monitor: Monitor) -> None:
    """See that the parts of every grouping add up to the same whole."""
    whole = _sorted(monitor.answers.answer(Question(kind="daily")).totals.figures)
    for question in (
        Question(kind="hourly"),
        Question(kind="daily", by_project=True),
        Question(kind="monthly", by_project=True),
        Question(kind="blocks", block_length=18_000_001),
        Question(kind="blocks", block_length=3_600_000),
    ):
        assert _sorted(monitor.answers.answer(question).totals.figures) == whole, question
    for kind in ("projects", "models"):
        parts = [
            replace(row.row, figures=_of_one(monitor, kind, row.row.key))
            for row in monitor.answers.answer(Question(kind=kind)).rows
        ]
        assert _sorted(total_of(parts).figures) == whole, kind


def _of_one(monitor: Monitor, kind: str, key: str) -> Figures:
    only = Selection(project=key) if kind == "projects" else Selection(model=key)
    return monitor.answers.answer(Question(kind="daily", selection=only)).totals.figures


def _sorted(figures: Figures) -> Figures:
    """Return figures with the models by name: of several first used at once any may stand first."""
    return replace(figures, models=tuple(sorted(figures.models)))
