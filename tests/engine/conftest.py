"""Real transcripts, unpacked once for all tests of the engine that read them."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def archive(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One directory per set; nothing may be written there."""
    place = tmp_path_factory.mktemp("archive")
    with tarfile.open(shared / "data" / "claude-transcripts.tar.xz", "r:xz") as packed:
        packed.extractall(place, filter="data")
    return place / "claude"
