"""A running monitor finds by itself what is written while it runs, and stops when asked."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from engine.domain.pace import FILES_IN_USE
from engine.domain.settings import Settings
from engine.domain.snapshots import Snapshot
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_lines import HOUR, MINUTE, SECOND, answer, write
from tests.patience import PATIENCE, done_within, wait_until

MakeSettings = Callable[..., Settings]


class _Screen:
    """Draws a snapshot whenever a monitor says that there is a new one."""

    def __init__(self, monitor: Monitor) -> None:
        self.monitor = monitor
        self.drawn_at: list[float] = []
        self._changed = threading.Event()
        self._latest: Snapshot | None = None

    def draw(self) -> None:
        self._latest = self.monitor.snapshot()
        self.drawn_at.append(time.monotonic())
        self._changed.set()

    def wait_for(self, holds: Callable[[Snapshot], bool]) -> Snapshot:
        """Return the first drawn snapshot that a condition holds for."""
        end = time.monotonic() + PATIENCE
        while self._latest is None or not holds(self._latest):
            assert self._changed.wait(end - time.monotonic()), f"not within {PATIENCE} s"
            self._changed.clear()
        return self._latest

    def pause(self, seconds: float) -> None:
        """Wait for the next drawing, but not for long."""
        self._changed.wait(seconds)
        self._changed.clear()

    def wait_for_tokens(self, tokens: int) -> Snapshot:
        return self.wait_for(lambda snapshot: snapshot.month.tokens.total == tokens)


Following = Callable[..., AbstractContextManager[_Screen]]


@pytest.fixture
def following(tmp_path: Path, settings: MakeSettings) -> Following:
    """Start monitors that have read history and follow, by file events unless told else."""

    @contextmanager
    def follow(**given: object) -> Iterator[_Screen]:
        plain = {"roots": (tmp_path,), "is_polling": False}
        with Monitor(settings(**{**plain, **given})) as monitor:
            screen = _Screen(monitor)
            monitor.start(screen.draw)
            screen.wait_for(lambda snapshot: snapshot.state == "following")
            yield screen
            assert monitor.snapshot().notices == ()

    return follow


def _at(number: int) -> int:
    return NOW - 30 * MINUTE + number * SECOND


def test_a_new_line_of_a_known_transcript_appears(tmp_path: Path, following: Following) -> None:
    write(tmp_path, answer("a", _at(0), 1))
    with following() as screen:
        assert screen.wait_for_tokens(1).responses == 1
        write(tmp_path, answer("b", _at(1), 20))
        snapshot = screen.wait_for_tokens(21)
        assert (snapshot.responses, snapshot.last_response) == (2, _at(1))
        assert snapshot.block is not None
        assert snapshot.block.figures.tokens.total == 21


def test_a_response_that_grows_while_it_streams_replaces_and_never_adds(
    tmp_path: Path, following: Following
) -> None:
    with following() as screen:
        for tokens in (5, 40, 41, 300):
            write(tmp_path, answer("a", _at(tokens), tokens))
            snapshot = screen.wait_for_tokens(tokens)
            assert snapshot.responses == 1
            assert snapshot.last_response == _at(5), "the earliest line's time"


def test_new_projects_and_sub_agents_appear(tmp_path: Path, following: Following) -> None:
    write(tmp_path, answer("a", _at(0), 1, cwd="/code/app"))
    with following() as screen:
        write(tmp_path, answer("b", _at(1), 20, session="s2"), name="-new-project/s2.jsonl")
        snapshot = screen.wait_for_tokens(21)
        assert [session.project for session in snapshot.sessions] == ["-new-project", "app"]
        write(
            tmp_path,
            answer("c", NOW - 2 * SECOND, 300, isSidechain=True, agentId="a1"),
            name="-code-app/s1/subagents/agent-a1.jsonl",
        )
        snapshot = screen.wait_for_tokens(321)
        (first, _) = snapshot.sessions
        assert (first.session, first.sub_agents, first.figures.tokens.total) == ("s1", 1, 301)
        write(
            tmp_path,
            answer("d", NOW - SECOND, 4_000, isSidechain=True, agentId="a2"),
            name="-code-app/s1/subagents/agent-a2.jsonl",
        )
        assert screen.wait_for_tokens(4_321).sessions[0].sub_agents == 2


def test_a_root_that_appears_later_is_followed_with_the_one_there_was(
    home: Path, following: Following
) -> None:
    one, two = home / ".claude", home / ".config" / "claude"
    with following(roots=None) as screen:
        write(one, answer("a", _at(0), 1))
        screen.wait_for_tokens(1)
        write(two, answer("b", _at(1), 20), answer("a", _at(0), 1))
        assert screen.wait_for_tokens(21).responses == 2
        write(one, answer("c", _at(2), 300))
        write(two, answer("d", _at(3), 4_000))
        snapshot = screen.wait_for_tokens(4_321)
        assert [place.found for place in snapshot.places] == ["1 transcript", "1 transcript"]


def test_polling_finds_lines_and_projects_without_events(
    tmp_path: Path, following: Following
) -> None:
    with following(is_polling=True) as screen:
        assert "ccmon-watch" not in _threads()
        write(tmp_path, answer("a", _at(0), 1))
        write(tmp_path, answer("b", _at(1), 20), name="-new-project/s2.jsonl")
        screen.wait_for_tokens(21)


def test_a_refresh_looks_at_once(tmp_path: Path, following: Following, no_tick: None) -> None:
    with following(is_polling=True) as screen:
        write(tmp_path, answer("a", _at(0), 1))
        screen.monitor.refresh()
        screen.wait_for_tokens(1)


@pytest.fixture
def no_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing come about by waiting: looks are further apart than any test waits."""
    for name in ("WAIT_WITH_EVENTS", "WAIT_WITHOUT_EVENTS", "REST", "FILES_IN_USE"):
        monkeypatch.setattr(f"engine.domain.pace.{name}", 10 * PATIENCE)


