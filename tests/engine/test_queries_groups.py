"""Reports of sessions, projects and models, asked once; and one session with its responses."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.domain.choices import Mode
from engine.monitor import Monitor
from tests.asker import Ask, MakeSettings, asker, write_at
from tests.made_lines import OPUS, PICO_PER_INPUT, answer, moment, write

SONNET = "claude-sonnet-5-5"
UNKNOWN = "lighthouse-coder-32b"
DOLLAR = 10**12


@pytest.fixture
def ask(tmp_path: Path, settings: MakeSettings) -> Ask:
    return asker(tmp_path, settings)


def test_sessions_stand_by_cost_with_all_their_projects(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, "2026-11-20T10:00", name="-code-app/s1.jsonl")
    write_at(tmp_path, "2026-11-21T10:00", "2026-11-22T10:00", name="-code-web/s2.jsonl")
    write_at(tmp_path, "2026-11-19T10:00", name="-code-lib/s2.jsonl", tokens=1)
    found = ask("session")
    assert [row.row.key for row in found.rows] == ["s2", "s1"]
    first = found.rows[0]
    assert (first.row.label, first.row.sessions) == ("s2", 1)
    assert (first.directory, first.directories) == ("-code-lib", ("-code-lib", "-code-web"))
    assert (first.project, first.row.project, first.row.projects) == (
        *("-code-lib", "-code-lib"),
        ("-code-lib",),
    )
    assert first.row.start == moment("2026-11-19T10:00")
    assert first.row.end == moment("2026-11-22T10:00")
    assert found.totals.sessions == 2


def test_a_sessions_row_is_what_the_selection_leaves_of_it(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, "2026-11-19T10:00", name="-code-lib/s2.jsonl")
    write_at(tmp_path, "2026-11-21T00:00", "2026-11-21T23:59:59.999", name="-code-web/s2.jsonl")
    write_at(tmp_path, "2026-11-22T00:00", name="-code-app/s2.jsonl", model=SONNET)
    day = date(2026, 11, 21)
    (row,) = ask("session", since=day, until=day).rows
    assert (row.directory, row.directories) == ("-code-web", ("-code-web",))
    assert (row.row.figures.responses, row.row.figures.tokens.total) == (2, 200)
    assert row.row.start == moment("2026-11-21T00:00")
    assert row.row.end == moment("2026-11-21T23:59:59.999")
    (row,) = ask("session", until=day, project="lib").rows
    assert row.row.figures.responses == 3, "a session is of one project"
    (row,) = ask("session", until=day, project="-code-web").rows
    assert row.row.figures.responses == 2, "the name of a directory means what is in it"
    (row,) = ask("session", since=day, model="sonnet").rows
    assert (row.row.figures.models, row.directories) == ((SONNET,), ("-code-app",))
    assert ask("session", since=date(2026, 11, 23)).rows == ()


def test_projects_and_models_stand_by_cost(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, "2026-11-20T10:00", name="-code-app/s1.jsonl", cwd="/code/app")
    write_at(tmp_path, "2026-11-21T10:00", name="-code-web/s2.jsonl", tokens=900)
    write_at(tmp_path, "2026-11-22T10:00", name="-code-app/s3.jsonl", model=SONNET, cwd="/code/app")
    projects = ask("projects")
    assert [(row.row.key, row.row.label, row.row.sessions) for row in projects.rows] == [
        ("-code-web", "-code-web", 1),
        ("/code/app", "app", 2),
    ]
    assert projects.totals.sessions == 3
    models = ask("models")
    assert [(row.row.key, row.row.sessions) for row in models.rows] == [(OPUS, 2), (SONNET, 1)]
    assert models.rows[0].directories == ("-code-app", "-code-web")
    assert models.rows[0].row.projects == ("app", "-code-web")
    since = date(2026, 11, 22)
    assert [row.row.key for row in ask("projects", since=since).rows] == ["/code/app"]
    assert [row.row.key for row in ask("models", since=since).rows] == [SONNET]


def test_equal_costs_stand_by_tokens_then_by_name(tmp_path: Path, ask: Ask) -> None:
    time = moment("2026-11-20T10:00")
    write(
        tmp_path,
        answer("a", time, session="b"),
        answer("b", time, session="a"),
        answer("c", time, 7, session="free", model=UNKNOWN),
        answer("d", time, 9, session="more", model=UNKNOWN),
        answer("e", time + 1, 800, session="dear"),
    )

    def sessions(**more: object) -> str:
        return " ".join(row.row.key for row in ask("session", **more).rows)

    assert sessions() == "dear a b more free"
    assert sessions(order="asc") == "free more a b dear"
    assert sessions(sort="name") == "a b dear free more"
    assert sessions(sort="name", order="desc") == "more free dear b a"
    assert sessions(sort="last") == "a b free more dear"
    assert sessions(sort="input") == "dear a b more free"
    assert sessions(sort="output") == "dear a b more free"
    assert sessions(top=2) == sessions(top=2, order="desc") == "dear a"
    assert sessions(top=2, order="asc") == "a dear"
    assert sessions(last=1) == "dear"


def test_the_newest_sessions_are_those_used_last(tmp_path: Path, ask: Ask) -> None:
    write_at(tmp_path, "2026-11-01T10:00", "2026-11-22T10:00", name="-code-app/old.jsonl", tokens=1)
    write_at(tmp_path, "2026-11-20T10:00", name="-code-app/mid.jsonl")
    write_at(tmp_path, "2026-11-21T10:00", name="-code-app/new.jsonl", tokens=50)
    found = ask("session", last=2)
    assert [row.row.key for row in found.rows] == ["new", "old"]
    assert (found.totals.figures.tokens.total, found.totals.sessions) == (52, 2)
    assert [row.row.key for row in ask("session", last=9).rows] == ["mid", "new", "old"]


@pytest.mark.parametrize(
    ("mode", "costs"),
    [
        ("auto", [2 * DOLLAR, 100 * PICO_PER_INPUT, None, 0]),
        ("calculate", [100 * PICO_PER_INPUT, 100 * PICO_PER_INPUT, None, 100 * PICO_PER_INPUT]),
        ("display", [2 * DOLLAR, 0, 0, 0]),
    ],
)
def test_one_session_has_its_responses_in_order_of_time(
    mode: Mode, costs: list[int | None], tmp_path: Path, settings: MakeSettings
) -> None:
    time = moment("2026-11-22T10:00")
    write(tmp_path, answer("d", time + 3_600_000, costUSD=0), answer("a", time, costUSD=2))
    write(tmp_path, answer("x", time, session="other"), name="-code-app/other.jsonl")
    write(
        tmp_path,
        answer("c", time + 900_000, model=UNKNOWN, agentId="a1"),
        answer("b", time + 1, isSidechain=True, agentId="a1"),
        name="-code-web/s1/subagents/agent-a1.jsonl",
    )
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        monitor.catch_up()
        found = monitor.answers.session("s1", mode)
        assert monitor.answers.session("s2", mode) is None
    assert found is not None
    assert [response.time - time for response in found.responses] == [0, 1, 900_000, 3_600_000]
    assert [response.cost for response in found.responses] == costs
    assert found.recorded == (2 * DOLLAR, None, None, 0)
    assert [response.is_sidechain for response in found.responses] == [False, True, False, False]
    assert [response.agent for response in found.responses] == ["", "a1", "a1", ""]
    assert (found.session, found.row.row.key) == ("s1", "s1")
    assert found.row.directories == ("-code-app", "-code-web")
    figures = found.row.row.figures
    assert (figures.responses, figures.cost) == (4, sum(cost or 0 for cost in costs))
