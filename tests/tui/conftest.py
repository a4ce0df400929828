"""A made-up history, written once, and a monitor on it at a fixed moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.demo.at_work import made_up_user
from engine.monitor import Monitor
from tui.dev.screenshots import NOW, monitor_of


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The history that the screenshots are taken of; nothing may be written there."""
    root = tmp_path_factory.mktemp("made-up") / "claude"
    made_up_user(root, NOW)
    return root


@pytest.fixture
def made_up_monitor(made_up: Path) -> Callable[..., Monitor]:
    """Open a monitor on the made-up history, or on another root."""
    return lambda root=made_up: monitor_of(root)
