"""What is read on for a status line alone is what reading all at once gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as checked
from hypothesis import strategies as st

from engine.domain.glances import Glance
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.generated import FILES, HOUR, START, transcripts

SESSIONS = ("s1", "s2", "s9", "s3")
NOW = START + 61 * HOUR


def glances(monitor: Monitor) -> list[Glance]:
    return [monitor.glance(session) for session in SESSIONS]


def settings_at(place: Path, ledger: str) -> Settings:
    return Settings(
        roots=(place,), ledger=ledger, zone="UTC", is_offline=True, clock=lambda: NOW, home=place
    )


@checked(max_examples=6, deadline=None)
@given(transcripts(), st.lists(st.floats(0, 1), min_size=1, max_size=2).map(sorted))
def test_a_session_read_on_piece_by_piece_is_one_that_was_read_whole(
    tmp_path_factory: pytest.TempPathFactory, written: dict[int, bytes], shares: list[float]
) -> None:
    """Each piece is read by a monitor of its own that makes no more than a status line needs."""
    place = tmp_path_factory.mktemp("root")
    files = {
        place / "projects" / name: written[number]
        for number, (root, name) in enumerate(FILES)
        if root == 0 and number in written
    }
    (place / "projects").mkdir()
    own = settings_at(place, str(place / "ledger.db"))
    for share in (*shares, 1.0):
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content[: round(len(content) * share)])
        with Monitor(own) as monitor:
            for path in files:
                monitor.read_transcript(str(path))
            found = glances(monitor)
            assert monitor._steps is None
    with Monitor(settings_at(place, ":memory:")) as monitor:
        monitor.read()
        assert monitor._steps is not None
        assert found == glances(monitor)
