"""Files and lines far larger than any should be: counted in bounded memory, or named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.domain.scans import Cursor
from engine.domain.settings import Settings
from engine.ingest import discover
from engine.ingest.tail import Tail, fingerprint
from engine.monitor import Monitor
from engine.native import SWITCH
from tests.agreement import assert_agreement
from tests.conftest import NOW
from tests.faults.written import append, prompt, response, responses, transcript
from tests.slow_reading import read

MakeSettings = Callable[..., Settings]

MB = 1 << 20
_IN_FULL = bool(os.environ.get("FAULTS_IN_FULL"))
_HOLE = (2_048 if _IN_FULL else 300) * MB
_LINE = (100 if _IN_FULL else 25) * MB
_FAR = 5_000 * MB
_LITTLE_MEMORY = 100
"""MB a process may hold however large a transcript is,"""
_MOST_MEMORY = _LITTLE_MEMORY + _LINE * 3 // (2 * MB)
"""and where it holds one long line, once."""


def _measured(root: Path, ledger: Path) -> dict[str, Any]:
    """Read a root in a process of its own; return what it found and how much memory it held."""
    command = [sys.executable, "-m", "tests.faults.reader", str(root), str(ledger)]
    done = subprocess.run(
        [*command, "--at", str(NOW)], capture_output=True, text=True, check=True, timeout=60
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_gigabytes_without_a_line_s_end_are_named_in_bounded_memory(tmp_path: Path) -> None:
    root, ledger = tmp_path / "root", tmp_path / "ledger.db"
    path = transcript(root, "-a/s1.jsonl", responses(range(5)))
    with path.open("r+b") as file:
        file.truncate(_HOLE)
    found = _measured(root, ledger)
    assert found["responses"] == 5
    assert found["bad_lines"] == ["a line of more than 256 MB"]
    assert found["peak"] < _LITTLE_MEMORY
    append(path, b"\n" + responses(range(5, 9)))
    found = _measured(root, ledger)
    assert found["responses"] == 9
    assert found["peak"] < _LITTLE_MEMORY, "what was passed over was read again"


@pytest.mark.posix
@pytest.mark.parametrize("is_native", [True, False])
def test_what_stands_behind_four_gigabytes_is_read_from_there(
    is_native: bool, tmp_path: Path
) -> None:
    path = transcript(tmp_path, "-a/s1.jsonl", responses(range(5)))
    with path.open("r+b") as file:
        file.seek(_FAR)
        file.write(b"\n" + responses(range(5, 9)) + prompt("x" * (2 * MB)) + responses([9]))
    tail = Tail(environment={SWITCH: "1" if is_native else "0"})
    found = discover.stat(str(path), "-a/s1.jsonl")
    assert found is not None
    with path.open("rb") as file:
        before = fingerprint(file, _FAR + 1)
    cursor = Cursor(found.device, found.inode, _FAR + 1, 0, _FAR + 1, before, 6, 1)
    scan = tail.read(found, cursor)
    assert scan is not None
    assert len(scan.sightings) == 5
    assert scan.cursor.offset == path.stat().st_size
    assert not scan.problems


def test_a_long_line_is_counted_if_it_holds_a_response(
    tmp_path: Path, settings: MakeSettings
) -> None:
    root, ledger = tmp_path / "root", tmp_path / "ledger.db"
    text = b'a long text with \\"usage\\" in it ' * (_LINE // 33)
    path = transcript(root, "-a/s1.jsonl", responses(range(3)) + _with(prompt("@"), text))
    append(path, _with(response(3, text="@"), text) + response(4))
    short = tmp_path / "short"
    transcript(short, "-a/s1.jsonl", responses(range(5)))
    found = _measured(root, ledger)
    assert (found["responses"], found["bad_lines"], found["notices"]) == (5, [], [])
    assert found["peak"] < _MOST_MEMORY
    with Monitor(settings(roots=(root,), ledger=str(ledger))) as monitor:
        monitor.read()
        assert_agreement(monitor, read(short))


def _with(line: bytes, text: bytes) -> bytes:
    """Return a line whose text is a long one."""
    return line.replace(b'"@"', b'"%b"' % text)


def _bytes_read() -> int:
    """Return how many bytes this process has read from files so far."""
    counts = Path("/proc/self/io").read_text(encoding="ascii")
    return int(counts.split("rchar: ")[1].split()[0])


@pytest.mark.skipif(not os.path.exists("/proc/self/io"), reason="no count of bytes read here")
@pytest.mark.parametrize("holds", ["a response", "none"])
def test_a_long_line_written_piece_by_piece_is_not_searched_again_each_time(
    holds: str, tmp_path: Path, settings: MakeSettings
) -> None:
    path = transcript(tmp_path, "-a/s1.jsonl", responses(range(3)))
    line = response(3, text="@") if holds == "a response" else prompt("@")
    whole = _with(line, b"x" * _LINE)
    pieces = 50
    size = len(whole) // pieces
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        monitor.read()
        before = _bytes_read()
        for number in range(pieces):
            append(path, whole[number * size : (number + 1) * size])
            monitor.read()
            assert monitor.snapshot().responses == 3
        searched = _bytes_read() - before
        append(path, whole[pieces * size :] + response(4))
        monitor.read()
        assert monitor.snapshot().responses == (5 if holds == "a response" else 4)
        assert not monitor.health().bad_lines
    assert searched < 4 * _LINE, "what was searched was searched again for each piece"
