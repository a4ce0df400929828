"""Reading once without bringing history into memory: all of it, the newest, one session."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.domain.settings import Settings
from engine.domain.snapshots import Progress
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_lines import HOUR, MINUTE, Clock, answer, write

Open = Callable[..., Monitor]


@pytest.fixture
def opened(tmp_path: Path, settings: Callable[..., Settings]) -> Open:
    def open_monitor(**given: object) -> Monitor:
        ledger = str(tmp_path / "ledger.db")
        return Monitor(settings(roots=(tmp_path / "root",), ledger=ledger, **given))

    return open_monitor


def counted(monitor: Monitor) -> set[str]:
    return {row.key for row in monitor.report("sessions").rows}


def test_what_is_caught_up_with_is_what_is_read(tmp_path: Path, opened: Open) -> None:
    root = tmp_path / "root"
    for number in range(60):
        write(root, answer(f"{number}", NOW - number * 24 * HOUR, session=f"s{number}"))
    told: list[Progress] = []
    with opened() as monitor:
        assert monitor.catch_up(told.append)
        assert len(monitor.report("sessions").rows) == 60
        assert monitor.snapshot().responses == 60
        assert not monitor.snapshot().is_empty
    write(root, answer("new", NOW, session="new"))
    with opened() as monitor:
        assert monitor.catch_up()
        assert len(monitor.report("sessions").rows) == 61
    assert all(0 <= progress.share <= 1 for progress in told)


def test_of_too_much_only_the_newest_files_are_read(tmp_path: Path, opened: Open) -> None:
    root = tmp_path / "root"
    lines = [answer(f"{number}", NOW, session=f"s{number}") for number in range(4)]
    for number, line in enumerate(lines):
        path = write(root, line, name=f"-a/s{number}.jsonl")
        os.utime(path, (number, number))
    size = len(lines[0])
    with opened() as monitor:
        assert not monitor.catch_up(most_bytes=2 * size)
        assert counted(monitor) == {"s2", "s3"}
    with opened() as monitor:
        assert monitor.catch_up(most_bytes=2 * size)
        assert len(counted(monitor)) == 4


def test_nobody_looks_again_so_soon_after_another(tmp_path: Path, opened: Open) -> None:
    root = tmp_path / "root"
    clock = Clock(NOW)
    write(root, answer("a", NOW, session="a"))
    with opened(clock=clock) as monitor:
        assert monitor.catch_up(unless_within=MINUTE)
        assert counted(monitor) == {"a"}
    write(root, answer("b", NOW, session="b"))
    clock.now += MINUTE - 1
    with opened(clock=clock) as monitor:
        assert monitor.catch_up(unless_within=MINUTE)
        assert counted(monitor) == {"a"}
    clock.now += 1
    with opened(clock=clock) as monitor:
        assert monitor.catch_up(unless_within=MINUTE)
        assert counted(monitor) == {"a", "b"}


def test_a_look_that_left_something_unread_is_no_reason_to_wait(
    tmp_path: Path, opened: Open
) -> None:
    for name in "ab":
        write(tmp_path / "root", answer(name, NOW, session=name), name=f"-a/{name}.jsonl")
    with opened() as monitor:
        assert not monitor.catch_up(most_bytes=1, unless_within=MINUTE)
        assert len(counted(monitor)) == 1
    with opened() as monitor:
        assert monitor.catch_up(unless_within=MINUTE)
        assert counted(monitor) == {"a", "b"}


def test_one_session_is_read_with_its_sub_agents_and_nothing_else(
    tmp_path: Path, opened: Open
) -> None:
    root = tmp_path / "root"
    path = write(root, answer("a", NOW, session="s1"), name="-a/s1.jsonl")
    write(root, answer("b", NOW, session="s1"), name="-a/s1/subagents/agent-x.jsonl")
    write(root, answer("c", NOW, session="s10"), name="-a/s10.jsonl")
    with opened() as monitor:
        monitor.read_transcript(str(path))
        (row,) = monitor.report("sessions").rows
        assert (row.key, row.figures.responses) == ("s1", 2)
        write(root, answer("d", NOW, session="s1"), name="-a/s1.jsonl")
        monitor.read_transcript(str(path))
        assert monitor.report("sessions").totals.figures.responses == 3
        monitor.read()
        assert monitor.report("sessions").totals.figures.responses == 4


@pytest.mark.parametrize("path", ["/nowhere/s1.jsonl", "", "\x00", "root/projects/-a/s1.txt"])
def test_a_path_that_is_no_transcript_of_a_root_is_passed_over(
    tmp_path: Path, opened: Open, path: str
) -> None:
    write(tmp_path / "root", answer("a", NOW), name="-a/s1.jsonl")
    (tmp_path / "root/projects/-a/s1.txt").write_bytes(answer("b", NOW))
    with opened() as monitor:
        monitor.read_transcript(str(tmp_path / path) if path.startswith("root") else path)
        assert counted(monitor) == set()


@pytest.mark.posix
def test_a_transcript_is_found_through_a_link_to_its_root(tmp_path: Path, opened: Open) -> None:
    write(tmp_path / "root", answer("a", NOW, session="s1"), name="-a/s1.jsonl")
    (tmp_path / "link").symlink_to(tmp_path / "root")
    with opened() as monitor:
        monitor.read_transcript(str(tmp_path / "link/projects/-a/s1.jsonl"))
        assert counted(monitor) == {"s1"}
