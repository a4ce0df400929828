"""A made-up history, written once, and a monitor on it at a fixed moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.demo import DemoUser, write_history
from engine.monitor import Monitor
from engine.settings import Settings
from tui.made_up import SEED
from tui.screenshots import NOW


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The history that the screenshots are taken of; nothing may be written there."""
    root = tmp_path_factory.mktemp("made-up") / "claude"
    write_history(root, DemoUser(SEED, NOW, responses=6_000, days=30, sessions=90))
    return root


@pytest.fixture
def made_up_monitor(made_up: Path) -> Callable[..., Monitor]:
    """Open a monitor on the made-up history, or on another root."""

    def monitor(root: Path = made_up) -> Monitor:
        return Monitor(
            Settings(
                roots=(root,),
                ledger=":memory:",
                zone="Europe/Berlin",
                is_offline=True,
                is_polling=True,
                clock=lambda: NOW,
                environment={},
                home=root,
            )
        )

    return monitor
