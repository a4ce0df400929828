"""The command line: what it answers, refuses and prints, and that it keeps to itself."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from engine.demo import DemoUser, write_history
from engine.domain.mistakes import SettingsError
from engine.domain.settings import system_clock
from tui import __version__
from tui.cli import main
from tui.flat.files.drafts import draft_of

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A small made-up history that reaches up to now."""
    root = tmp_path / "claude"
    write_history(root, DemoUser(7, system_clock(), responses=200, days=3, sessions=5))
    return root


@pytest.fixture(autouse=True)
def _ledger_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCMON_DATA_DIR", str(tmp_path / "data"))


def clean(**more: str) -> dict[str, str]:
    """Return an environment with nothing in it that the user set."""
    kept = {name: os.environ[name] for name in ("PATH", "CCMON_DATA_DIR") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", **more}


def ccmon(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own; what it prints goes to a pipe."""
    return subprocess.run(
        [sys.executable, "-m", "tui", *words],
        cwd=PROJECT,
        env=clean(**more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def sentence(text: str) -> str:
    """Return what stderr says, after checking that it is one line and no traceback."""
    assert text.startswith("ccmon: ")
    assert text.endswith(".\n")
    assert text.count("\n") == 1, text
    return text.removeprefix("ccmon: ").rstrip()


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"ccmon {__version__}\n"


@pytest.mark.parametrize("words", [["--help"], ["live", "--help"], ["demo", "-h"], ["daily", "-h"]])
def test_help_is_printed_and_is_no_failure(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 0
    said = capsys.readouterr().out.replace("[AGENT] ", "", 1)
    assert said.startswith(" ".join(["usage: ccmon", *words[:-1]]))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lvie"], "There is no command 'lvie': did you mean 'live'?"),
        (["watch"], "ccmon help lists them all"),
        (["--bogus"], "--bogus"),
        (["live", "more"], "more"),
        (["live", "--limit"], "--limit"),
        (["live", "--limit", "much"], "give tokens such as 500k"),
        (["live", "--limit", "0"], "give tokens such as 500k"),
        (["live", "--limit", "$x"], "dollars such as 20usd"),
        (["live", "--limit=-5k"], "give tokens such as 500k"),
        (["live", "--limti", "5k"], "did you mean '--limit'?"),
        (["daily", "-s", "someday"], "'someday' is not a day"),
        (["daily", "-u", "2025-11-99"], "There is no day '2025-11-99'"),
        (["daily", "-z", "Mars/Base"], "use an IANA name such as Europe/Berlin"),
        (["blocks", "-t", "much"], "'much' is not a token limit"),
        (["daily", "--config", "absent.toml"], "absent.toml cannot be read"),
        (["help", "everythin"], "There is no help on 'everythin'"),
        (["live", "-z", "Mars/Base"], "use an IANA name such as Europe/Berlin"),
        (["doctor", "-z", "../../etc/passwd"], "use an IANA name"),
        (["live", "--theme", "pink"], "use one of dark, light"),
        (["live", "-w", "funday"], "use one of monday, tuesday"),
        (["live", "-w", "t"], "use one of monday, tuesday"),
        (["demo", "--responses", "many"], "'many' is not a number of 1 or more"),
        (["demo", "--sessions", "0"], "'0' is not a number of 1 or more"),
        (["demo", "--days", "4000"], "at most 3,650 days"),
        (["demo", "--seed", "x"], "'x' is not a whole number"),
        (["demo", "--responses", "5"], "needs at least 280 responses"),
        (["demo"], "To look at one, ccmon live --demo."),
        (["service"], "ACTION is missing: use one of start, stop, status, install, telemetry;"),
        (["session", "a1", "--id", "b2"], "Give one session, 'a1' or 'b2'."),
        (["prices"], "refresh is missing"),
        (["prices", "burn"], "use one of refresh"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_arguments_end_with_2_and_one_sentence_that_says_what_is_right(
    words: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.startswith("ccmon: ")
    assert printed.err.count("\n") == 1
    assert printed.out == ""
    assert list(tmp_path.iterdir()) == []


def test_wrong_arguments_print_no_traceback_from_the_command_itself() -> None:
    done = ccmon("live", "--limit", "much")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'much' is not a limit" in sentence(done.stderr)


@pytest.mark.parametrize("words", [["live"], ["live", "--json"], ["daily"], ["blocks", "--json"]])
def test_a_config_directory_that_holds_nothing_is_named_with_every_place(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    other.mkdir()
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", f"{one},{other}")
    assert main(words) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    said = sentence(printed.err)
    assert said.startswith("CLAUDE_CONFIG_DIR names no directory with transcripts")
    assert str(one) in said
    assert str(other) in said


def test_without_data_the_plain_snapshot_names_the_places_looked_at(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["live", "--offline"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert f"{home}/.claude: no such directory" in printed.out
    assert "--config-dir PATH" in printed.out


def test_without_data_the_json_has_all_its_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["live", "--json", "--offline"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["block"] is None
    assert document["projection"] is None
    assert document["limit"]["source"] == "none"
    assert document["today"]["totalTokens"] == document["responses"] == 0
    assert document["lastActivity"] is None


def test_away_from_a_terminal_one_plain_snapshot_is_printed(history: Path) -> None:
    done = ccmon("live", "--offline", "--config-dir", str(history))
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    lines = done.stdout.splitlines()
    assert lines[0].startswith("ccmon · ")
    for name in ("Block", "Used", "Burn", "Limit", "Today", "Week", "Month"):
        assert any(line.startswith(f"{name:<9}") for line in lines), name


@pytest.mark.parametrize(
    "words",
    [["live"], ["daily"], ["daily", "--json"], ["help", "--man"], ["--version"]],
    ids=" ".join,
)
def test_a_reader_that_goes_away_is_no_failure(words: list[str], history: Path) -> None:
    """What `ccmon daily | head -1` does, the other end closed before anything is written."""
    needs_data = words[0] in ("live", "daily")
    places = ["--offline", "--config-dir", str(history)] if needs_data else []
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tui", *words, *places],
            cwd=PROJECT,
            env=clean(),
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_output_that_cannot_be_written_is_said() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tui", "help"],
            cwd=PROJECT,
            env=clean(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert done.returncode == 1
    assert "The disk is full" in sentence(done.stderr)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("ENOSPC", "The disk is full: usage.csv cannot be written. Make room and try again."),
        ("EDQUOT", "Your quota of the disk is used up: usage.csv cannot be written. Make room"),
        ("EACCES", "usage.csv cannot be read or written (Permission denied)."),
    ],
)
def test_a_full_disk_and_a_quota_are_said_as_such(
    number: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = getattr(errno, number)

    def fail(_options: object) -> int:
        raise OSError(code, os.strerror(code), "usage.csv")

    monkeypatch.setattr("tui.cli._dispatch", fail)
    assert main(["doctor"]) == 1
    assert said in sentence(capsys.readouterr().err)


@pytest.mark.parametrize(
    ("number", "said"),
    [("ENOSPC", "(the disk is full)"), ("EDQUOT", "(your quota of the disk is used up)")],
)
def test_a_file_without_room_stays_as_it_was_and_says_why(
    number: str, said: str, tmp_path: Path
) -> None:
    kept = tmp_path / "usage.csv"
    kept.write_text("before")
    code = getattr(errno, number)
    with pytest.raises(SettingsError) as told, draft_of(kept):
        raise OSError(code, os.strerror(code))
    assert said in str(told.value)
    assert (kept.read_text(), list(tmp_path.iterdir())) == ("before", [kept])


@pytest.mark.parametrize("words", [["daily", "--json"], ["doctor"], ["prices", "refresh"]])
def test_a_system_without_a_home_directory_is_told_what_to_set(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("os.path.expanduser", str)
    assert main(words) == 1
    assert "set HOME to yours" in sentence(capsys.readouterr().err)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_ends_with_130_and_silence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tui.config.command_line.parse", interrupt)
    assert main(["daily"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_report_reads_its_configuration(
    history: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = home / ".config" / "ccmon"
    place.mkdir(parents=True)
    (place / "config.toml").write_text(
        f"config-dir = '{history}'\noffline = true\ntimezone = 'UTC'\n[daily]\njson = true\n"
    )
    assert main(["daily"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["timezone"] == "UTC"
    assert sum(row["responses"] for row in document["daily"]) == 200


def test_without_home_in_the_environment_it_still_runs(history: Path) -> None:
    """The child's environment holds no HOME at all, which `clean` leaves out."""
    done = ccmon("live", "--json", "--offline", "--config-dir", str(history))
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert document["responses"] == 200
    block = document["block"]
    assert block["isActive"] is True
    counts = block["tokenCounts"]
    kinds = ("inputTokens", "outputTokens", "cacheCreationInputTokens", "cacheReadInputTokens")
    assert sum(counts[kind] for kind in kinds) == block["totalTokens"] > 0
    assert sum(session["entries"] for session in document["sessions"]) == block["entries"]


def test_demo_json_shows_a_user_at_work_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    assert main(["live", "--demo", "--json", "--offline"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["responses"] > 6_000
    assert document["agents"] == ["claude", "codex", "gemini"]
    assert {session["agent"] for session in document["sessions"]} == set(document["agents"])
    assert document["block"]["entries"] > 0
    assert document["block"]["anchor"] == "official"
    assert list(place.iterdir()) == []


def test_a_written_demo_is_what_doctor_finds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "made up"
    sizes = ["--responses", "300", "--sessions", "5", "--days", "3"]
    assert main(["demo", str(root), "--once", *sizes]) == 0
    said = capsys.readouterr().out
    assert "Wrote 300 responses" in said
    assert f"--config-dir '{root}'" in said

    assert main(["doctor", "--offline", "--json", "--config-dir", str(root)]) == 0
    health = json.loads(capsys.readouterr().out)
    assert health["responses"] == 300
    assert health["generatedAt"].endswith("Z")
    assert health["versions"]["sqlite"]
    (found,) = health["roots"]
    assert found["path"] == str(root)
    assert found["files"] == len(list((root / "projects").rglob("*.jsonl")))
    assert (found["badLines"], found["cleanupDays"]) == (0, 30)

    assert main(["doctor", "--offline", "--config-dir", str(root)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "  300 responses" in lines
    assert {"Counted", "Could not be read", "Ledger", "Watching", "Versions"} <= set(lines)


def test_the_same_seed_writes_the_same_sessions(tmp_path: Path) -> None:
    sizes = ["--once", "--responses", "60", "--sessions", "3", "--days", "2", "--seed", "11"]
    for name in ("one", "other"):
        assert main(["demo", str(tmp_path / name), *sizes]) == 0
    one, other = (
        sorted(path.relative_to(place) for path in place.rglob("*.jsonl"))
        for place in (tmp_path / "one" / "projects", tmp_path / "other" / "projects")
    )
    assert one == other


@pytest.mark.parametrize("is_file", [False, True])
def test_a_demo_refuses_a_place_where_something_is(
    is_file: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "taken"
    if is_file:
        taken.write_text("precious")
    else:
        taken.mkdir()
        (taken / "note.txt").write_text("precious")
    before = sorted(tmp_path.rglob("*"))
    assert main(["demo", str(taken), "--once"]) == 1
    assert "name a new directory" in sentence(capsys.readouterr().err)
    assert sorted(tmp_path.rglob("*")) == before


class Prices(BaseHTTPRequestHandler):
    """Answers with a table, or with 503 below `/broken`."""

    def do_GET(self) -> None:
        price = {"mode": "chat", "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}
        body = json.dumps({f"model-{number}": price for number in range(120)}).encode()
        self.send_response(503 if self.path.startswith("/broken") else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), Prices) as made:
        thread = Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{made.server_address[1]}"
        made.shutdown()
        thread.join()


def test_fetched_prices_are_reported_and_kept(
    server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "data" / "prices.json"
    assert main(["prices", "refresh", "--url", f"{server}/"]) == 0
    said = f"Fetched the prices of 120 models, with changes, into {kept}.\n"
    assert capsys.readouterr().out == said
    assert "model-119" in kept.read_text()
    assert main(["prices", "refresh", "--url", f"{server}/"]) == 0
    assert ", without changes, " in capsys.readouterr().out


def test_prices_that_cannot_be_fetched_are_said_and_nothing_is_written(
    server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prices", "refresh", "--url", f"{server}/broken"]) == 1
    said = sentence(capsys.readouterr().err)
    assert "answered with HTTP status 503" in said
    assert "those known so far stay in use" in said
    assert not (tmp_path / "data").exists()


_WATCH = """
import sys

def _refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.bind", "socket.sendto"):
        sys.stderr.write(f"opened: {event} {arguments}\\n")

sys.addaudithook(_refuse)
"""


@pytest.mark.parametrize("command", ["live", "daily", "blocks", "session"])
def test_offline_opens_no_connection_and_json_loads_nothing_heavy(
    command: str, history: Path, tmp_path: Path
) -> None:
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "sitecustomize.py").write_text(
        _WATCH
        + "import atexit\natexit.register(lambda: sys.stderr.write('loaded: ' + ' '.join("
        + "sorted({'rich', 'textual', 'httpx', 'watchfiles'} & set(sys.modules))) + '\\n'))\n"
    )
    words = ("--json", "--offline", "--config-dir", str(history))
    done = ccmon(command, *words, PYTHONPATH=str(tmp_path / "watch"))
    assert done.returncode == 0
    document = json.loads(done.stdout)
    assert document["responses" if command == "live" else "totals"]
    assert done.stderr == "loaded: \n"


def test_the_watch_on_connections_sees_one(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(_WATCH)
    words = ("prices", "refresh", "--url", "http://127.0.0.1:9/")
    done = ccmon(*words, PYTHONPATH=str(tmp_path), no_proxy="*")
    assert done.returncode == 1
    assert "opened: socket." in done.stderr
