"""Reports over several coding agents: narrowed, in a column, below each row, and in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.demo import DemoUser, write_history
from engine.demo.others import AGENTS, places_of_others, write_others
from engine.domain.settings import system_clock
from tui.cli import main
from tui.config.command_line import parse
from tui.options.definition import UsageError

Run = Callable[..., str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a made-up user's transcripts, with stores of Codex and Gemini CLI beside them."""
    directory = tmp_path_factory.mktemp("agents")
    user = DemoUser(7, system_clock(), responses=60, days=3, sessions=3)
    write_history(directory / "claude", user)
    write_others(directory, user)
    return directory


@pytest.fixture
def run(
    place: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Return what runs a command over all three agents and gives what it prints."""
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(place / "claude"))
    monkeypatch.setenv("CCMON_DATA_DIR", str(tmp_path / "data"))
    for name, path in places_of_others(place).items():
        monkeypatch.setenv(name, path)

    def ccmon(*words: str, code: int = 0) -> str:
        assert main(words) == code
        told = capsys.readouterr()
        return told.out if code == 0 else told.err

    return ccmon


def rows(run: Run, kind: str, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(*words, "--json", "-O"))[kind]
    return found


def test_a_narrowed_report_is_its_agents_part_of_the_whole(run: Run) -> None:
    months = rows(run, "monthly", "monthly", "--by-agent")
    whole = next(month for month in months if len(month["agents"]) == len(AGENTS))
    parts = {part["agent"]: part for part in whole["agents"]}
    assert tuple(sorted(parts)) == AGENTS
    assert whole["agent"] == "all"
    assert whole["metadata"] == {"agents": list(AGENTS)}
    assert whole["period"] == whole["month"]
    for key in ("inputTokens", "cacheReadTokens", "outputTokens", "responses", "totalTokens"):
        assert whole[key] == sum(part[key] for part in parts.values())
    for agent, part in parts.items():
        own = rows(run, "monthly", agent, "monthly")
        narrowed = next(month for month in own if month["month"] == whole["month"])
        assert narrowed["agent"] == agent
        assert {key: narrowed[key] for key in part if key != "agent"} == {
            key: value for key, value in part.items() if key != "agent"
        }
    assert parts["codex"]["reasoningTokens"] > 0
    assert "reasoningTokens" not in parts["claude"]


def test_spellings_of_the_same_agents_give_the_same_answer(run: Run) -> None:
    told = {
        run("daily", "--json", "-O", *words)
        for words in (
            ("--agent", "codex,gemini"),
            ("--agent", "codex", "--agent", "gemini"),
            ("--agents", "Codex, Gemini"),
        )
    }
    assert len(told) == 1
    assert {tuple(row["metadata"]["agents"]) for row in json.loads(told.pop())["daily"]} <= {
        ("codex",),
        ("gemini",),
        ("codex", "gemini"),
    }


def test_the_keys_of_agents_are_there_for_one_agent_as_for_several(run: Run, place: Path) -> None:
    only = ("--config-dir", str(place / "claude"))
    unified = {"agent", "period", "metadata"}
    for words in ((), only):
        for kind, name in (("daily", "daily"), ("monthly", "monthly"), ("session", "sessions")):
            assert all(unified <= set(row) for row in rows(run, name, kind, *words))
    assert unified <= set(rows(run, "daily", "claude", "daily", *only)[0])


def test_sessions_have_the_name_of_either_report_of_ccusages(run: Run) -> None:
    every = json.loads(run("session", "--json"))
    assert every["session"] == every["sessions"]
    assert "session" not in json.loads(run("claude", "session", "--json"))


def test_tables_of_periods_have_a_row_for_each_of_several_agents(run: Run, place: Path) -> None:
    assert run("daily", "--no-by-agent") != run("daily") == run("daily", "--by-agent")
    alone = ("--config-dir", str(place / "claude"))
    assert run("daily", *alone) == run("daily", "--no-by-agent", *alone)


def test_sessions_models_and_blocks_say_whose_they_are(run: Run) -> None:
    sessions = rows(run, "sessions", "session")
    assert {row["agent"] for row in sessions} == set(AGENTS)
    assert all(row["period"] == row["sessionId"] for row in sessions)
    assert all(row["metadata"]["lastActivity"] == row["lastActivity"] for row in sessions)
    by_model = {row["model"]: row for row in rows(run, "models", "models")}
    assert (by_model["gpt-5.2"]["agent"], by_model["gpt-5.2"]["provider"]) == ("codex", "openai")
    assert by_model["gemini-2.5-pro"]["agent"] == "gemini"
    blocks = rows(run, "blocks", "blocks", "--active")
    assert {row["agent"] for row in blocks} == set(AGENTS)
    assert len({row["id"] for row in blocks}) == len(blocks)


def test_tables_have_a_column_of_agents_only_where_there_are_several(run: Run) -> None:
    for kind in ("session", "models", "blocks", "projects"):
        head = run(kind, "-O").splitlines()[2]
        assert "Agent" in head, kind
        assert "Agent" not in run(kind, "-O", "--agent", "codex").splitlines()[2]
    assert "Codex" in run("codex", "daily", "-O").splitlines()[0]


def test_by_agent_has_a_line_for_each_and_a_breakdown_their_models_below(run: Run) -> None:
    names = [line.split("  ") for line in run("monthly", "-b", "-O").splitlines()]
    inner = [line[1].strip() or line[2].strip() for line in names if line[0] == "" and line[1:]]
    titles = ["Claude Code", "Codex", "Gemini CLI"]
    assert sorted(set(inner) & set(titles)) == titles
    assert inner.index("Codex") < inner.index("gpt-5.2")
    apart = run("monthly", "--by-agent", "-O")
    assert "  Codex" in apart
    assert "gpt-5.2 " not in apart


def test_flat_tables_have_agents_too(run: Run) -> None:
    head, *lines = run("daily", "--by-agent", "--csv", "-O").splitlines()
    agent = head.split(",").index("agent")
    assert set(AGENTS) <= {line.split(",")[agent] for line in lines}
    assert "| Gemini CLI" in run("session", "--markdown", "-O")


def test_sections_are_several_reports_of_one_reading(run: Run) -> None:
    told = json.loads(run("daily", "--sections", "daily,session", "--json", "-O"))
    assert told["daily"] == rows(run, "daily", "daily")
    assert told["session"] == rows(run, "sessions", "session")
    assert set(told) == {"daily", "session", "totals", "timezone"}
    pages = run("daily", "--sections", "daily,session", "-O")
    assert pages.startswith("Days ")
    assert "\nSessions " in pages
    assert "leave --csv" in run("daily", "--sections", "daily", "--csv", "-O", code=2)


def test_an_unknown_agent_is_refused_with_the_nearest(run: Run) -> None:
    said = run("daily", "--agent", "codecs", code=2)
    assert said == "ccmon: There is no agent 'codecs': did you mean 'codex'?\n"
    assert "ccmon agents --all lists them all" in run("daily", "--agent", "xyzzy", code=2)
    assert "leave 'codex' out" in run("codex", "limits", code=2)


def test_an_agent_that_is_nowhere_is_said_to_be(run: Run) -> None:
    assert run("qwen", "daily", "-O") == (
        "No response of Qwen Code is known: ccmon agents --all shows the places looked at.\n"
    )


def test_a_name_in_front_narrows_unless_it_is_a_command(tmp_path: Path) -> None:
    assert parse(["codex", "daily"]).agents == ["codex"]
    assert parse(["codex", "daily", "--agent", "claude"]).agents == ["codex", "claude"]
    assert parse(["claude"]).agents == ["claude"]
    assert parse(["daily"]).agents is None
    assert parse(["claude", "statusline"]).command == "statusline"
    with pytest.raises(UsageError, match="no command 'codecs'"):
        parse(["codecs", "daily"])


def test_a_configuration_names_agents(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text('agents = ["codex", "gemini"]\n')
    named = rows(run, "sessions", "session", "--config", str(config))
    assert {row["agent"] for row in named} == {"codex", "gemini"}
    given = rows(run, "sessions", "session", "--config", str(config), "--agent", "claude")
    assert {row["agent"] for row in given} == {"claude"}
    config.write_text('agents = ["codecs"]\n')
    assert "c.toml, line 1: There is no agent 'codecs'" in run(
        "daily", "--config", str(config), code=2
    )
