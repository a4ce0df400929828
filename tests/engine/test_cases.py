"""Every small case with a known right answer gives it, in memory and after a restart."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.domain.responses import PICO
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.slow_prices import Prices
from tests.slow_reading import read
from tests.slow_reports import SlowFigures, blocks, group, reports

_CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "claude.json"


def _cases() -> list[Any]:
    if not _CASES.is_file():
        reason = pytest.mark.skip(reason=f"{_CASES} is absent: it is not part of the project")
        return [pytest.param({}, id="none", marks=reason)]
    cases = json.loads(_CASES.read_text("utf-8"))["cases"]
    return [pytest.param(case, id=case["name"]) for case in cases]


every_case = pytest.mark.parametrize("case", _cases())


def _write(case: dict[str, Any], root: Path) -> None:
    for name, text in case["files"].items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("latin-1"))


def _answer(monitor: Monitor) -> dict[str, Any]:
    daily = monitor.report("daily")
    blocks = monitor.report("blocks")
    totals = daily.totals.figures
    return {
        "i": totals.tokens.input,
        "o": totals.tokens.output,
        "cc": totals.tokens.cache_write,
        "cr": totals.tokens.cache_read,
        "cost": totals.cost / PICO,
        "calls": totals.responses,
        "blocks": sum(not row.is_gap for row in blocks.rows),
        "gaps": sum(row.is_gap for row in blocks.rows),
        "unpriced": list(totals.unpriced),
        "sessions": sorted(row.key for row in monitor.report("sessions").rows),
        "days": sorted(row.key for row in daily.rows),
    }


@every_case
def test_a_case_gives_its_right_answer(
    case: dict[str, Any], tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    _write(case, tmp_path)
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        monitor.read()
        assert _answer(monitor) == case["right"]


@every_case
def test_a_case_gives_its_right_answer_after_restarts(
    case: dict[str, Any], tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    _write(case, tmp_path)
    kept = settings(roots=(tmp_path,), ledger=str(tmp_path / "ledger.db"))
    with Monitor(kept) as monitor:
        monitor.read()
    with Monitor(kept) as monitor:
        monitor.read()
        assert _answer(monitor) == case["right"]
    for path in (tmp_path / "projects").rglob("*.jsonl"):
        path.write_bytes(b"\n" + path.read_bytes())
    with Monitor(kept) as monitor:
        monitor.read()
        if case["name"] != "no-ids-twice":
            assert _answer(monitor) == case["right"], "after every file was read anew"


@every_case
def test_the_slow_reading_gives_the_right_answer_too(
    case: dict[str, Any], tmp_path: Path, shared: Path
) -> None:
    _write(case, tmp_path)
    prices = Prices.from_file(shared / "data" / "prices" / "claude_prices.json")
    responses = read(tmp_path, prices)
    whole = group(responses, lambda response: "")
    figures = whole.get("", SlowFigures())
    right = case["right"]
    assert figures.responses == right["calls"]
    assert figures.cost / PICO == right["cost"]
    assert len(blocks(responses)) == right["blocks"]
    assert sorted(reports(responses)["daily"]) == right["days"]
