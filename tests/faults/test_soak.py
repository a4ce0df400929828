"""The command that runs all long tests: shares the time, tells failures, says how to repeat."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from tests import soak


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, int]]:
    """What parts were asked for: `disk` fails, `company` breaks, all others are well."""
    asked: list[tuple[float, int]] = []

    def run_of(part: str) -> object:
        def run(seconds: float, seed: int) -> list[str]:
            asked.append((seconds, seed))
            if part == "company":
                raise RuntimeError("broken")
            return ["it went wrong"] if part == "disk" else []

        return run

    for part in soak.PARTS:
        monkeypatch.setitem(sys.modules, f"tests.faults.{part}", SimpleNamespace(run=run_of(part)))
    return asked


def test_each_part_gets_its_share_and_failures_are_told(
    runs: list[tuple[float, int]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(soak, "_ROUND", 60.0)
    monkeypatch.setattr(soak.time, "monotonic", iter(range(0, 10**6, 90)).__next__)
    monkeypatch.setattr(sys, "argv", ["soak", "--minutes", str(len(soak.PARTS)), "--seed", "7"])
    assert soak.main() == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "seed 7"
    assert "kills: 1 rounds in 180 s, 0 failures" in said
    assert said.count("    again: python -m tests.soak --only disk --seed 7 --minutes 1.00") == 1
    assert "  it went wrong" in said
    assert "  RuntimeError: broken" in said
    assert runs == [(60.0, 7)] * len(soak.PARTS)


def test_one_part_alone_that_is_well_is_no_failure(
    runs: list[tuple[float, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["soak", "--minutes", "0.001", "--seed", "3", "--only", "fuzz"]
    monkeypatch.setattr(sys, "argv", words)
    assert soak.main() == 0
    assert runs[0] == (0.06, 3)
    assert len({seed for _, seed in runs}) == len(runs)
