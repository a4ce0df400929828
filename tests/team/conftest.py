"""One server for all tests of a team's database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.team.cluster import Cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Start a server; skip where there is none to start."""
    made = Cluster()
    yield made
    made.close()
