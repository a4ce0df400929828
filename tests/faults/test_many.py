"""Several readers on one ledger at once take turns: none fails, nothing is lost or doubled."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from engine.demo import DemoUser, DemoWriter, write_history
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.conftest import NOW
from tests.faults.written import responses, sentences, transcript
from tests.patience import wait_until
from tests.slow_reading import read

MakeSettings = Callable[..., Settings]

_SECONDS = 0.8


def test_readers_of_one_ledger_in_several_processes_agree_and_none_is_locked_out(
    tmp_path: Path, settings: MakeSettings
) -> None:
    root, ledger = tmp_path / "root", str(tmp_path / "ledger.db")
    user = DemoUser(seed=5, now_ms=NOW, responses=1_000, days=90, sessions=40)
    write_history(root, user)
    writer = DemoWriter(root, user)
    command = [sys.executable, "-m", "tests.faults.reader", str(root), ledger]
    command += ["--at", str(NOW), "--follow", str(_SECONDS + 1.2)]
    with ExitStack() as stack:
        readers = [
            stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            for _ in range(3)
        ]
        given = settings(roots=(root,), ledger=ledger, is_polling=False)
        monitors = [stack.enter_context(Monitor(given)) for _ in range(2)]
        for monitor in monitors:
            monitor.start(lambda: None)
        end, now = time.monotonic() + _SECONDS, NOW
        while time.monotonic() < end:
            now += 3_000
            writer.step(now)
            time.sleep(0.01)
        right = read(root)
        for monitor in monitors:
            wait_until(lambda one=monitor: one.snapshot().responses >= len(right))
            assert_agreement(monitor, right)
            assert not sentences(monitor.snapshot())
        ends = [_last_words(reader) for reader in readers]
    for found in ends:
        assert found["notices"] == []
        assert found["responses"] == len(right)
    with Monitor(given) as monitor:
        monitor.read()
        assert_agreement(monitor, right)


def _last_words(reader: subprocess.Popen[str]) -> dict[str, Any]:
    words: dict[str, Any] = json.loads(reader.communicate()[0].splitlines()[-1])
    return words


@pytest.mark.parametrize("attempt", range(3))
def test_many_openings_of_a_new_ledger_at_once_make_one(
    attempt: int, tmp_path: Path, settings: MakeSettings
) -> None:
    root, ledger = tmp_path / "root", tmp_path / "ledger.db"
    transcript(root, "-a/s1.jsonl", responses(range(30)))
    told: list[str] = []
    at_once = threading.Barrier(8)

    def open_and_read() -> None:
        at_once.wait()
        with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
            monitor.read()
            told.append(f"{monitor.snapshot().responses} {sentences(monitor.snapshot())}")

    threads = [threading.Thread(target=open_and_read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ["30 "] * 8
    assert not list(tmp_path.glob("*.set-aside-*"))
