"""What lies where a file should be, and is none: pipes, devices, directories, sockets."""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from engine.domain.files import open_regular, read_or_nothing
from engine.domain.settings import Settings
from engine.ledger.ledger_file import open_ledger
from engine.limits.endpoint.credentials import FILE as CREDENTIALS
from engine.machines.share_folder import read_header
from engine.monitor import Monitor
from engine.pricing.refresh import is_due
from engine.pricing.table import PriceTable
from tests.faults.written import responses, sentences, transcript
from tests.patience import PATIENCE
from tui.config.text_file import read_text

MakeSettings = Callable[..., Settings]


_HERE = Path(__file__).resolve().parents[2]
_OF_OTHER_AGENTS = (
    ".codex/sessions/2026/11/22/rollout-1.jsonl",
    ".local/share/opencode/opencode.db",
    ".gemini/tmp/p/chats/session-1.json",
    ".qwen/settings.json",
)
_OPENING = re.compile(
    r"(?<!def )(?<![\w.])open(?=\()|\.read_bytes|\.read_text|\.open(?=\(\"rb\"\))"
)
_READ_OTHERWISE = {
    ("engine/domain/entry_points.py", "open"): "metadata of installed packages",
    ("engine/domain/files.py", "open"): "the one place",
    ("engine/domain/times.py", ".open"): "the system's zone",
    ("engine/ingest/listings.py", "open"): "the system's mounts",
    ("engine/pricing/rebuild.py", "open"): "the developer's",
    ("engine/service/background.py", "open"): "ccmon's own log",
    ("engine/ledger/drafts.py", "open"): "a draft of ccmon's own",
    ("engine/machines/share_folder.py", "open"): "a draft of ccmon's own",
    ("engine/service/otlp/store.py", "open"): "ccmon's own, by a handle",
    ("tui/config/edit.py", "open"): "a draft of ccmon's own",
    ("tui/flat/files/drafts.py", "open"): "a draft of ccmon's own",
    ("tui/config/text_file.py", "open"): "by a handle that is looked at",
    ("tui/dev/packaging.py", ".read_bytes"): "the developer's",
    ("tui/dev/readme.py", ".read_text"): "the developer's",
    ("tui/terminal/streams.py", "open"): "the null device",
}
"""Where files are opened to be read by something else than `open_regular`, and why."""


def test_every_file_is_opened_to_be_read_in_the_one_way_that_never_waits() -> None:
    found = {
        (path.relative_to(_HERE).as_posix(), how)
        for package in ("engine", "tui")
        for path in (_HERE / package).rglob("*.py")
        for how in _OPENING.findall(path.read_text("utf-8"))
    }
    assert {place for place in found if "demo/" not in place[0]} == set(_READ_OTHERWISE)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the address of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def _directory(path: Path) -> None:
    path.mkdir()


Make = Callable[[Path], None]
_STRANGE = pytest.mark.parametrize("make", [_pipe, _device, _socket, _directory])


def _in_time(read: Callable[[], object]) -> None:
    """Have something read that must not wait; errors of the system are an answer."""

    def go() -> None:
        with suppress(OSError):
            read()

    reading = threading.Thread(target=go, daemon=True)
    reading.start()
    reading.join(PATIENCE)
    assert not reading.is_alive(), "it waits"


@pytest.mark.posix
@_STRANGE
def test_nothing_but_a_regular_file_is_read(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "strange"
    make(path)
    readings: tuple[Callable[[], object], ...] = (
        lambda: open_regular(path),
        lambda: read_text(str(path)),
        lambda: read_header(str(path)),
        lambda: PriceTable.load(path, {}).problem,
        lambda: is_due(path, 0),
    )
    for read in readings:
        _in_time(read)
    assert read_or_nothing(path) == b""


@pytest.mark.posix
@pytest.mark.parametrize("make", [_pipe, _device, _socket])
def test_a_ledger_is_a_regular_file(make: Make, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    make(path)
    notices: list[str] = []
    _in_time(lambda: notices.extend(each.text for each in open_ledger(str(path))[1]))
    assert len(notices) == 1
    assert "not a regular file" in notices[0]


@pytest.mark.posix
@_STRANGE
def test_a_home_full_of_strange_files_keeps_nobody_waiting(
    make: Make, tmp_path: Path, settings: MakeSettings
) -> None:
    root = tmp_path / ".claude"
    one = transcript(root, "-a/s1.jsonl", responses(range(3)))
    strange = [
        one.with_name("s2.jsonl"),
        one.with_name("s1.meta.json"),
        *(root / name for name in (CREDENTIALS, "settings.json", "settings.local.json")),
        tmp_path / ".claude.json",
        *(tmp_path / name for name in _OF_OTHER_AGENTS),
    ]
    for path in strange:
        path.parent.mkdir(parents=True, exist_ok=True)
        make(path)
    made = settings(roots=None, home=tmp_path)
    with Monitor(made) as monitor:
        _in_time(monitor.read)
        assert monitor.snapshot().responses == 3
        _in_time(monitor.health)
        assert "Traceback" not in sentences(monitor.snapshot())
