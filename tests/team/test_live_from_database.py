"""The live screen from a team's database shows what the ledger shows, and follows pushes."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace

from engine.domain.reports import ReportKind, Span
from engine.domain.settings import Settings
from engine.live import team_follower
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.team.checks import PEOPLE
from tests.team.cluster import Cluster
from tests.team.machines import MadeMachine, made_up

PATIENCE = 60.0
KINDS: tuple[ReportKind, ...] = get_args(ReportKind)
SPANS: tuple[Span, ...] = ("all", "7d")


@pytest.fixture
def watched(
    cluster: Cluster, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Monitor]]:
    """Return what opens a monitor on the database for a role; looks come quickly."""
    monkeypatch.setattr(team_follower, "TEAM_LOOK", 0.05)
    monkeypatch.setattr(team_follower, "TEAM_RETRY", 0.05)
    opened: list[Monitor] = []

    def open_as(role: str) -> Monitor:
        settings = Settings(
            database=cluster.address(role),
            ledger=":memory:",
            zone="UTC",
            clock=lambda: NOW,
            environment={},
            home=home,
        )
        opened.append(Monitor(settings))
        return opened[-1]

    cluster.fresh(*PEOPLE)
    yield open_as
    for each in opened:
        each.close()


def _until(monitor: Monitor, is_so: Callable[[], bool]) -> None:
    """Follow until something is so."""
    changed = threading.Event()
    monitor.start(changed.set)
    _await(changed, is_so)


def _await(changed: threading.Event, is_so: Callable[[], bool]) -> None:
    for _ in range(int(PATIENCE / 0.05)):
        changed.wait(0.05)
        if is_so():
            return
    pytest.fail("it never came to be so")


def _machine(count: int = 120) -> MadeMachine:
    machine = MadeMachine("ana")
    machine.learn(made_up(random.Random(3), count, 200))
    return machine


def test_tabs_and_details_are_those_of_the_ledger(
    cluster: Cluster, watched: Callable[[str], Monitor], home: Path, tmp_path: Path
) -> None:
    machine = MadeMachine("ana", str(tmp_path / "ledger.db"))
    machine.learn(made_up(random.Random(3), 150, 200))
    machine.push(cluster.address("ana"))
    machine.ledger.close()
    of_database = watched("boss")
    of_database.read()
    own = replace(
        of_database.settings, database=None, ledger=str(tmp_path / "ledger.db"), roots=(home,)
    )
    with Monitor(own) as of_ledger, pytest.MonkeyPatch.context() as patch:
        _show_made(of_ledger, patch)
        for kind in KINDS:
            for span in SPANS:
                ours, theirs = (each.report(kind, span) for each in (of_database, of_ledger))
                assert _plain(ours.rows) == _plain(theirs.rows), (kind, span)
                assert ours.rows or span != "all"
            for row in [row for row in theirs.rows if not row.is_gap][:3]:
                ours, theirs_ = (each.detail(kind, row.key) for each in (of_database, of_ledger))
                assert ours is not None
                assert theirs_ is not None
                assert ours.figures == theirs_.figures
                assert ours.series == theirs_.series
                assert ours.agents == theirs_.agents
                assert _plain(ours.sessions) == _plain(theirs_.sessions)
                assert sorted(map(repr, ours.responses)) == sorted(map(repr, theirs_.responses))
        mine, its = of_database.snapshot(), of_ledger.snapshot()
    for name in ("block", "burn_rate", "today", "week", "month", "responses", "recent_days"):
        assert getattr(mine, name) == getattr(its, name), name


def _show_made(monitor: Monitor, patch: pytest.MonkeyPatch) -> None:
    """Have a monitor show the roots that the made machine has read."""
    from tests.team.machines import ROOT

    patch.setattr(monitor._roots, "in_force", lambda: [ROOT])
    patch.setattr(monitor._roots, "claude_paths", lambda: [ROOT.path])
    monitor._state.show(is_whole=True)
    monitor._state.finish_reading()


def _plain(rows: object) -> list[str]:
    return sorted(map(repr, rows))  # type: ignore[call-overload]


def test_what_others_push_is_followed(cluster: Cluster, watched: Callable[[str], Monitor]) -> None:
    machine = _machine()
    machine.push(cluster.address("ana"))
    monitor = watched("boss")
    count = len({id_ for id_, _ in machine.told})
    _until(monitor, lambda: monitor.snapshot().responses == count)
    assert monitor.snapshot().state == "following"
    assert monitor.snapshot().database == f"127.0.0.1:{cluster.port}/usage"
    other = MadeMachine("ben")
    other.learn(made_up(random.Random(4), 90, 200))
    other.push(cluster.address("ben"))
    of_both = count + len({id_ for id_, _ in other.told})
    _await(threading.Event(), lambda: monitor.snapshot().responses == of_both)
    machine.withdraw({id_ for id_, _ in machine.told[:20]})
    machine.push(cluster.address("ana"))
    left = of_both - 20
    _await(threading.Event(), lambda: monitor.snapshot().responses == left)
    rows = monitor.report("daily").rows
    assert sum(row.figures.responses for row in rows) == left
    sessions = monitor.report("sessions").rows
    assert sum(row.figures.responses for row in sessions) == left


def test_a_lost_server_is_said_and_followed_again(
    cluster: Cluster, watched: Callable[[str], Monitor]
) -> None:
    machine = _machine()
    machine.push(cluster.address("ana"))
    monitor = watched("boss")
    count = len({id_ for id_, _ in machine.told})
    _until(monitor, lambda: monitor.snapshot().responses == count)
    before = monitor.report("daily")
    cluster.stop("immediate")
    try:
        _await(threading.Event(), lambda: bool(monitor.notices()))
        (notice,) = monitor.notices()
        assert "cannot be reached" in notice.text
        assert "boss" not in notice.text
        assert monitor.report("daily") == before
        assert monitor.detail("daily", before.rows[0].key) is None
        assert monitor.snapshot().responses == count
    finally:
        cluster.start()
    machine.learn(made_up(random.Random(5), 50, 400))
    machine.push(cluster.address("ana"))
    more = len({id_ for id_, _ in machine.told})
    _await(threading.Event(), lambda: monitor.snapshot().responses == more)
    assert not monitor.notices()