def test_the_screen_is_told_at_most_ten_times_a_second(
    tmp_path: Path, following: Following
) -> None:
    with following(is_polling=True) as screen:
        screen.wait_for_tokens(0)
        screen.drawn_at.clear()
        number, begun = 0, time.monotonic()
        while len(screen.drawn_at) < 6:
            write(tmp_path, answer(str(number), _at(number), 1))
            screen.monitor.refresh()
            screen.pause(0.005)
            number += 1
            assert number < 1_000
        for told, at in enumerate(screen.drawn_at):
            assert told <= (at - begun) / 0.1 + 1
        screen.wait_for_tokens(number)


def test_what_new_lines_would_wait_for_is_done_in_a_quiet_moment(
    tmp_path: Path, following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[object] = []
    monkeypatch.setattr("engine.live.updater.Updater.bring_rows", lambda _: not steps.append(1))
    for name in ("QUIET", "LONGEST_UNQUIET"):
        monkeypatch.setattr(f"engine.live.follower.{name}", 10 * PATIENCE)
    with following(is_polling=True) as screen:
        wait_until(lambda: steps)
        for number in range(5):
            write(tmp_path, answer(str(number), _at(number), 1))
            screen.monitor.refresh()
            screen.wait_for_tokens(number + 1)
            if number == 0:
                steps.clear()
        assert not steps
        monkeypatch.setattr("engine.live.follower.LONGEST_UNQUIET", 0.0)
        wait_until(lambda: steps)


def test_what_another_process_counted_appears(
    tmp_path: Path, following: Following, settings: MakeSettings
) -> None:
    ledger = str(tmp_path / "ledger.db")
    given = {"ledger": ledger, "is_polling": True}
    with following(**given) as screen:
        write(tmp_path, answer("a", _at(0), 5))
        with Monitor(settings(roots=(tmp_path,), **given)) as other:
            other.read()
        screen.monitor.refresh()
        assert screen.wait_for_tokens(5).responses == 1


def test_what_another_process_wrote_into_the_ledger_appears_at_the_next_tick(
    tmp_path: Path, following: Following, settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = (10 * PATIENCE, 1_000, 300.0)
    monkeypatch.setattr("engine.domain.pace.ALL_FILES_WITH_EVENTS", never)
    ledger = str(tmp_path / "data" / "ledger.db")
    with following(ledger=ledger) as screen:
        with Monitor(settings(roots=(tmp_path,), ledger=ledger)) as other:
            other.limits.pin_reset(NOW + HOUR)
        screen.wait_for(lambda _: screen.monitor._state.tracker.known.pinned == NOW + HOUR)


def _threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()} & {"ccmon-engine", "ccmon-watch"}


@pytest.mark.parametrize("is_polling", [False, True])
def test_close_ends_all_threads_promptly_and_may_be_called_twice(
    is_polling: bool, tmp_path: Path, following: Following
) -> None:
    write(tmp_path, answer("a", _at(0), 1))
    with following(is_polling=is_polling) as screen:
        screen.wait_for_tokens(1)
        assert "ccmon-engine" in _threads()
    assert _threads() == set()
    done_within(0.1, screen.monitor.close)


def test_close_does_not_wait_for_anything(
    tmp_path: Path, settings: MakeSettings, no_tick: None
) -> None:
    write(tmp_path, answer("a", _at(0), 1))
    for is_polling in (False, True):
        monitor = Monitor(settings(roots=(tmp_path,), is_polling=is_polling))
        screen = _Screen(monitor)
        monitor.start(screen.draw)
        screen.wait_for(lambda snapshot: snapshot.state == "following")
        monitor.close()
        assert _threads() == set()


def test_closing_while_history_is_read_ends_the_thread(
    tmp_path: Path, settings: MakeSettings
) -> None:
    write(tmp_path, *(answer(str(number), _at(0)) for number in range(20_000)))
    monitor = Monitor(settings(roots=(tmp_path,), ledger=str(tmp_path / "ledger.db")))
    monitor.start(lambda: None)
    monitor.close()
    assert _threads() == set()
    with Monitor(settings(roots=(tmp_path,), ledger=str(tmp_path / "ledger.db"))) as again:
        again.read()
        assert again.snapshot().responses == 20_000


def test_a_line_is_counted_that_was_written_just_before_its_directory_was_watched(
    tmp_path: Path, following: Following
) -> None:
    (tmp_path / "projects").mkdir()
    with following() as screen:
        for number in range(5):
            name = f"-p{number}/deep/er/s{number}.jsonl"
            os.makedirs(tmp_path / "projects" / Path(name).parent)
            write(tmp_path, answer(str(number), _at(number), 10**number), name=name)
        screen.wait_for_tokens(11_111)


def test_where_events_do_not_come_looking_finds_lines_and_becomes_frequent(
    tmp_path: Path, following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watchfiles.watch", _silent)
    monkeypatch.setattr("engine.domain.pace.ALL_FILES_WITH_EVENTS", (0.4, 1_000, 300.0))
    monkeypatch.setattr("engine.domain.pace.ALL_FILES_WITHOUT_EVENTS", (0.05, 100, 30.0))
    monkeypatch.setattr("engine.domain.pace.WAIT_WITH_EVENTS", 0.1)
    monkeypatch.setattr("engine.domain.pace.REST", 0.1)
    monkeypatch.setattr("engine.ingest.wakeup._EVENT_DUE", -(10**13))
    write(tmp_path, answer("a", _at(0), 3))
    with following() as screen:
        screen.wait_for_tokens(3)
        write(tmp_path, answer("b", _at(1), 7))
        screen.wait_for_tokens(10)
        said = "polling (file events did not come)"
        wait_until(lambda: screen.monitor.health().watch == said, said)


def test_a_file_in_use_is_read_within_seconds_where_its_events_are_lost(
    tmp_path: Path, following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watchfiles.watch", _silent)
    monkeypatch.setattr("engine.domain.pace.ALL_FILES_WITH_EVENTS", (10 * PATIENCE, 1_000, 300.0))
    assert FILES_IN_USE <= 5
    monkeypatch.setattr("engine.domain.pace.FILES_IN_USE", 0.5)
    write(tmp_path, answer("a", _at(0), 3))
    with following() as screen:
        screen.wait_for_tokens(3)
        for number, session in enumerate(("s1", "s1", "s2"), 1):
            write(tmp_path, answer(f"b{number}", _at(1), 7), name=f"-code-app/{session}.jsonl")
            screen.wait_for_tokens(3 + 7 * number)


def _silent(*_: str, stop_event: threading.Event, **__: object) -> Iterator[set[object]]:
    """Watch as a network drive is watched."""
    yield set()
    stop_event.wait()
