"""Transcripts that are read through ssh piece by piece count as if they were read here."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.machines import remote_transcripts
from engine.machines.own import Share
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.machines.shared_homes import Home
from tests.made_lines import MINUTE, answer
from tests.slow_reading import read

_FAKE = """\
#!/bin/sh
for last; do :; done
unset CLAUDE_CONFIG_DIR XDG_CONFIG_HOME
HOME="{home}" PATH=/usr/bin:/bin exec sh -c "$last"
"""


@pytest.fixture
def near(tmp_path: Path) -> Home:
    """A machine that pulls from another by a command that only says it is ssh."""
    return Home(tmp_path / "near", "near")


@pytest.fixture
def far(tmp_path: Path) -> Home:
    """The other machine, without ccmon."""
    made = Home(tmp_path / "far", "far")
    ssh = tmp_path / "ssh"
    ssh.write_text(_FAKE.format(home=made.place))
    ssh.chmod(0o755)
    return made


def _pull(near: Home, far: Home) -> int:
    """Pull once more; return how many responses are counted."""
    (near.place / "data").mkdir(exist_ok=True)
    with Monitor(near.settings(is_offline=False)) as monitor:
        monitor.machines.sharing.puller.command = (str(far.place.parent / "ssh"),)
        monitor.machines.sharing.begin(Share("ssh://far"))
        (host,) = monitor.machines.share().hosts
        assert host.problem == ""
    return near.answers()[""].responses


def _nameless(number: int) -> bytes:
    """Return the line of a response that nothing names but where it stands."""
    line = answer("x", NOW - number * MINUTE, 7)
    return line.replace(b'"id": "msg_01x", ', b"")


def test_pieces_end_anywhere_and_every_line_counts_once(
    near: Home, far: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_transcripts, "_MOST", 700)
    path = far.roots[1] / "projects" / "-code-app" / "s1.jsonl"
    path.parent.mkdir(parents=True)
    lines = [answer(f"{n}a", NOW - n * MINUTE) if n % 3 else _nameless(n) for n in range(1, 20)]
    content = b"".join(lines)
    for end in (250, 251, 1_900, len(content)):
        path.write_bytes(content[:end])
        _pull(near, far)
    assert _pull(near, far) == len(read(list(far.roots))) == 19


def test_a_file_that_was_written_anew_is_read_from_its_start(near: Home, far: Home) -> None:
    path = far.roots[1] / "projects" / "-code-app" / "s1.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(answer("1", NOW) + answer("2", NOW))
    assert _pull(near, far) == 2
    path.write_bytes(b"".join(answer(f"{n}b", NOW) for n in range(3, 9)))
    assert _pull(near, far) == 8
    path.unlink()
    assert _pull(near, far) == 8
