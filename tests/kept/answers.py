"""Runs every kept command on a made-up user, with the clock, zone, home and ledger fixed.

A process of its own: its clock stands still and its environment is replaced. Of ccmon it knows
the command line's `main`; `opened` knows the monitor.
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from hashlib import sha256
from pathlib import Path
from threading import Thread

from tests.kept.commands import CONFIG, DEMO, MINUTE, NOW, RECORDED, Asked, hook, kept
from tests.kept.opened import opened
from tests.kept.rare import write_rare
from tui.cli import main

_LEDGER = ".local/share/ccmon"
_MACHINE = (
    (
        re.compile(r'"command": "\S+(?: -m \w+)? statusline'),
        '"command": "ccmon statusline',
    ),
    (re.compile(r'("ledgerSize": )\d+'), r"\g<1>0"),
    (re.compile(r"(ledger\.db, )[\d.,]+ [kM]?B"), r"\g<1>0 kB"),
    (re.compile(r'("versions": \{)[^}]*'), r"\1"),
    (re.compile(r"(?m)(^Versions\n  ).*"), r"\1"),
    (re.compile(r"ccmon-demo-\w+"), "ccmon-demo"),
)
"""What differs between machines: versions, and what SQLite's version makes of a ledger."""


class Clock:
    """The time that everything in this process reads."""

    def __init__(self) -> None:
        self.now = NOW
        time.time_ns = lambda: self.now * 1_000_000
        time.time = lambda: self.now / 1_000


class Runner:
    """Runs commands, each on the ledger as it was when the made-up user was first read."""

    def __init__(self, home: Path, clock: Clock) -> None:
        self._home = home
        self._clock = clock
        self._base = home / "base"
        self._words = {
            "home": str(home),
            "demo": str(home / "demo"),
            "rare": str(home / "rare"),
            "config": str(home / "config.toml"),
        }

    def prepare(self) -> None:
        """Write the user's history, read it, and record what the status line was told."""
        (self._home / "config.toml").write_text(CONFIG, "utf-8")
        usual = self._home / ".config/ccmon/config.toml"
        usual.parent.mkdir(parents=True)
        usual.write_text("offline = true\n", "utf-8")
        write_rare(self._home / "rare", NOW)
        self._run(shlex.join(DEMO))
        for place in ("demo/codex", "demo/gemini", "rare"):
            _date(self._home / place)
        for agent, name in (("claude", "session"), ("codex", "codex"), ("gemini", "gemini")):
            text, _, _ = self._run(f"session --json --last 1 --agent {agent}")
            self._words[name] = json.loads(text)["sessions"][0]["sessionId"]
        session = self._words["session"]
        (transcript,) = (self._home / "demo/projects").glob(f"*/{session}.jsonl")
        for minutes, percent in RECORDED:
            self._clock.now = NOW + minutes * MINUTE
            said = hook(session, str(transcript), percent, self._clock.now)
            self._run("statusline --format plain", said)
        self._words["hook"] = said
        shutil.copytree(self._home / _LEDGER, self._base)

    def answer(self, asked: Asked) -> str:
        """Return what a command prints, on both streams, and its exit code."""
        self.restore(asked.now)
        said = asked.hook.replace("{hook}", self._words["hook"]) if asked.hook else ""
        text, errors, code = self._run(asked.line, said)
        parts = [asked.title, text.removesuffix("\n")]
        parts += [f"[standard error]\n{errors.removesuffix(chr(10))}"] if errors else []
        parts += [f"[exit code {code}]"] if code else []
        picture = self._home / "year.svg"
        if picture.exists():
            parts.append(f"[year.svg {sha256(picture.read_bytes()).hexdigest()}]")
            picture.unlink()
        return self.plain("\n".join(parts)) + "\n"

    def restore(self, now: int = NOW) -> None:
        """Bring the ledger back as it was, and the clock to a moment."""
        self._clock.now = now
        shutil.rmtree(self._home / _LEDGER)
        shutil.copytree(self._base, self._home / _LEDGER)

    def plain(self, text: str) -> str:
        """Return a text without what is of this machine and this run."""
        text = text.replace(str(self._home), "/home/mika")
        for pattern, instead in _MACHINE:
            text = pattern.sub(instead, text)
        return text

    def _run(self, line: str, said: str = "") -> tuple[str, str, int]:
        words = [_filled(word, self._words) for word in shlex.split(line)]
        output, errors = (
            io.TextIOWrapper(io.BytesIO(), "utf-8", newline="", write_through=True)
            for _ in range(2)
        )
        streams = redirect_stdout(output), redirect_stderr(errors), _standard_input(said)
        with streams[0], streams[1], streams[2], _patience(line):
            code = main(words)
        return _written(output), _written(errors), code


def answers() -> Mapping[str, str]:
    """Return the answers of all kept commands, by the name of the file that keeps them."""
    clock = Clock()
    home = Path(tempfile.mkdtemp(prefix="ccmon-kept-", dir="/tmp"))
    try:
        _live_in(home)
        runner = Runner(home, clock)
        runner.prepare()
        found = {
            name: "\n".join(runner.answer(asked) for asked in group)
            for name, group in kept().items()
        }
        runner.restore()
        return {**found, "opened": runner.plain(opened())}
    finally:
        shutil.rmtree(home)


def _live_in(home: Path) -> None:
    """Replace the environment by one that says only what is fixed here."""
    fixed = {
        "HOME": str(home),
        "TZ": "Europe/Berlin",
        "LANG": "C.UTF-8",
        "COLUMNS": "120",
        "LINES": "40",
        "PATH": os.environ.get("PATH", ""),
        "TMPDIR": str(home),
        "CLAUDE_CONFIG_DIR": str(home / "demo"),
        "CODEX_HOME": str(home / "demo/codex"),
        "GEMINI_CLI_HOME": str(home / "demo/gemini"),
    }
    os.environ.clear()
    os.environ.update(fixed)
    time.tzset()
    tempfile.tempdir = str(home)
    os.chdir(home)


def _date(places: Path) -> None:
    """Give what was written without a time of its own the time of its making."""
    for path in places.rglob("*"):
        os.utime(path, ns=(NOW * 1_000_000, NOW * 1_000_000))


@contextmanager
def _patience(line: str) -> Iterator[None]:
    """Let a status line, which gives up what takes a second, wait for it on a slow machine."""
    join = Thread.join

    def patient(thread: Thread, timeout: float | None = None) -> None:
        join(thread)

    if line.startswith("statusline"):
        Thread.join = patient  # type: ignore[method-assign]
    try:
        yield
    finally:
        Thread.join = join  # type: ignore[method-assign]


@contextmanager
def _standard_input(said: str) -> Iterator[None]:
    before = sys.stdin
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        file.write(said)
        file.seek(0)
        sys.stdin = file
        try:
            yield
        finally:
            sys.stdin = before


def _filled(word: str, words: Mapping[str, str]) -> str:
    for name, meant in words.items():
        if name != "hook":
            word = word.replace(f"{{{name}}}", meant)
    return word


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined, no-any-return]
