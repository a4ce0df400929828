"""What a user is told of a ledger, on the screen and by doctor alike."""

from __future__ import annotations

from pathlib import Path

from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.faults.written import sentences
from tests.slow_reading import SlowResponse
from tui.tables.health_page import health_lines


def told(monitor: Monitor) -> str:
    """Return the notices, which the screen and doctor both give."""
    told = sentences(monitor.snapshot())
    doctor = "\n".join(health_lines(monitor.health(), "UTC"))
    assert all(sentence in doctor for sentence in told.splitlines())
    return told


def assert_in_memory(monitor: Monitor, ledger: Path, right: list[SlowResponse]) -> None:
    assert_agreement(monitor, right)
    sentence = told(monitor)
    assert f"The ledger {ledger} cannot be used" in sentence
    assert "figures are kept in memory for this run" in sentence
    assert "--ledger" in sentence
    assert monitor.health().is_ledger_in_memory
