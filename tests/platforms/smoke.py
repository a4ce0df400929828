"""What the matrix runs on each system before the tests: an installed ccmon, from outside.

    python -m tests.platforms.smoke [STEP …]

Steps, in the order in which a system that is new to ccmon fails: `starts`, `zone`, `statusline`,
`watching`, `database`, `ledger`, `screen`. Each prints one line, or an `AssertionError` that
says what was seen. The machine's zone must be Europe/Berlin's for `zone`.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.made_lines import answer, moment, write
from tests.surroundings import at_home, needed

_PATIENCE = 60.0
"""Seconds for what ought to take two."""
_ENDS = {
    "bash": ["-c"],
    "powershell": ["-NoProfile", "-Command"],
    "pwsh": ["-NoProfile", "-Command"],
}


class Place:
    """A home of its own, with a root of Claude Code in it, for one step."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.root = home / ".claude"
        (self.root / "projects").mkdir(parents=True)
        self.environment = {**needed(), **at_home(home), "PYTHONUTF8": "0"}

    def ccmon(self, *words: str, given: bytes = b"", code: int = 0) -> bytes:
        """Run ccmon, which must end with a code; return what it printed."""
        done = subprocess.run(
            [*program(), *words],
            input=given,
            capture_output=True,
            env=self.environment,
            cwd=self.home,
            check=False,
        )
        assert done.returncode == code, (
            words,
            done.returncode,
            done.stderr.decode("utf-8", "replace"),
        )
        return done.stdout

    def document(self, *words: str) -> Any:
        """Run a report; return its document."""
        return json.loads(self.ccmon(*words, "--json", "--offline"))


def program() -> list[str]:
    """Return the installed ccmon beside this Python, else this repository's."""
    found = shutil.which("ccmon", path=os.path.dirname(sys.executable))
    return [found] if found else [sys.executable, "-m", "tui"]


def starts(place: Place) -> str:
    """The program starts, counts a made-up history, and what it prints is UTF-8 without CRLF."""
    version = place.ccmon("--version")
    assert version.startswith(b"ccmon "), version
    assert not version.endswith(b"\r\n"), version
    assert json.loads(place.ccmon("live", "--demo", "--json"))["responses"] > 100
    assert place.document("doctor")["ledgerPath"].startswith(str(place.home))
    write(place.root, answer("a1", moment("2026-07-01T10:00"), cwd="/w/é潮"), name="-w/s1.jsonl")
    table = place.ccmon("projects", "--offline")
    assert "é潮".encode() in table, table
    assert b"\r" not in table, table
    assert "é潮" in json.dumps(place.document("projects"), ensure_ascii=False)
    return version.decode().strip()


def zone(place: Place) -> str:
    """Days begin at midnight in Berlin, in summer and in winter."""
    times = ("2026-01-10T22:30", "2026-01-10T23:30", "2026-07-10T21:30", "2026-07-10T22:30")
    lines = [answer(f"z{number}", moment(at)) for number, at in enumerate(times)]
    write(place.root, *lines, name="-w/s1.jsonl")
    document = place.document("daily")
    days = [row["date"] for row in document["daily"]]
    assert days == ["2026-01-10", "2026-01-11", "2026-07-10", "2026-07-11"], days
    return str(document["timezone"])


def statusline(place: Place) -> str:
    """What is installed is printed alike by each shell that Claude Code may use."""
    settings = place.root / "settings.json"
    before = "echo 'before it'"
    settings.write_text(json.dumps({"statusLine": {"type": "command", "command": before}}))
    template = "it's {model} \u00e9"
    place.ccmon("statusline", "--install", "--yes", "--template", template)
    command = json.loads(settings.read_text("utf-8"))["statusLine"]["command"]
    hook = json.dumps({"session_id": "s1", "model": {"id": "x", "display_name": "Opus"}}).encode()
    shells = ("bash", "powershell", "pwsh") if sys.platform == "win32" else ("bash",)
    told: dict[str, bytes] = {}
    for shell in shells:
        found = _shell(shell)
        if found is None:
            continue
        done = subprocess.run(
            [found, *_ENDS[shell], command],
            input=hook,
            capture_output=True,
            env={
                **place.environment,
                "PATH": f"{_beside_python()}{os.pathsep}{os.environ['PATH']}",
            },
            cwd=place.home,
            check=False,
        )
        told[shell] = done.stdout.replace(b"\r\n", b"\n")
        assert b"it's Opus" in done.stdout, (shell, command, done)
        assert b"before it" in done.stdout, (shell, command, done)
    assert len(set(told.values())) == 1, told
    place.ccmon("statusline", "--uninstall", "--yes")
    assert json.loads(settings.read_text("utf-8"))["statusLine"]["command"] == before
    return f"alike in {' and '.join(told)}: {command[:60]}"


