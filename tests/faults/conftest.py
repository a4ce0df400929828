"""Places and users for what goes wrong: a directory open to all, and a user who is not root."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from engine.demo import DemoUser, write_history
from tests.another_user import as_another_user
from tests.conftest import NOW
from tests.slow_reading import SlowResponse, read


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[SlowResponse]]:
    """A root with some weeks of work, and what a slow reading finds in it."""
    root = tmp_path_factory.mktemp("history")
    write_history(root, DemoUser(seed=11, now_ms=NOW, responses=500, days=60, sessions=10))
    return root, read(root)


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A directory that any user can enter, unlike those below `tmp_path`."""
    with tempfile.TemporaryDirectory(prefix="ccmon-faults-") as place:
        os.chmod(place, 0o777)
        yield Path(place)


@pytest.fixture
def as_user() -> Callable[[], AbstractContextManager[None]]:
    """Be a user whom permissions bind, even where the tests run as root."""
    return as_another_user
