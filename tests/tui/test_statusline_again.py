"""A status line asked for again is the one of a moment ago only where nothing has changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.domain.settings import Settings
from engine.ledger.book import Ledger
from engine.monitor import Monitor
from tests.made_lines import answer, earlier_today, write
from tests.surroundings import at_home, needed
from tui.statusline.again import Asked, files_of_session

NOW = 1_700_000_000_000
WORDS = ("statusline", "--format", "plain")
HOOK = {"session_id": "s1", "cost": {"total_cost_usd": 1.5, "total_duration_ms": 7}}
COUNT = (
    "import sys; from tui.cli import main; sys.argv = ['ccmon', 'statusline']; main(); sys.stderr"
    ".write(' '.join(each for each in sys.modules if each.split('.')[0] in ('engine', 'tui',"
    " 'msgspec', 'typing')))"
)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    data = tmp_path / "data"
    with Monitor(Settings(ledger=str(data / "ledger.db"), home=tmp_path, is_offline=True)):
        return {"CCMON_DATA_DIR": str(data), "HOME": str(tmp_path)}


def asked(environment: dict[str, str], now: int = NOW, **hook: object) -> Asked:
    return Asked(WORDS, environment, json.dumps({**HOOK, **hook}).encode(), now)


def keep(environment: dict[str, str], *paths: str) -> None:
    ledger = os.path.join(environment["CCMON_DATA_DIR"], "ledger.db")
    made = asked(environment)
    made.note(paths)
    with_ledger(environment, lambda ledger: made.hold("the line", ledger.path, ledger.revision()))
    made.keep()
    assert os.path.exists(ledger)


def with_ledger(environment: dict[str, str], do: Callable[[Ledger], None]) -> None:
    path = os.path.join(environment["CCMON_DATA_DIR"], "ledger.db")
    with Monitor(Settings(ledger=path, is_offline=True)) as monitor:
        do(monitor._ledger)


def test_the_same_is_told_again_within_its_step(environment: dict[str, str]) -> None:
    keep(environment)
    assert asked(environment).kept() == "the line"
    assert asked(environment, NOW + 4_999).kept() == "the line"
    assert asked(environment, NOW + 5_000).kept() is None


def test_how_long_a_session_has_lasted_is_told_nowhere(environment: dict[str, str]) -> None:
    keep(environment)
    passed = {**HOOK["cost"], "total_duration_ms": 8}  # type: ignore[dict-item]
    assert asked(environment, cost=passed).kept() == "the line"


def test_whatever_else_is_asked_is_another_line(environment: dict[str, str]) -> None:
    keep(environment)
    given = json.dumps(HOOK).encode()
    assert asked(environment, session_id="s2").kept() is None
    assert asked({**environment, "NO_COLOR": "1"}).kept() is None
    assert Asked(("statusline",), environment, given, NOW).kept() is None
    assert Asked(WORDS, environment, b"{", NOW).kept() is None


def test_a_line_ends_with_the_ledgers_revision(environment: dict[str, str]) -> None:
    keep(environment)
    with_ledger(environment, lambda ledger: ledger.keep_settings({"preference.theme": "x"}))
    assert asked(environment).kept() is None


@pytest.mark.parametrize("change", ["grows", "comes below", "goes", "configuration comes"])
def test_a_line_ends_with_the_files_that_it_was_made_of(
    environment: dict[str, str], tmp_path: Path, change: str
) -> None:
    transcript, below = tmp_path / "s1.jsonl", tmp_path / "s1" / "subagents"
    below.mkdir(parents=True)
    transcript.write_text("{}\n")
    keep(environment, *files_of_session(str(transcript)), str(tmp_path / "config.toml"))
    assert asked(environment).kept() == "the line"
    if change == "grows":
        transcript.write_text("{}\n{}\n")
    elif change == "comes below":
        (below / "agent-a.jsonl").write_text("{}\n")
    elif change == "goes":
        transcript.unlink()
    else:
        (tmp_path / "config.toml").write_text("")
    assert asked(environment).kept() is None


def test_lines_that_are_over_are_dropped(environment: dict[str, str]) -> None:
    for number in range(3):
        made = asked(environment, NOW + number * 10_000, session_id=str(number))
        with_ledger(environment, lambda ledger, made=made: made.hold("line", ledger.path, 1))  # type: ignore[misc]
        made.keep()
    count = "SELECT count(*) FROM settings WHERE name LIKE 'line.%'"

    def check(ledger: Ledger) -> None:
        assert ledger.connection.execute(count).fetchone() == (1,)

    with_ledger(environment, check)


def test_no_ledger_is_made_to_look_for_a_line(tmp_path: Path) -> None:
    assert asked({"CCMON_DATA_DIR": str(tmp_path / "none")}).kept() is None
    assert not (tmp_path / "none").exists()


def test_a_line_told_again_loads_next_to_nothing(tmp_path: Path) -> None:
    root = tmp_path / "claude"
    write(root, answer("a1", earlier_today(), 500_000), name="-code-app/s1.jsonl")
    given = json.dumps({"session_id": "s1", "model": {"display_name": "Opus"}}).encode()
    around = {
        **needed(),
        **at_home(tmp_path),
        "CCMON_DATA_DIR": str(tmp_path / "data"),
        "CLAUDE_CONFIG_DIR": str(root),
    }
    lines: list[bytes] = []
    loaded = [""] * 99
    for _ in range(30):  # a step of the clock may end between two of them
        told = subprocess.run(
            (sys.executable, "-c", COUNT), input=given, env=around, capture_output=True, check=True
        )
        lines.append(told.stdout)
        if told.stderr:
            loaded = told.stderr.decode().split()
            break
    assert lines[-1] == lines[-2]
    assert len(loaded) < 20
    assert not {"msgspec", "typing", "tui.statusline.answer"} & set(loaded)