def _shell(name: str) -> str | None:
    """Return a shell's program; of bash on Windows Git's, as ccmon itself finds it."""
    if name != "bash" or sys.platform != "win32":
        return shutil.which(name)
    from tui.statusline.shells import git_bash

    return git_bash(os.environ) or None


def _beside_python() -> str:
    return os.path.dirname(sys.executable)


def watching(place: Place) -> str:
    """Lines are seen in time though their writer never closes its file, and by another case."""
    path = write(place.root, answer("w0", moment("2026-07-01T10:00")), name="-w/s1.jsonl")
    shown = place.root
    if sys.platform != "linux":
        shown = place.root.with_name(".CLAUDE")
    with _following(place, shown) as count, path.open("ab", buffering=0) as held:
        _until(lambda: count() == 1, "the first response")
        seen = []
        for number in range(1, 4):
            held.write(answer(f"w{number}", moment("2026-07-01T10:00") + number))
            begun = time.monotonic()
            _until(lambda number=number: count() == number + 1, f"response {number + 1}")  # type: ignore[misc]
            seen.append(time.monotonic() - begun)
    return f"seen after {', '.join(f'{each:.1f}' for each in seen)} s"


def database(place: Place) -> str:
    """A store whose log begins anew at the same size is read again."""
    from engine.ingest.store_files import stat_store

    path = place.home / "store.db"
    marks = []
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE told (number)")
        writer.execute("INSERT INTO told VALUES (0)")
        for number in range(3):
            writer.execute("PRAGMA wal_checkpoint(RESTART)")
            writer.execute("UPDATE told SET number = ?", (number,))
            found = stat_store(str(path), "store.db", "database")
            assert found is not None
            marks.append((found.size, found.mtime))
            time.sleep(0.05)
    assert len(set(marks)) == 3, marks
    return "three writings, three marks"


def ledger(place: Place) -> str:
    """A damaged ledger is set aside, or kept in memory for, while another process has it open."""
    write(place.root, answer("l1", moment("2026-07-01T10:00")), name="-w/s1.jsonl")
    assert place.document("daily")["totals"]["responses"] == 1
    (path,) = place.home.rglob("ledger.db")
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"damage" * 2_000)
        assert place.document("daily")["totals"]["responses"] == 1
    assert place.document("daily")["totals"]["responses"] == 1
    return f"counted on beside {len(list(path.parent.iterdir()))} files"


def screen(place: Place) -> str:
    """The live screen opens in a (pseudo) console, draws, and ends on q with code 0."""
    from tests.platforms.console_program import Program

    with Program([*program(), "live", "--demo"], place.environment) as opened:
        opened.wait_for("q quit")
        opened.type("q")
        code = opened.wait_for_end()
    assert code == 0, code
    return "drew, and ended with code 0"


class _following:
    """The count of responses that a monitor which follows a root has seen."""

    def __init__(self, place: Place, root: Path) -> None:
        from engine.domain.settings import Settings
        from engine.monitor import Monitor

        self._monitor = Monitor(
            Settings(
                roots=(root,),
                ledger=str(place.home / "followed.db"),
                is_offline=True,
                environment=place.environment,
                home=place.home,
            )
        )

    def __enter__(self) -> Callable[[], int]:
        self._monitor.__enter__()
        self._monitor.start(lambda: None)
        return lambda: self._monitor.snapshot().responses

    def __exit__(self, *given: Any) -> None:
        self._monitor.__exit__(*given)


def _until(is_so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + _PATIENCE
    while not is_so():
        assert time.monotonic() < end, f"{what} was not seen in {_PATIENCE:g} s"
        time.sleep(0.1)


STEPS = (starts, zone, statusline, watching, database, ledger, screen)


def main(names: list[str]) -> int:
    """Run some steps, or all; return the exit code."""
    wanted = [step for step in STEPS if not names or step.__name__ in names]
    for step in wanted:
        with tempfile.TemporaryDirectory(prefix="ccmon é ", ignore_cleanup_errors=True) as home:
            said = step(Place(Path(os.path.realpath(home))))
        print(f"{step.__name__}: {said}", flush=True)
    return 0 if wanted else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
