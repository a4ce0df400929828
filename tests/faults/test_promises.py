"""What ccmon promises: it writes nothing below a root, goes nowhere, and keeps no text."""

from __future__ import annotations

import os
import select
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from engine.demo import DemoUser, write_history
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.faults.audited import assert_harmless, state_of
from tests.faults.written import append, line, prompt, response, responses, transcript
from tests.patience import PATIENCE

MakeSettings = Callable[..., Settings]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with history, rubbish and an unfinished line."""
    place = tmp_path / "root"
    write_history(place, DemoUser(seed=9, now_ms=NOW, responses=300, days=5, sessions=8))
    transcript(place, "-a/rubbish.jsonl", b"rubbish\n" + response(1) + response(2)[:50])
    return place


def test_reading_and_following_write_nothing_below_a_root_and_open_no_socket(
    root: Path, tmp_path: Path
) -> None:
    log, before = tmp_path / "audit", state_of(root)
    command = [sys.executable, "-m", "tests.faults.reader", str(root), str(tmp_path / "ledger.db")]
    command += ["--audit", str(log), "--at", str(NOW)]
    subprocess.run(command, check=True, capture_output=True)
    assert_harmless(log, root)
    assert state_of(root) == before
    grown = root / "projects" / "-a" / "rubbish.jsonl"
    command += ["--follow", "60", "--until-told"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        said = b""
        for line in reader.stdout:
            if line.startswith(b"responses") and b"responses" not in said:
                append(grown, b"\n" + responses(range(5, 9)))
                after = state_of(root)
            said += line
            if line.startswith(b"responses 3") and not reader.stdin.closed:
                reader.stdin.close()
    assert_harmless(log, root)
    assert state_of(root) == after
    assert b"responses 3" in said


_AUDITED = """
import json, sys
from tests.faults.reader import noting
log, *arguments = sys.argv[1:]
sys.addaudithook(noting(open(log, "w")))
from tui.cli import main
sys.exit(main(arguments))
"""


@pytest.mark.parametrize(
    "command", [["live"], ["live", "--json"], ["doctor"], ["doctor", "--json"]]
)
def test_commands_write_nothing_below_a_root_and_open_no_socket_offline(
    command: list[str], root: Path, tmp_path: Path
) -> None:
    log, before = tmp_path / "audit", state_of(root)
    options = ["--config-dir", str(root), "--ledger", str(tmp_path / "ledger.db"), "--offline"]
    done = subprocess.run(
        [sys.executable, "-c", _AUDITED, str(log), *command, *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
    assert_harmless(log, root)
    assert state_of(root) == before


@pytest.mark.posix
def test_the_live_screen_writes_nothing_below_a_root_and_opens_no_socket_offline(
    root: Path, tmp_path: Path
) -> None:
    pty = pytest.importorskip("pty", reason="no pseudo-terminals here")
    log, before = tmp_path / "audit", state_of(root)
    options = ["--config-dir", str(root), "--ledger", str(tmp_path / "ledger.db"), "--offline"]
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", _AUDITED, str(log), "live", *options]
    environment = {**os.environ, "TERM": "xterm-256color"}
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as live:
        os.close(theirs)
        screen = b""
        with suppress(OSError):
            while b"Burn" not in screen:
                screen += os.read(ours, 65_536)
            reading_ends = time.monotonic() + 1.0
            while (left := reading_ends - time.monotonic()) > 0:
                if select.select([ours], [], [], left)[0]:
                    screen += os.read(ours, 65_536)
            os.write(ours, b"q")
            while os.read(ours, 65_536):
                pass
        assert b"Burn" in screen
        assert live.wait(PATIENCE) == 0
    os.close(ours)
    assert_harmless(log, root)
    assert state_of(root) == before


def test_the_audit_sees_writing_and_sockets(tmp_path: Path) -> None:
    root, log = tmp_path / "root", tmp_path / "audit"
    path = transcript(root, "-a/s1.jsonl", responses(range(3)))
    for deed in (f"open({str(path)!r}, 'ab')", "import socket; socket.socket()"):
        program = (
            "import sys; from tests.faults.reader import noting;"
            f" sys.addaudithook(noting(open(sys.argv[1], 'w'))); open({str(path)!r}).read(); "
        )
        subprocess.run([sys.executable, "-c", program + deed, str(log)], check=True)
        with pytest.raises(AssertionError):
            assert_harmless(log, root)


_SECRET = "xyzzy-the-words-of-the-user"


def test_no_text_of_a_transcript_reaches_the_ledger(tmp_path: Path, settings: MakeSettings) -> None:
    root, ledger = tmp_path / "root", tmp_path / "data" / "ledger.db"
    lines = [
        prompt(_SECRET),
        line({"type": "summary", "summary": _SECRET, "leafUuid": _SECRET}),
        line({"type": "ai-title", "aiTitle": _SECRET, "sessionId": "s1"}),
        line({"type": "user", "toolUseResult": {"stdout": _SECRET, "usage": {"x": _SECRET}}}),
        line({"type": "assistant", "message": {"usage": {"input_tokens": 1}, "content": _SECRET}}),
        response(1, text=_SECRET),
        response(2, text=_SECRET)[:-30] + b"\n",
        (_SECRET + "\n").encode(),
        b'{"type":"assistant","message":{"content":"' + _SECRET.encode() + b'"\n',
        response(3, text=_SECRET).replace(
            b'"usage"', b'"gitBranch":"' + _SECRET.encode() + b'","usage"'
        ),
        response(4, text=_SECRET)[:-9],
    ]
    transcript(root, "-a/s1.jsonl", b"".join(lines))
    with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
        monitor.read()
        assert monitor.snapshot().responses == 2
        assert monitor.health().roots[0].bad_lines == 4
        monitor.detail("sessions", "s1")
        monitor.report("sessions", "all")
        _assert_absent(ledger)
    with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
        monitor.read()
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        _assert_absent(ledger)


def _assert_absent(ledger: Path) -> None:
    kept = {path.name: path.read_bytes() for path in ledger.parent.iterdir()}
    assert b"claude-opus-5-5" in b"".join(kept.values()), "the ledger holds what it should"
    for name, content in kept.items():
        assert _SECRET.encode() not in content, name
