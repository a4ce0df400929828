"""A package of its own adds an agent: found by its entry point, read as ccmon's own are."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.domain.questions import Question
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.conftest import NOW

PROJECT = Path(__file__).resolve().parents[2]

TOY = """
import json
from engine.agents.base import Agent, Lines, Told, Tokens, Tree, count
from engine.agents.packages import Listed

LISTED = Listed("toy", "Toy", ("~/.toy",), module="toy_agent:AGENT")


class Toy(Agent):
    name = "toy"
    title = "Toy"

    def trees(self, root):
        return (Tree("", lambda path: "lines" if path.endswith(".jsonl") else None),)

    def lines(self, place, state, told):
        return ToyLines(told)


class ToyLines:
    def __init__(self, told):
        self._told = told

    def read(self, line, offset):
        record = json.loads(line)
        self._told.see(
            record["id"],
            time=record["at"],
            model="gpt-5.2",
            tokens=Tokens(input=count(record["in"])),
            session="one",
            directory="/code/toy",
        )

    def state(self):
        return b""


AGENT = Toy()
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory as pip installs a package into it."""
    monkeypatch.delitem(sys.modules, "toy_agent", raising=False)
    site = tmp_path / "site"
    installed = site / "toy_agent-1.0.dist-info"
    installed.mkdir(parents=True)
    (site / "toy_agent.py").write_text(TOY)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-agent\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text("[ccmon.agents]\ntoy = toy_agent:LISTED\n")
    return site


def _store(home: Path) -> None:
    (home / ".toy").mkdir()
    lines = [f'{{"id": "r{number}", "at": {NOW}, "in": 10}}\n' for number in (1, 2, 2)]
    (home / ".toy" / "log.jsonl").write_text("".join(lines))


def test_an_installed_package_adds_an_agent(
    package: Path,
    home: Path,
    settings: Callable[..., Settings],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _store(home)
    monkeypatch.syspath_prepend(str(package))
    with Monitor(settings()) as monitor:
        monitor.catch_up()
        figures = monitor.answers.answer(Question(kind="daily")).totals.figures
        assert (figures.agents, figures.tokens.input, figures.responses) == (("toy",), 20, 2)
        (toy,) = [each for each in monitor.agents() if each.agent == "toy"]
        assert (toy.title, toy.records, toy.is_found) == ("Toy", 3, True)


def test_a_package_that_cannot_be_loaded_is_named_and_the_rest_goes_on(
    package: Path, home: Path, settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    _store(home)
    (package / "toy_agent.py").write_text("import nothing_of_this_name\n")
    monkeypatch.syspath_prepend(str(package))
    with Monitor(settings()) as monitor:
        monitor.catch_up()
        assert monitor.answers.answer(Question(kind="daily")).totals.figures.responses == 0
        (toy,) = [each for each in monitor.agents() if each.agent == "toy"]
        ((name, why),) = toy.unreadable
        assert (name, "nothing_of_this_name" in why) == ("toy", True)


def test_without_such_a_package_the_metadata_library_is_not_loaded() -> None:
    code = (
        "import sys;"
        "from engine.agents.packages import packaged; before = set(sys.modules);"
        "assert list(packaged()) == []; assert 'importlib.metadata' not in"
        " set(sys.modules) - before"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
