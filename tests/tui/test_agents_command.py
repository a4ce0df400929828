"""`ccmon agents`: a row for each agent found, one clear line for what could not be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.domain.responses import PICO
from tests.agents.made_codex import Thread
from tests.made_answers import found_agent
from tests.made_lines import answer, moment, write
from tui.cli import main
from tui.tables.agents_page import agents_lines
from tui.tables.look import Look
from tui.words.lines import text_of


@pytest.fixture(autouse=True)
def two_agents(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the home a response of Claude Code, two of Codex, and a line that is none."""
    monkeypatch.setenv("CCMON_DATA_DIR", str(tmp_path / "data"))
    write(home / ".claude", answer("a", moment("2026-05-01T10:00")))
    thread = Thread()
    thread.turn()
    thread.respond(100, 20, 0, 30, 5)
    thread.respond(200, 0, 0, 10, 0)
    thread.lines.append(b'{"type":"event_msg","payload":{"type":"token_count",broken}\n')
    return thread.write(home / ".codex")


def page(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["agents", "-O", *words]) == 0
    return capsys.readouterr().out


def test_each_agent_found_has_a_row_with_its_place(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = page(capsys)
    rows = {line.split("  ")[0]: line.split() for line in told.splitlines()}
    assert rows["Claude Code"][2:5] == ["1", "1", "100"]
    assert rows["Codex"][1:4] == ["1", "2", "340"]
    assert f"  {home}/.codex: found" in told
    assert "OpenCode" not in told
    assert str(home / ".qwen") in page(capsys, "--all")


def test_what_could_not_be_read_has_one_line(
    two_agents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (said,) = [line for line in page(capsys).splitlines() if "not read" in line]
    assert two_agents.name in said


def test_json_has_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    found = {each["agent"]: each for each in json.loads(page(capsys, "-j"))["agents"]}
    assert set(found) == {"claude", "codex"}
    codex = found["codex"]
    assert (codex["responses"], codex["totalTokens"], codex["badRecords"]) == (2, 340, 1)
    assert codex["lastActivity"].startswith("2026-05-01T10:02")
    told = json.loads(page(capsys, "-j", "--all"))["agents"]
    assert {each["agent"] for each in told if not each["isFound"]} >= {"gemini", "qwen"}


def test_doctor_names_other_agents(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "-O"]) == 0
    assert "\n  Codex; ccmon agents says what was read of them\n" in capsys.readouterr().out


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_cost_of_its_own_stands_beside_ours_and_every_line_fits(width: int) -> None:
    agents = [
        found_agent(recorded_cost=3 * PICO, cost=3 * PICO, note="counts by session"),
        found_agent(title="One\nwith a name " * 3, is_there=False, agent="other"),
    ]
    lines = [text_of(line) for line in agents_lines(agents, Look(width=width))]
    assert all(len(line) <= width and line.isprintable() for line in lines)
    text = " ".join(line.strip() for line in lines)
    assert "it recorded $3.00 itself; by list prices all comes to $1.00" in text
    assert "not found" in text or width == 40
