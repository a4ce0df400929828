"""Of every agent's databases, with the log that a killed program left, none is touched.

What is made for a moment only is seen too: the system tells of it (`watchfiles`), where comparing
what is there before and after would not. Changes are seen by the comparison alone, for SQLite run
by root gives a log the owner that it has, of which the system tells as of a change.
"""

from __future__ import annotations

import ast
import inspect
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from types import ModuleType

import pytest
from watchfiles import Change, watch

from engine.agents.base import Agent
from engine.agents.catalog import LISTED
from engine.agents.registry import Registry
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.agents.writers import leave_in_wal
from tests.faults.audited import state_of
from tests.patience import wait_until

MakeSettings = Callable[..., Settings]
_FEWEST = 10
"""Agents that keep a database, at least."""


def _modules_of(agent: Agent) -> list[ModuleType]:
    package = type(agent).__module__.rpartition(".")[0]
    return [
        module
        for name, module in sys.modules.items()
        if name == type(agent).__module__
        or (name.startswith(f"{package}.") and package != "engine.agents")
    ]


def _names_in(module: ModuleType) -> set[str]:
    """Return the texts of a module that may name a file."""
    every = ast.walk(ast.parse(inspect.getsource(module)))
    texts = {each.value for each in every if isinstance(each, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and len(text) < 60 and "\n" not in text}


def _databases_of(agent: Agent, root: str) -> set[str]:
    """Return paths below a root at which an agent has a database."""
    names = {name for module in _modules_of(agent) for name in _names_in(module)}
    names |= {f"{name}.db" for name in names} | {f"x{name}" for name in names}
    found: set[str] = set()
    for tree in agent.trees(root):
        head = f"{tree.below}/" if tree.below else ""
        below = [name for name in names if name and not name.startswith("/")]
        for path in (head + inner + name for name in below for inner in ("", "a/", "a/b/")):
            if path.startswith(head) and tree.kind_of(path) == "database":
                found.add(path)
    return found


@pytest.fixture
def stores(home: Path, tmp_path: Path) -> dict[str, list[Path]]:
    """Databases with a log and without an index, where each agent has one, by agent."""
    left = tmp_path / "left" / "store.db"
    left.parent.mkdir()
    leave_in_wal(left, 10)
    registry = Registry({}, home)
    made: dict[str, list[Path]] = {}
    for name, place in list(registry.places([each.name for each in LISTED if not each.problem])):
        if name in made or name == "claude":
            continue
        for path in sorted(_databases_of(registry.agent(name), place)):
            file = Path(place, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            for suffix in ("", "-wal"):
                shutil.copy(f"{left}{suffix}", f"{file}{suffix}")
            made.setdefault(name, []).append(file)
    return made


@contextmanager
def _told_of(place: Path) -> Iterator[list[str]]:
    """Collect what the system tells to have come or gone below a directory."""
    told: list[str] = []
    stop, begun = Event(), place / "begun"

    def listen() -> None:
        for changes in watch(place, stop_event=stop, debounce=20, step=10):
            told.extend(path for kind, path in changes if kind != Change.modified)

    listening = Thread(target=listen, daemon=True)
    listening.start()
    while not told:
        begun.unlink(missing_ok=True)
        begun.touch()
        time.sleep(0.05)
    begun.unlink()
    wait_until(lambda: not begun.exists() and len(told) > 1)
    time.sleep(0.1)
    told.clear()
    try:
        yield told
        time.sleep(0.1)
    finally:
        stop.set()
        listening.join()


@pytest.mark.skipif(sys.platform != "linux", reason="places are those of Linux")
def test_no_database_of_any_agent_is_touched(
    settings: MakeSettings, home: Path, tmp_path: Path, stores: dict[str, list[Path]]
) -> None:
    assert len(stores) >= _FEWEST
    before = state_of(home)
    given = settings(roots=None, ledger=str(tmp_path / "ledger.db"), home=home, environment={})
    with _told_of(home) as told:
        with Monitor(given) as monitor:
            monitor.catch_up()
            assert {each.agent for each in monitor.agents() if each.places} >= set(stores)
        with Monitor(given) as monitor:
            monitor.start(lambda: None)
            wait_until(lambda: monitor.snapshot().state == "following")
            time.sleep(0.5)
        assert told == []
    assert state_of(home) == before
