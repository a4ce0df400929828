"""Random changes below a monitor that follows, and a process that sleeps through some."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.conftest import NOW
from tests.faults.changes import Changes
from tests.faults.started import Reader, assert_figures
from tests.faults.written import MINUTE, append, responses, transcript
from tests.slow_reading import read


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_to_transcripts_all_they_ever_said_is_counted_once(
    seed: int, tmp_path: Path
) -> None:
    Changes(tmp_path, seed).follow(6)


@pytest.mark.posix
def test_eight_hours_of_sleep_are_made_up_for_in_seconds(tmp_path: Path) -> None:
    root, clock = tmp_path / "root", tmp_path / "clock"
    clock.write_text(str(NOW))
    path = transcript(root, "-a/s1.jsonl", responses(range(20)))
    renamed = transcript(root, "-a/s2.jsonl", responses(range(5), "s2"))
    options = ("--follow", "60", "--until-told", "--clock", str(clock))
    with Reader(root, tmp_path / "ledger.db", *options) as reader:
        reader.wait_for("responses 25")
        reader.process.send_signal(signal.SIGSTOP)
        append(path, responses(range(20, 30)))
        renamed.rename(renamed.with_name("s3.jsonl"))
        for number in range(40):
            transcript(root, f"-new-{number % 7}/n{number}.jsonl", responses([1], f"n{number}"))
        clock.write_text(str(NOW + 8 * 60 * MINUTE))
        reader.process.send_signal(signal.SIGCONT)
        reader.wait_for("responses 75")
        append(path, responses(range(30, 40)))
        reader.wait_for("responses 85")
        told = reader.last_words()
    assert_figures(told, read(root))
    assert told["notices"] == []
