"""Details look into one row: its steps over time, models, sessions, sub-agents, responses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.domain.reports import Detail, ReportKind
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.made_lines import MINUTE, PICO_PER_INPUT, answer, moment, write
from tests.report_keys import TAB_KEYS

MakeSettings = Callable[..., Settings]
_NOW = moment("2026-11-22T13:00")
_HAIKU = "claude-haiku-5-5"
_KINDS: tuple[ReportKind, ...] = TAB_KEYS


def _write_all(root: Path) -> None:
    agents: dict[str, Any] = {"isSidechain": True}
    write(
        root,
        answer("a", moment("2026-11-21T23:15"), 1, cwd="/code/app"),
        answer("b", moment("2026-11-22T09:00"), 20),
        answer("c", moment("2026-11-22T09:20"), 300, model=_HAIKU),
        answer("d", moment("2026-11-22T09:25"), 4_000, agentId="a1", **agents),
        answer("e", moment("2026-11-22T09:29"), 50_000, agentId="a2", **agents),
        b'{"type":"last-prompt","lastPrompt":"What I asked\\nlast"}\n',
        b'{"type":"ai-title","aiTitle":"A  made\\n title"}\n',
    )
    folder = root / "projects" / "-code-app" / "s1" / "subagents"
    for agent in ("a1", "a2"):
        write(root, b"", name=f"-code-app/s1/subagents/agent-{agent}.jsonl")
    said = {"agentType": "Explore", "description": "Look for\nplaces"}
    (folder / "agent-a1.meta.json").write_text(json.dumps(said), "utf-8")
    write(
        root,
        answer("f", moment("2026-11-22T12:59"), 600_000, session="s2", model="nobody-s-model-9"),
        answer("g", moment("2026-11-02T09:00"), 7_000_000, session="s2"),
        name="-home-app/s2.jsonl",
    )


@pytest.fixture
def monitor(tmp_path: Path, settings: MakeSettings) -> Iterator[Monitor]:
    """A monitor that has read two sessions of two projects."""
    _write_all(tmp_path)
    with Monitor(settings(roots=(tmp_path,), clock=lambda: _NOW)) as opened:
        opened.read()
        yield opened


def _detail(monitor: Monitor, kind: ReportKind, key: str) -> Detail:
    detail = monitor.detail(kind, key)
    assert detail is not None
    assert (detail.kind, detail.key) == (kind, key)
    return detail


def _steps(detail: Detail) -> dict[str, int]:
    return {point.label: point.tokens for point in detail.series if point.tokens}


def _sessions(detail: Detail) -> dict[str, int]:
    return {row.key: row.figures.tokens.total for row in detail.sessions}


def _models(detail: Detail) -> dict[str, int]:
    return {part.name: part.figures.tokens.total for part in detail.by_model}


def test_a_day_has_its_hours_models_and_sessions(monitor: Monitor) -> None:
    day = _detail(monitor, "daily", "2026-11-22")
    assert (day.title, day.series_name, len(day.series)) == (
        "Sunday 22 November 2026",
        "hour",
        24,
    )
    assert _steps(day) == {"09:00": 54_320, "12:00": 600_000}
    assert _sessions(day) == {"s1": 54_320, "s2": 600_000}
    assert _models(day) == {"claude-opus-5-5": 54_020, _HAIKU: 300, "nobody-s-model-9": 600_000}
    assert day.figures.unpriced == ("nobody-s-model-9",)


def test_a_day_of_another_zone_begins_at_its_own_midnight(monitor: Monitor) -> None:
    monitor.set_zone("Europe/Berlin")
    day = _detail(monitor, "daily", "2026-11-22")
    assert _steps(day) == {"00:00": 1, "10:00": 54_320, "13:00": 600_000}
    assert monitor.detail("daily", "2026-11-21") is None
    block = _detail(monitor, "blocks", str(moment("2026-11-22T09:00")))
    assert _steps(block) == {"10:00": 20, "10:15": 54_300, "13:45": 600_000}
    session = _detail(monitor, "sessions", "s1")
    assert session.series[0].label == "00:15"
    monitor.set_zone("UTC")
    assert _steps(_detail(monitor, "daily", "2026-11-21")) == {"23:00": 1}


def test_weeks_and_months_have_their_days(monitor: Monitor) -> None:
    week = _detail(monitor, "weekly", "2026-11-16")
    assert (week.title, week.series_name) == ("Week of 16 November 2026", "day")
    assert [point.label for point in week.series] == [f"{day} Nov" for day in range(16, 23)]
    assert _steps(week) == {"21 Nov": 1, "22 Nov": 654_320}
    month = _detail(monitor, "monthly", "2026-11")
    assert (month.title, month.series_name, len(month.series)) == ("November 2026", "day", 30)
    assert _steps(month) == {"2 Nov": 7_000_000, "21 Nov": 1, "22 Nov": 654_320}
    assert _sessions(month) == {"s1": 54_321, "s2": 7_600_000}


def test_a_block_has_its_quarter_hours(monitor: Monitor) -> None:
    block = _detail(monitor, "blocks", str(moment("2026-11-22T09:00")))
    assert (block.title, block.series_name) == (
        "Block of Sunday 22 November 2026, 09:00",
        "quarter hour",
    )
    assert len(block.series) == 20
    assert _steps(block) == {"09:00": 20, "09:15": 54_300, "12:45": 600_000}


def test_a_session_has_its_title_responses_and_named_sub_agents(
    tmp_path: Path, monitor: Monitor
) -> None:
    session = _detail(monitor, "sessions", "s1")
    assert session.title == "A made title"
    path = tmp_path / "projects" / "-code-app" / "s1.jsonl"
    assert dict(session.facts) == {
        "Session": "s1",
        "Project": "/code/app",
        "Transcript": f"{path} and 2 more",
    }
    assert {part.name: part.figures.tokens.total for part in session.agents} == {
        "Explore · Look for places (a1)": 4_000,
        "a2": 50_000,
    }
    assert session.agents[0].name == "a2", "the most expensive first"
    assert sum(part.token_share for part in session.agents) == pytest.approx(1)
    newest_first = [50_000, 4_000, 300, 20, 1]
    assert [row.tokens.input for row in session.responses] == newest_first
    assert [row.agent for row in session.responses] == ["a2", "a1", "", "", ""]
    assert [row.is_sidechain for row in session.responses] == [True, True, False, False, False]
    assert session.responses[0].cost == 50_000 * PICO_PER_INPUT
    assert session.series_name == "quarter hour"
    assert _steps(session) == {"23:15": 1, "09:00": 20, "09:15": 54_300}


def test_a_title_the_user_gave_goes_first_and_the_last_of_a_kind_holds(
    tmp_path: Path, monitor: Monitor
) -> None:
    assert _detail(monitor, "sessions", "s2").title == "s2"
    write(tmp_path, b'{"type":"custom-title","customTitle":"Mine"}\n')
    write(tmp_path, b'{"type":"custom-title","customTitle":"Mine now"}\n')
    write(tmp_path, b'{"type":"ai-title","aiTitle":"Later"}\n')
    assert _detail(monitor, "sessions", "s1").title == "Mine now"
    (tmp_path / "projects" / "-code-app" / "s1.jsonl").unlink()
    assert _detail(monitor, "sessions", "s1").title == "s1"


def test_a_long_session_is_shown_by_days_and_names_a_model_without_a_price(
    monitor: Monitor,
) -> None:
    session = _detail(monitor, "sessions", "s2")
    assert (session.series_name, len(session.series)) == ("day", 21)
    assert _steps(session) == {"2 Nov": 7_000_000, "22 Nov": 600_000}
    assert [row.cost for row in session.responses] == [None, 7_000_000 * PICO_PER_INPUT]
    assert session.figures.unpriced == ("nobody-s-model-9",)


def test_a_model_and_a_project_have_their_days_and_sessions(monitor: Monitor) -> None:
    model = _detail(monitor, "models", "claude-opus-5-5")
    assert (model.title, model.facts) == ("claude-opus-5-5", ())
    assert _steps(model) == {"2 Nov": 7_000_000, "21 Nov": 1, "22 Nov": 54_020}
    assert _sessions(model) == {"s1": 54_021, "s2": 7_000_000}
    project = _detail(monitor, "projects", "/code/app")
    assert project.title == "app"
    assert project.facts == (("Path", "/code/app"), ("Directory", "-code-app"))
    assert _steps(project) == {"21 Nov": 1, "22 Nov": 54_320}
    assert _sessions(project) == {"s1": 54_321}


@pytest.mark.parametrize("kind", _KINDS)
def test_every_row_opens_and_its_detail_sums_to_the_row(kind: ReportKind, monitor: Monitor) -> None:
    rows = {row.key: row for row in monitor.report(kind).rows if not row.is_gap}
    assert rows
    for key, row in rows.items():
        detail = _detail(monitor, kind, key)
        assert detail.figures == row.figures
        assert sum(point.tokens for point in detail.series) == row.figures.tokens.total
        assert sum(point.cost for point in detail.series) == row.figures.cost
        assert sum(_models(detail).values()) == row.figures.tokens.total
        if kind != "sessions":
            assert sum(_sessions(detail).values()) == row.figures.tokens.total
            assert sum(row.token_share for row in detail.sessions) == pytest.approx(1)


@pytest.mark.parametrize("kind", _KINDS)
def test_a_key_of_no_row_opens_nothing(kind: ReportKind, monitor: Monitor) -> None:
    for key in ("", "nothing", "2026-11-03", "2026-12", "2026-13", "0001-01-01", "-5", "12345"):
        assert monitor.detail(kind, key) is None, key
    for key in ("gap-0", "s9", "-code-other", "claude-opus-5", "s1/", "%", "\x00"):
        assert monitor.detail(kind, key) is None, key


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("sessions", "\ud83d"),
        ("daily", "9999-12-31"),
        ("weekly", "9999-12-31"),
        ("monthly", "9999-12"),
        ("blocks", "²"),
        ("blocks", "9" * 30),
        ("daily", "20261122"),
        ("weekly", "2026-11-17"),
    ],
)
def test_a_key_that_no_row_can_have_opens_nothing(
    kind: ReportKind, key: str, monitor: Monitor
) -> None:
    assert monitor.detail(kind, key) is None


def test_the_response_that_ends_a_block_is_in_its_last_quarter_hour(
    tmp_path: Path, settings: MakeSettings
) -> None:
    start = moment("2026-11-22T08:00")
    write(tmp_path, answer("a", start + MINUTE, 5), answer("b", moment("2026-11-22T13:00"), 70))
    with Monitor(settings(roots=(tmp_path,), clock=lambda: _NOW)) as monitor:
        monitor.read()
        block = _detail(monitor, "blocks", str(start))
        assert (block.figures.tokens.total, _steps(block)) == (75, {"08:00": 5, "12:45": 70})
