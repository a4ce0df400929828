"""An opened row has its row's figures, for every kind of row and every agent."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from engine.demo import DemoUser, write_history
from engine.demo.others import AGENTS, places_of_others, write_others
from engine.domain.reports import SPANS, Detail, ReportKind, Row
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_lines import MINUTE, answer, write
from tests.report_keys import TAB_KEYS

MakeSettings = Callable[..., Settings]
_USER = DemoUser(seed=3, now_ms=NOW, responses=400, days=10, sessions=16)
_NARROWED = (AGENTS, ("claude",), ("codex",), ("gemini",), ("codex", "gemini"))
_ZONES = ("UTC", "Asia/Kolkata")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("demo")
    write_history(place / "claude", _USER)
    write_others(place, _USER)
    return place


@pytest.fixture
def opened(demo: Path, settings: MakeSettings) -> Callable[..., Monitor]:
    """Open the demo, narrowed to agents, in a zone."""

    def make(agents: tuple[str, ...] = AGENTS, zone: str = "UTC") -> Monitor:
        environment = dict(places_of_others(demo))
        given = settings(
            roots=(demo / "claude",), agents=agents, zone=zone, environment=environment
        )
        monitor = Monitor(given)
        monitor.read()
        return monitor

    return make


def _rows(monitor: Monitor, kind: ReportKind) -> list[Row]:
    return [row for row in monitor.report(kind).rows if not row.is_gap]


def _open(monitor: Monitor, kind: ReportKind, row: Row) -> Detail:
    detail = monitor.detail(kind, row.key)
    assert detail is not None, (kind, row.key)
    return detail


def _assert_holds_its_row(kind: ReportKind, row: Row, detail: Detail) -> None:
    tokens, cost = row.figures.tokens.total, row.figures.cost
    assert detail.figures == row.figures
    assert sum(point.tokens for point in detail.series) == tokens
    assert sum(point.cost for point in detail.series) == cost
    assert sum(point.responses for point in detail.series) == row.figures.responses
    assert sum(part.figures.tokens.total for part in detail.by_model) == tokens
    inside = detail.responses if kind == "sessions" else detail.sessions
    assert inside
    if kind == "sessions":
        assert sum(each.tokens.total for each in detail.responses) == tokens
        assert sum(each.cost or 0 for each in detail.responses) == cost
        return
    assert sum(each.figures.tokens.total for each in detail.sessions) == tokens
    assert sum(each.figures.cost for each in detail.sessions) == cost
    agents = {agent for each in detail.sessions for agent in each.figures.agents}
    assert agents == set(row.figures.agents)


@pytest.mark.parametrize("zone", _ZONES)
@pytest.mark.parametrize("agents", _NARROWED, ids=",".join)
def test_every_row_opens_to_its_own_figures(
    agents: tuple[str, ...], zone: str, opened: Callable[..., Monitor]
) -> None:
    with opened(agents, zone) as monitor:
        for kind in TAB_KEYS:
            rows = _rows(monitor, kind)
            assert {agent for row in rows for agent in row.figures.agents} == set(agents)
            assert len({row.key for row in rows}) == len(rows)
            for row in rows:
                _assert_holds_its_row(kind, row, _open(monitor, kind, row))


def test_every_session_inside_a_row_opens(opened: Callable[..., Monitor]) -> None:
    with opened() as monitor:
        sessions = {row.key: row.figures for row in _rows(monitor, "sessions")}
        for kind in TAB_KEYS:
            for row in _rows(monitor, kind):
                for inside in _open(monitor, kind, row).sessions:
                    assert _open(monitor, "sessions", inside).figures == sessions[inside.key]


@pytest.mark.parametrize("span", SPANS)
def test_every_row_of_a_span_opens(span: Any, opened: Callable[..., Monitor]) -> None:
    with opened() as monitor:
        for kind in TAB_KEYS:
            for row in monitor.report(kind, span).rows:
                _open(monitor, kind, row)


def test_what_is_of_one_agent_among_several_says_whose_it_is(
    opened: Callable[..., Monitor],
) -> None:
    titles = {"claude": "Claude Code", "codex": "Codex", "gemini": "Gemini CLI"}
    with opened() as monitor:
        for row in (*_rows(monitor, "models"), *_rows(monitor, "blocks")):
            (agent,) = row.figures.agents
            kind: ReportKind = "blocks" if row.label == "" else "models"
            detail = _open(monitor, kind, row)
            assert dict(detail.facts)["Agent"] == titles[agent]
            if kind == "models":
                assert detail.title == row.label
    with opened(("codex",)) as monitor:
        details = [_open(monitor, "models", row) for row in _rows(monitor, "models")]
        assert not any("Agent" in dict(each.facts) for each in details)


def _write_codex(home: Path, session: str, tokens: int) -> None:
    used = {"input_tokens": tokens, "cached_input_tokens": 0, "output_tokens": 0}
    info = {"total_token_usage": {**used, "total_tokens": tokens}}
    records = (
        ("session_meta", {"id": session, "cwd": "/code/app"}),
        ("turn_context", {"cwd": "/code/app", "model": "gpt-5.2"}),
        ("event_msg", {"type": "token_count", "info": info}),
    )
    lines = [
        {"timestamp": "2026-11-22T12:30:00.000Z", "type": kind, "payload": payload}
        for kind, payload in records
    ]
    place = home / "sessions" / "2026" / "11" / "22"
    place.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (place / f"rollout-2026-11-22T12-30-00-{session}.jsonl").write_text(text, "utf-8")


@pytest.mark.parametrize("agents", [("claude", "codex"), ("codex",)], ids=",".join)
def test_a_session_opens_as_itself_where_another_agents_has_the_same_id(
    agents: tuple[str, ...], tmp_path: Path, settings: MakeSettings
) -> None:
    session = "0199a213-81a0-7000-8000-0000000000aa"
    title = b'{"type":"custom-title","customTitle":"Claude\'s","sessionId":"%s"}\n'
    root, codex = tmp_path / "claude", tmp_path / "codex"
    said = answer("a", NOW - MINUTE, 7, session=session, cwd="/code/app")
    write(root, said, title % session.encode(), name=f"-code-app/{session}.jsonl")
    _write_codex(codex, session, 5_000)
    with_both = settings(
        roots=(root,),
        agents=("claude", "codex"),
        environment={"CODEX_HOME": str(codex)},
        ledger=str(tmp_path / "ledger.db"),
    )
    with Monitor(with_both) as monitor:
        monitor.read()
    with Monitor(replace(with_both, agents=agents)) as monitor:
        monitor.read()
        rows = _rows(monitor, "sessions")
        assert {row.figures.agents[0] for row in rows} == set(agents)
        assert len({row.key for row in rows}) == len(agents)
        for row in rows:
            detail = _open(monitor, "sessions", row)
            _assert_holds_its_row("sessions", row, detail)
            is_claude = row.figures.agents == ("claude",)
            assert dict(detail.facts)["Session"] == session
            assert detail.title == ("Claude's" if is_claude else session)
            assert ("Transcript" in dict(detail.facts)) is is_claude
