"""Places and users for what goes wrong: a directory open to all, and a user who is not root."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from engine.demo import DemoUser, write_history
from tests.conftest import NOW
from tests.slow_reading import SlowResponse, read

NOBODY = 65534


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

    @contextmanager
    def unprivileged() -> Iterator[None]:
        if not hasattr(os, "setresuid"):
            pytest.skip("no way here to be another user for a while")
        if os.geteuid() != 0:
            yield
            return
        os.setresuid(NOBODY, NOBODY, 0)
        try:
            yield
        finally:
            os.setresuid(0, 0, 0)

    return unprivileged
