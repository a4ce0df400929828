"""The plain snapshot and doctor's page: lines that a person reads in a log or a pipe."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from rich.cells import cell_len

from engine.domain.notices import Notice
from engine.monitor import Monitor
from tests.tui.live_samples import NOW, empty, quiet, snapshot
from tui.tables.health_page import health_lines
from tui.words.limits import window_line
from tui.words.plain import snapshot_lines


def test_an_active_block_is_told_in_five_lines() -> None:
    lines = snapshot_lines(snapshot())
    told = {line[:9].rstrip(): line[9:] for line in reversed(lines) if line[:1].isupper()}
    assert told["Block"] == "13:00 to 18:00 (estimated) · 1h 54m left"
    assert "tokens/min" in told["Burn"]
    windows = snapshot().windows
    said = [window_line(each, NOW, snapshot().zone) for each in windows]
    assert [line[9:] for line in lines if line.startswith("Limit")] == said
    assert told["Limit"].startswith("5 hours · 78%")
    assert "$62.22" in told["Today"]


def test_columns_of_totals_and_sessions_stand_in_line() -> None:
    lines = snapshot_lines(snapshot())
    places = {
        line.index(" tokens  ") for line in lines if line.startswith(("Today", "Week", "Month"))
    }
    assert len(places) == 1
    sessions = [line for line in lines if " responses  " in line]
    assert len(sessions) > 1
    assert len({cell_len(line.partition(" tokens  ")[0]) for line in sessions}) == 1


def test_without_a_block_it_says_so_and_when_the_last_response_came() -> None:
    lines = snapshot_lines(quiet())
    assert any(line.startswith("Block    none is active (last response ") for line in lines)
    assert not any(line.startswith("Burn") for line in lines)


def test_with_nothing_to_read_it_names_the_places_and_the_way_out() -> None:
    lines = snapshot_lines(empty())
    assert "Nothing to read yet. Looked at:" in lines
    for place in empty().places:
        assert f"  {place.path}: {place.found}" in lines
    assert "--config-dir PATH" in lines[-1]


def test_names_of_others_cannot_steer_the_terminal() -> None:
    notice = Notice("warning", "evil \x1b[31mred\x07")
    lines = snapshot_lines(replace(snapshot(), notices=(notice,), unpriced=("bad\x1b]0;name",)))
    assert all(line.isprintable() for line in lines)
    assert "warning: evil [31mred" in lines
    assert "Costs marked + leave out models without a price: bad]0;name." in lines


def test_doctor_says_what_was_counted_and_what_will_go(
    made_up_monitor: Callable[..., Monitor],
) -> None:
    with made_up_monitor() as monitor:
        monitor.read()
        lines = health_lines(monitor.health(), "Europe/Berlin")
    assert "  8,400 responses" in lines
    assert "  nothing: every line was read" in lines
    assert any("deletes transcripts after 30 days" in line for line in lines)
    assert any("no price is known for lighthouse-coder-32b" in line for line in lines)
    assert "  :memory: (in memory: nothing is kept)" in lines
