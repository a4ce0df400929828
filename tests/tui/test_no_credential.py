"""No credential is opened unless the user turned the usage endpoint on; none is ever kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.made_lines import HOUR, MINUTE, answer, write
from tests.stub_server import hide_proxies, serving

PROJECT = Path(__file__).resolve().parents[2]
TOKEN = "sk-ant-oat01-never-to-be-seen"
TRAPPED = """
import io, os, sys, time
opened = []
def note(name, arguments):
    if name == "open" and ".credentials.json" in os.fsdecode(str(arguments[0])):
        path, mode = str(arguments[0]), arguments[1]
        if mode is not None or opened[-1:] != [path]:  # not the `os.open` of an opener
            opened.append(path)
    if name == "subprocess.Popen" and "security" in str(arguments[0]):
        opened.append(str(arguments[0]))
sys.addaudithook(note)
from engine.limits.endpoint import oauth
oauth.URL = os.environ["STUB"]
from tui.cli import main
for words in (
    ["live", "--json"], ["limits"], ["limits", "--json"], ["limits", "--check"], ["events"],
    ["doctor"], ["daily"], ["daily", "--json"], ["summary"], ["config", "show"], ["statusline"],
):
    sys.stdin = io.StringIO('{"session_id": "s1", "rate_limits": {}}')
    main(words)
from engine.monitor import Monitor
from engine.domain.settings import Settings
with Monitor(Settings()) as monitor:
    monitor.start(lambda: None)
    deadline = time.monotonic() + 60
    while monitor.snapshot().state == "reading" and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.7)
open(os.environ["OPENED"], "w").write(" ".join(opened))
"""


@pytest.fixture
def credentials(home: Path) -> Path:
    """Claude Code's sign-in token, beside a transcript with a response."""
    now = int(time.time() * 1_000)
    write(home / ".claude", answer("a", now - MINUTE))
    path = home / ".claude" / ".credentials.json"
    part = {"accessToken": TOKEN, "refreshToken": TOKEN, "expiresAt": now + HOUR}
    path.write_text(json.dumps({"claudeAiOauth": part}))
    return path


def run_trapped(url: str, kept: Path) -> tuple[list[str], str]:
    """Run every command; return the credentials opened, and all that was printed."""
    done = subprocess.run(
        [sys.executable, "-c", TRAPPED],
        env={**os.environ, "STUB": url, "OPENED": str(kept), "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=PROJECT,
    )
    return kept.read_text().split(), done.stdout + done.stderr


def kept_with_token(home: Path, credentials: Path) -> list[Path]:
    """Return the files that hold the token, Claude Code's own left out."""
    files = [path for path in home.rglob("*") if path.is_file() and path != credentials]
    assert any("ledger" in path.name for path in files)
    return [path for path in files if TOKEN.encode() in path.read_bytes()]


def test_no_credential_is_opened_unless_it_is_turned_on_and_none_is_kept(
    home: Path, credentials: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide_proxies(monkeypatch)
    with serving() as server:
        server.answer = lambda handler: handler.send(401, TOKEN.encode())
        opened, said = run_trapped(server.url, tmp_path / "opened")
        assert (opened, server.asked) == ([], [])
        assert TOKEN not in said
        turn_on = [sys.executable, "-m", "tui", "limits", "--enable-oauth", "--yes"]
        subprocess.run(turn_on, cwd=PROJECT, check=True, capture_output=True, timeout=60)
        opened, said = run_trapped(server.url, tmp_path / "opened")
        assert opened.count(str(credentials)) == len(server.asked) == 1
        assert "401" in said
    assert TOKEN not in said
    assert kept_with_token(home, credentials) == []
