"""Every report from a team's database says what the ledger says that was pushed there."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from engine.domain.settings import Settings
from tests.kept.commands import NOW
from tests.team.cluster import Cluster
from tui.cli import main
from tui.config.settings import settings_of
from tui.options.definition import Namespace

QUESTIONS = (
    "daily",
    "daily --mode calculate -z America/New_York",
    "daily --mode display -z Asia/Kolkata",
    "daily --breakdown --by-agent --since 2026-11-15",
    "daily --instances",
    "daily --project harbour",
    "daily --project nowhere",
    "daily --model opus -z Europe/Berlin",
    "daily --agent codex,gemini",
    "weekly --start-of-week sunday",
    "weekly --last 1",
    "monthly",
    "monthly --mode calculate",
    "hourly --since 2026-11-18 -z Asia/Kathmandu",
    "session",
    "session --since 2026-11-17 --until 2026-11-19",
    "session --top 3 --agent claude",
    "session --id SESSION",
    "blocks",
    "blocks --agent claude --recent --session-length 1.3",
    "blocks --active --token-limit max",
    "projects",
    "projects --mode calculate --since 2026-11-16",
    "models",
    "compare 2026-11-18 2026-11-19",
    "graph --year 2026",
    "graph --by tokens",
    "summary",
)


class Pushed(NamedTuple):
    """A user whose usage is in a ledger and in the database."""

    ledger: list[str]
    environment: dict[str, str]


@pytest.fixture(scope="module")
def made(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Pushed:
    """Push a made-up user's three agents."""
    place = tmp_path_factory.mktemp("pushed")
    demo = place / "demo"
    environment = {
        "HOME": str(place),
        "CLAUDE_CONFIG_DIR": str(demo),
        "CODEX_HOME": str(demo / "codex"),
        "GEMINI_CLI_HOME": str(demo / "gemini"),
    }
    cluster.fresh("ana")
    ledger = ["--ledger", str(place / "ledger.db"), "--offline"]
    with pytest.MonkeyPatch.context() as patch, said():
        _stand_still(patch, environment)
        words = ["--responses", "300", "--days", "12", "--sessions", "18", "--once"]
        assert main(["demo", str(demo), *words]) == 0
        words = [cluster.address("ana"), "--yes", "--projects", "names"]
        assert main(["push", *words, *ledger]) == 0
    return Pushed(ledger, environment)


@pytest.fixture
def pushed(made: Pushed, home: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the options that name the ledger of what was pushed."""
    _stand_still(monkeypatch, made.environment)
    return made.ledger


def _stand_still(patch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    """Have a user's environment, and the clock stand."""

    def settings_then(options: Namespace) -> Settings:
        return replace(settings_of(options), clock=lambda: NOW)

    patch.setattr("tui.config.settings.settings_of", settings_then)
    patch.setattr("tui.commands.demo.system_clock", lambda: NOW)
    for name, value in environment.items():
        patch.setenv(name, value)


@contextmanager
def said() -> Iterator[io.StringIO]:
    out = io.StringIO()
    with redirect_stdout(out):
        yield out


def _answer(*words: str) -> Any:
    with said() as out:
        main([*words, "--json"])
    return json.loads(out.getvalue() or "null")


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_report_is_the_same_from_the_database(
    pushed: list[str], cluster: Cluster, question: str
) -> None:
    words = question.split()
    if words[-1] == "SESSION":
        words[-1] = _answer("session", *pushed)["sessions"][0]["sessionId"]
    of_ledger = _answer(*words, *pushed)
    of_database = _answer(*words, "--from", cluster.address("boss"), "--offline")
    if question == "summary":
        for document in (of_ledger, of_database):
            for key in ("block", "burnRate", "projection", "window", "limits"):
                document.pop(key, None)
    assert of_database == of_ledger
    assert of_ledger or "nowhere" in question


def test_what_is_pushed_again_is_nothing_new(pushed: list[str], cluster: Cluster) -> None:
    before = cluster.ask("SELECT ctid, * FROM ccmon.responses ORDER BY id")
    with said() as out:
        assert main(["push", cluster.address("ana"), *pushed]) == 0
    assert out.getvalue().startswith("Nothing is new")
    assert cluster.ask("SELECT ctid, * FROM ccmon.responses ORDER BY id") == before


def test_nothing_leaves_before_somebody_agreed(
    pushed: list[str], cluster: Cluster, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    count = "SELECT count(*) FROM ccmon.people WHERE person = 'ben'"
    cluster.let_in({"ben": "ccmon_writer"})
    ledger = ["--ledger", str(tmp_path / "other.db"), "--offline"]
    assert main(["push", cluster.address("ben"), *ledger]) == 2
    told = capsys.readouterr()
    assert "This leaves your machine" in told.out
    assert "titles, prompts" in told.out
    assert "a hash" in told.out
    assert "--yes" in told.err
    assert cluster.ask(count) == [(0,)]


def test_an_export_from_the_database_has_every_response(
    pushed: list[str], cluster: Cluster, tmp_path: Path
) -> None:
    for name, words in (("a.csv", pushed), ("b.csv", ["--from", cluster.address("boss")])):
        assert main(["export", "--csv", str(tmp_path / name), *words]) == 0
    of_ledger, of_database = (
        sorted((tmp_path / name).read_text("utf-8").splitlines()) for name in ("a.csv", "b.csv")
    )
    assert of_database == of_ledger
