"""Who follows pushes each minute, once it was agreed to, and never waits for the server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.domain.settings import Settings
from engine.live import pusher
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_lines import answer
from tests.team.cluster import Cluster

PATIENCE = 60.0


def _await(is_so: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        if is_so():
            return
        pause.wait(0.05)
    pytest.fail("it never came to be so")


def test_what_is_new_is_pushed_after_consent_alone(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pusher, "PUSHED", 0.05)
    cluster.fresh("ana")
    root = tmp_path / "claude"
    transcript = root / "projects/-code-a/s1.jsonl"
    transcript.parent.mkdir(parents=True)
    transcript.write_bytes(answer("a1", NOW - 60_000))
    address = cluster.address("ana").replace("ana@", "ana:hunter2@")
    settings = Settings(
        roots=(root,),
        ledger=str(tmp_path / "ledger.db"),
        zone="UTC",
        clock=lambda: NOW,
        environment={},
        home=tmp_path,
        is_offline=True,
    )

    def count() -> int:
        return int(cluster.ask("SELECT count(*) FROM ccmon.responses")[0][0])

    with Monitor(replace(settings, push=address)) as monitor:
        monitor.start(lambda: None)
        _await(lambda: bool(monitor.notices()))
        (notice,) = monitor.notices()
        assert "run ccmon push" in notice.text
        assert count() == 0
        monitor.machines.pushes.agree(address, "hashes")
        _await(lambda: count() == 1)
        _await(lambda: not monitor.notices())
        cluster.stop("immediate")
        try:
            with transcript.open("ab") as file:
                file.write(answer("b2", NOW - 50_000))
            _await(lambda: bool(monitor.notices()))
            (notice,) = monitor.notices()
            assert "each minute" in notice.text
            assert "hunter2" not in notice.text
            assert "ana" not in notice.text
            _await(lambda: monitor.snapshot().responses == 2)
        finally:
            cluster.start()
        _await(lambda: count() == 2)
        _await(lambda: not monitor.notices())
