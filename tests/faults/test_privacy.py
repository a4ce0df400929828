"""All commands, audited with their workers: a root is only read, and no text of it is kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.domain.settings import system_clock
from engine.domain.times import iso_time
from tests.faults.audited import AUDITING, assert_harmless, events_of, state_of
from tests.faults.corpus import error_record
from tests.faults.written import append, line, prompt, response, responses, transcript

PROJECT = Path(__file__).resolve().parents[2]
SECRET = "xyzzy-the-words-of-the-user"

COMMANDS = """
import io, json, os, sys, time
from contextlib import redirect_stderr, redirect_stdout
from engine.pricing.updates import PriceUpdates
asked = []
PriceUpdates._refresh = lambda self: asked.append(self)
from tui.cli import main

def run(*words):
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with redirect_stdout(out), redirect_stderr(out):
        return main([*words, *options])

options = sys.argv[1:]
codes = {
    words: run(*words.split())
    for words in (
        "live", "live --json", "doctor --json", "daily --json", "weekly", "monthly", "hourly",
        "session", "session --id s1", "blocks", "projects", "models", "summary",
        "compare today yesterday", "limits", "limits --check", "events",
    )
}
from engine.monitor import Monitor
from tui.config.command_line import parse
from tui.config.settings import settings_of
from tests.patience import PATIENCE
with Monitor(settings_of(parse(["live", *options]))) as monitor:
    monitor.start(lambda: None)
    deadline = time.monotonic() + PATIENCE
    while monitor.snapshot().state != "following" and time.monotonic() < deadline:
        time.sleep(0.02)
    monitor.detail("sessions", "s1")
    monitor.learn_titles(["s1"])
    time.sleep(0.3)
    state = monitor.snapshot().state
print(json.dumps({"codes": codes, "asked": len(asked), "state": state}))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root whose every text is secret, and large enough for worker processes."""
    place, now = tmp_path / "root", system_clock()
    texts = [
        prompt(SECRET),
        line({"type": "summary", "summary": SECRET, "leafUuid": SECRET}),
        line({"type": "custom-title", "customTitle": SECRET, "sessionId": "s1"}),
        line({"type": "ai-title", "aiTitle": SECRET, "sessionId": "s1"}),
        line({"type": "last-prompt", "lastPrompt": SECRET, "sessionId": "s1"}),
        line({"type": "file-history-snapshot", "snapshot": {"a.py": SECRET}}),
        line({"type": "user", "toolUseResult": {"stdout": SECRET, "usage": {"x": SECRET}}}),
        line({"type": "assistant", "message": {"usage": {"input_tokens": 1}, "content": SECRET}}),
        line(error_record(f"API Error: {SECRET}", timestamp=iso_time(now))),
        line(error_record(f"You've hit your limit · {SECRET}", timestamp=iso_time(now))),
        response(1, text=SECRET, at=now - 60_000),
        response(2, text=SECRET, at=now)[:-30] + b"\n",
        f"{SECRET}\n".encode(),
    ]
    transcript(place, "-a/s1.jsonl", b"".join(texts) + response(3, text=SECRET, at=now)[:-9])
    padding = prompt(f"{SECRET} {'x' * 100_000}")
    for number in range(8):
        lines = responses(range(9), f"p{number}")
        transcript(place, f"-b/p{number}.jsonl", padding * 95 + lines)
    return place


@pytest.fixture
def environment(root: Path, home: Path, tmp_path: Path) -> dict[str, str]:
    """What audited commands are run with: all they may keep lies below the home."""
    hook = tmp_path / "hook"
    for place in (hook, tmp_path / "audit", home / "temporary"):
        place.mkdir()
    (hook / "sitecustomize.py").write_text(AUDITING)
    return {
        **{name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
        "PYTHONPATH": os.pathsep.join((str(hook), str(PROJECT))),
        "AUDIT": str(tmp_path / "audit"),
        "HOME": str(home),
        "TMPDIR": str(home / "temporary"),
        "CLAUDE_CONFIG_DIR": str(root),
    }


def run(environment: dict[str, str], *words: str, given: str = "") -> str:
    return subprocess.run(
        [sys.executable, *words],
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


def run_all(environment: dict[str, str], *options: str) -> dict[str, Any]:
    """Run every command that reads, the live screen's monitor, and the status line."""
    done: dict[str, Any] = json.loads(run(environment, "-c", COMMANDS, *options))
    transcript_path = str(Path(environment["CLAUDE_CONFIG_DIR"], "projects/-a/s1.jsonl"))
    hook = {"session_id": "s1", "session_name": SECRET, "transcript_path": transcript_path}
    run(environment, "-m", "tui", "statusline", *options, given=json.dumps(hook))
    return done


def kept_with_secret(home: Path) -> list[Path]:
    files = [path for path in home.rglob("*") if path.is_file()]
    assert any(path.name.startswith("ledger") for path in files)
    return [path for path in files if SECRET.encode() in path.read_bytes()]


@pytest.mark.parametrize("options", [("--offline",), ()], ids=["offline", "by-default"])
def test_commands_and_workers_only_read_a_root_and_keep_none_of_its_text(
    options: tuple[str, ...], root: Path, home: Path, environment: dict[str, str]
) -> None:
    before = state_of(root)
    done = run_all(environment, *options)
    codes = done["codes"]
    assert codes.pop("limits --check") == 12, "a limit is hit"
    assert set(codes.values()) == {0}, codes
    assert done["state"] == "following"
    assert (done["asked"] > 0) is not bool(options), "by default prices are asked for"
    logs = list(Path(environment["AUDIT"]).iterdir())
    read = [log for log in logs if any(_is_transcript(event, root) for event in events_of(log))]
    assert len(read) >= 2, "a worker read, too"
    for log in logs:
        assert_harmless(log, root, has_read=log in read)
    assert state_of(root) == before
    assert kept_with_secret(home) == []


def _is_transcript(event: list[Any], root: Path) -> bool:
    name, *arguments = event
    return bool(name == "open" and str(arguments[0]).startswith(f"{root}/projects"))


def test_a_text_that_is_kept_is_seen(root: Path, home: Path, environment: dict[str, str]) -> None:
    run(environment, "-m", "tui", "daily", "--offline")
    assert kept_with_secret(home) == []
    append(next(home.rglob("ledger.db")), SECRET.encode())
    assert len(kept_with_secret(home)) == 1
