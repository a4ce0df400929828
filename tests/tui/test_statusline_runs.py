"""The status line as Claude Code runs it: a process of its own, whatever holds the ledger."""

from __future__ import annotations

import json
import os
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from engine.domain.settings import Settings, system_clock
from engine.monitor import Monitor
from tests.made_lines import answer, earlier_today, write
from tests.patience import PATIENCE, done_within
from tests.surroundings import at_home, needed

with suppress(ImportError):  # there is none on Windows
    import pty

PROJECT = Path(__file__).resolve().parents[2]
TRANSCRIPT = "-code-app/s1.jsonl"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with a response of just now."""
    place = tmp_path / "claude"
    write(place, answer("a", earlier_today(), 500_000), name=TRANSCRIPT)
    return place


def hook(root: Path, **more: Any) -> bytes:
    soon = system_clock() // 1_000 + 4_000
    return json.dumps(
        {
            "session_id": "s1",
            "transcript_path": str(root / "projects" / TRANSCRIPT),
            "model": {"display_name": "Opus 5.5"},
            "rate_limits": {"five_hour": {"used_percentage": 42, "resets_at": soon}},
            **more,
        }
    ).encode()


def start(root: Path, *words: str, **more: str) -> subprocess.Popen[bytes]:
    environment = {
        **needed(),
        **at_home(os.environ["HOME"]),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "CCMON_DATA_DIR": str(root.parent / "data"),
        "CLAUDE_CONFIG_DIR": str(root),
        **more,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tui", "statusline", *words],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def line(root: Path, given: bytes, *words: str, **more: str) -> str:
    """Return what the command prints once it has read all.

    On a busy machine its time may be over before: it says so, and is asked again.
    """
    for _ in range(20):
        said = line_of_one_run(root, given, *words, **more)
        if "still reading" not in said:
            break
    return said


def line_of_one_run(root: Path, given: bytes, *words: str, **more: str) -> str:
    """Run the command; return the one line it prints, and nothing else."""
    output = () if "--format" in words else ("--format", "plain")
    process = start(root, *output, *words, **more)
    said, errors = process.communicate(given, timeout=30)
    assert (process.returncode, errors) == (0, b"")
    assert said.endswith(b"\n")
    return said.decode().removesuffix("\n")


def ledger(root: Path) -> str:
    return str(root.parent / "data" / "ledger.db")


def test_the_line_has_the_sessions_figures_at_once_and_keeps_the_reading(root: Path) -> None:
    said = line(root, hook(root))
    assert said.startswith("Opus 5.5 │ $2.00 session · $2.00 today │ block $2.00 │ 5h 42% (1h ")
    assert "context 500k" in said
    with closing(sqlite3.connect(ledger(root))) as connection:
        rows = connection.execute("SELECT window, session, used_share FROM readings").fetchall()
    assert rows == [("five_hour", "s1", 0.42)]


def test_what_is_new_is_in_the_next_line(root: Path) -> None:
    line(root, hook(root))
    write(root, answer("b", earlier_today(0), 250_000), name=TRANSCRIPT)
    assert "$3.00 session · $3.00 today" in line(root, hook(root))


def test_a_session_says_what_it_was_given_and_takes_nothing_back_elsewhere(root: Path) -> None:
    given = json.loads(hook(root))
    line(root, json.dumps(given).encode())
    idle = json.loads(hook(root))
    idle["session_id"] = "idle"
    idle["rate_limits"]["five_hour"]["used_percentage"] = 30
    assert "5h 30% (" in line(root, json.dumps(idle).encode())
    assert "5h 42% (" in line(root, json.dumps(given).encode())


@pytest.mark.parametrize("given", [b"", b"{}", b"null", b"no json", b"\xff\x00", b'{"model": 5}'])
def test_anything_on_standard_input_gives_a_line(root: Path, given: bytes) -> None:
    assert "$2.00 today" in line(root, given)


def test_claude_code_gets_colours_and_waybar_an_object(root: Path) -> None:
    assert "\x1b[1mOpus 5.5\x1b[0m" in line(root, hook(root), "--format", "claude")
    assert "\x1b" not in line(root, hook(root), "--format", "claude", NO_COLOR="1")
    assert json.loads(line(root, hook(root), "--format", "waybar"))["percentage"] == 42


def test_no_encoding_of_the_terminal_stands_in_the_way(root: Path) -> None:
    assert " │ " in line(root, hook(root), PYTHONIOENCODING="ascii", LC_ALL="C")


def test_two_at_once_say_the_same_and_count_once(root: Path) -> None:
    processes = [start(root, "--format", "plain") for _ in range(2)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(hook(root))
        process.stdin.flush()
    for process in processes:
        said, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, errors) == (0, b"")
        assert said.startswith(b"Opus 5.5")
    assert "$2.00 session · $2.00 today" in line(root, hook(root))


def test_a_ledger_that_another_process_holds_delays_nothing(root: Path) -> None:
    line(root, hook(root))
    write(root, answer("b", earlier_today(0), 250_000), name=TRANSCRIPT)
    with closing(sqlite3.connect(ledger(root), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        said = done_within(3.0, lambda: line_of_one_run(root, hook(root)))
    assert said.startswith("Opus 5.5 │ $2.00 session · $2.00 today │ ")
    assert "5h 42%" in said
    assert said.endswith(" │ still reading")
    assert "$3.00 session · $3.00 today" in line(root, hook(root))


def test_a_ledger_that_nothing_can_be_read_of_delays_nothing(root: Path) -> None:
    line(root, hook(root))
    with closing(sqlite3.connect(ledger(root), isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        given = hook(root, cost={"total_cost_usd": 7.5})
        said = done_within(3.0, lambda: line_of_one_run(root, given))
    assert said.startswith("Opus 5.5 │ $7.50 session")
    assert "5h 42%" in said


@pytest.mark.posix
@pytest.mark.parametrize("place", ["/dev/null/x/ledger.db", "/proc/nothing/ledger.db"])
def test_a_ledger_that_cannot_be_written_fails_nothing(root: Path, place: str) -> None:
    assert "$2.00 session" in line(root, hook(root), "--ledger", place)


def test_no_roots_and_no_home_fail_nothing(tmp_path: Path) -> None:
    said = line(tmp_path / "none", b"{}", HOME="/nowhere")
    assert said.startswith("$0.00 today")


def test_input_that_does_not_end_is_not_waited_for(root: Path) -> None:
    process = start(root, "--format", "plain")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(hook(root))
    process.stdin.flush()
    assert process.stdout.readline().startswith(b"Opus 5.5")
    assert process.wait(PATIENCE) == 0
    process.communicate()


def test_output_that_nobody_reads_is_no_failure(root: Path) -> None:
    process = start(root)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.stdin.write(hook(root))
    process.stdin.close()
    assert process.stderr.read() == b""
    assert process.wait(PATIENCE) == 0
    process.stderr.close()


def test_another_status_line_is_printed_above(root: Path) -> None:
    old = "cat | tr -d '\\n' | cut -c 2-13; printf '%s\\n' \"it's\""
    said = line(root, hook(root), "--wrap", old).split("\n")
    assert said[:2] == ['"session_id"', "it's"]
    assert said[2].startswith("Opus 5.5")
    assert len(said) == 3


@pytest.mark.parametrize("old", ["exit 3", "no-such-command-at-all", "true", "kill -9 $$", ""])
def test_another_status_line_that_fails_does_not_fail_ours(root: Path, old: str) -> None:
    assert line(root, hook(root), "--wrap", old).startswith("Opus 5.5")


def test_another_status_line_is_not_waited_for(root: Path) -> None:
    old = "echo early; sleep 20 & sleep 20"
    said = done_within(5.0, lambda: line(root, hook(root), "--wrap", old))
    assert said.startswith("Opus 5.5")


def test_what_is_installed_runs_as_a_shell_runs_it(root: Path) -> None:
    old = "echo 'a \"b\" $HOME'"
    own = f"{shlex.quote(sys.executable)} -m tui statusline --format plain --ledger :memory:"
    done = subprocess.run(
        f"{own} --wrap {shlex.quote(old)}",
        shell=True,
        cwd=PROJECT,
        input=hook(root),
        env={**os.environ, "CLAUDE_CONFIG_DIR": str(root)},
        capture_output=True,
        timeout=30,
    )
    assert done.stdout.decode().splitlines()[0] == 'a "b" $HOME'
    assert done.stdout.decode().splitlines()[1].startswith("Opus 5.5")


def on_a_terminal(root: Path, *words: str) -> tuple[int, str]:
    """Run the command with a terminal for standard input."""
    ours, its = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "tui", "statusline", "--ledger", ":memory:", *words],
        cwd=PROJECT,
        stdin=its,
        env={**os.environ, "CLAUDE_CONFIG_DIR": str(root)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    os.close(ours)
    os.close(its)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.posix
def test_on_a_terminal_it_says_what_it_is_for(root: Path) -> None:
    code, said = on_a_terminal(root, "--format", "plain")
    assert code == 0
    assert "--install" in said
    assert "{five_hour}" in said
    assert "$2.00 today" in said


@pytest.mark.posix
def test_on_a_terminal_a_template_is_checked(root: Path) -> None:
    code, said = on_a_terminal(root, "--template", "{modle}")
    assert code == 2
    assert said == "ccmon: The template's {modle} is not a field: did you mean {model}?\n"
    assert line(root, hook(root), "--template", "{modle}") == "{modle}"


_LOADED = """
import sys
from tui.cli import main
sys.stdout = type("Kept", (), {"buffer": sys.stdout.buffer, "flush": lambda self: None})()
main(sys.argv[1:])
sys.stdout.buffer.write(b" ".join(name.encode() for name in sys.modules))
"""


def test_nothing_heavy_is_loaded(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LOADED, "statusline", "--ledger", ":memory:"],
        cwd=PROJECT,
        input=hook(root),
        env={**os.environ, "CLAUDE_CONFIG_DIR": str(root)},
        capture_output=True,
        check=True,
    )
    loaded = {name.decode() for name in done.stdout.splitlines()[-1].split()}
    assert "engine.reports.glance" in loaded
    heavy = {"rich", "textual", "httpx", "watchfiles", "subprocess", "tomllib"}
    assert loaded & heavy == set()


def test_where_nothing_is_new_no_reader_no_price_and_no_limit_is_loaded(root: Path) -> None:
    place = str(root.parent / "ledger.db")
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", _LOADED, "statusline", "--ledger", place],
            cwd=PROJECT,
            input=hook(root),
            env={**os.environ, "CLAUDE_CONFIG_DIR": str(root)},
            capture_output=True,
            check=True,
        )
    loaded = {name.decode() for name in done.stdout.splitlines()[-1].split()}
    late = {
        "engine.agents.claude.transcripts",
        "engine.ingest.loader",
        "engine.ingest.tail",
        "engine.ledger.bookkeeper",
        "engine.limits.known",
        "engine.live.read_model",
        "engine.pricing.price",
        "engine.reports.queries",
        "engine.live.snapshots",
        "engine.agents.claude.titles",
        "hashlib",
        "inspect",
        "tui.statusline.template",
        "typing_extensions",
    }
    assert "engine.reports.glance" in loaded
    assert loaded & late == set()


def test_a_long_first_reading_is_left_for_later(tmp_path: Path) -> None:
    """More than one line may read stands in another project: it is said, and read by others."""
    root = tmp_path / "claude"
    before = earlier_today()
    write(root, answer("a", before, 500_000), name=TRANSCRIPT)
    for name in ("s2", "s3"):
        line_of_it = answer(name, before, 250_000, session=name)
        big = write(root, line_of_it, name=f"-other/{name}.jsonl")
        with big.open("ab") as file:
            file.truncate(40 << 20)
    said = line_of_one_run(root, hook(root))
    assert "$2.00 session" in said
    assert said.endswith("│ still reading")
    settings = Settings(roots=(root,), ledger=ledger(root), is_offline=True)
    with Monitor(settings) as monitor:
        monitor.read()
    assert "$2.00 session · $4.00 today" in line(root, hook(root))
