"""Transcripts that change while other processes read them for the first time."""

from __future__ import annotations

from pathlib import Path

from tests.faults.first_load import load


def test_files_that_change_during_the_first_load_are_counted_as_if_read_slowly(
    tmp_path: Path,
) -> None:
    assert load(tmp_path, 3, 1_000)
