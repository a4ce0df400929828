"""Open sessions are busy or idle as Claude Code says; how full a context is stands beside."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.agents.claude.open_sessions import SessionStates, is_alive
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.made_lines import MINUTE, answer, write


def state(root: Path, pid: int, session: str, status: object, at: object = 1) -> Path:
    path = root / "sessions" / f"{pid}.json"
    path.parent.mkdir(exist_ok=True)
    said = {"pid": pid, "sessionId": session, "status": status, "statusUpdatedAt": at}
    path.write_text(json.dumps(said))
    return path


def test_sessions_of_processes_that_run_are_busy_or_idle(tmp_path: Path) -> None:
    state(tmp_path, 1, "a", "busy")
    state(tmp_path, 2, "b", "idle")
    state(tmp_path, 3, "gone", "busy")
    state(tmp_path, 4, "c", "dreaming")
    states = SessionStates(lambda pid: pid != 3)
    assert states.look([str(tmp_path)]) == {"a": "busy", "b": "idle", "c": ""}


def test_of_two_processes_with_one_session_the_later_word_holds(tmp_path: Path) -> None:
    state(tmp_path, 1, "a", "busy", at=5)
    state(tmp_path, 2, "a", "idle", at=9)
    assert SessionStates(lambda _: True).look([str(tmp_path)]) == {"a": "idle"}


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", '{"pid": 1}', '{"pid": -1, "sessionId": "a"}', '{"pid":1,"sessionId":2}'],
)
def test_what_is_no_state_says_nothing(text: str, tmp_path: Path) -> None:
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / "1.json").write_text(text)
    assert SessionStates(lambda _: True).look([str(tmp_path), "/nowhere"]) == {}


def test_only_changed_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = state(tmp_path, 1, "a", "busy")
    states = SessionStates(lambda _: True)
    states.look([str(tmp_path)])
    with monkeypatch.context() as patched:
        patched.setattr("builtins.open", None)
        assert states.look([str(tmp_path)]) == {"a": "busy"}
    state(tmp_path, 1, "a", "idle")
    os.utime(path, ns=(1, 1))
    assert states.look([str(tmp_path)]) == {"a": "idle"}
    path.unlink()
    assert states.look([str(tmp_path)]) == {}


@pytest.mark.posix
def test_this_process_runs_and_one_that_ended_does_not() -> None:
    assert is_alive(os.getpid())
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    assert not is_alive(child)


def test_a_snapshot_shows_state_and_context(
    tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    state(tmp_path, os.getpid(), "s1", "busy")
    write(
        tmp_path,
        answer("a", NOW - 2 * MINUTE, 150_000),
        answer("b", NOW - MINUTE, 50_000),
        answer("c", NOW - MINUTE, 500_000, session="s2"),
        answer("d", NOW, 100_000, session="s2"),
        answer("e", NOW, 100_000, session="s3", model="claude-opus-5-5[1m]"),
    )
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        monitor.read()
        shown = {
            each.session: (each.state, each.context_share) for each in monitor.snapshot().sessions
        }
    assert shown == {"s1": ("busy", 0.05), "s2": ("", 0.1), "s3": ("", 0.1)}
