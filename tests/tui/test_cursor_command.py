"""`ccmon cursor` from the command line to the last character, and what it loads and opens."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.cursor_site import (
    ACCOUNT,
    HTML,
    SECRET,
    TOKEN,
    CursorSite,
    csv_of,
    holds_secret,
    usage_event,
)
from tests.made_lines import answer, moment, write
from tests.patience import PATIENCE
from tests.stub_server import hide_proxies, serving
from tests.terminal import Terminal
from tui.cli import main

PROJECT = Path(__file__).resolve().parents[2]
AT = moment("2026-05-01T10:00")
_LOADED = """
import json, sys
from tui.cli import main
codes = [main(words) for words in json.loads(sys.argv[1])]
print("\\n" + " ".join(sys.modules), file=sys.stderr)
sys.exit(max(codes))
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "data"
    monkeypatch.setenv("CCMON_DATA_DIR", str(place))
    return place


@pytest.fixture
def site(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CursorSite]:
    hide_proxies(monkeypatch)
    with serving() as server:
        made = CursorSite(server)
        monkeypatch.setenv("CCMON_CURSOR_URL", made.base)
        made.events = [usage_event(AT), usage_event(AT)]
        yield made


@pytest.fixture
def editor(home: Path) -> Path:
    """The store of an editor that is signed in."""
    path = home / ".config" / "Cursor" / "User" / "globalStorage" / "state.vscdb"
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE ItemTable (key TEXT UNIQUE, value BLOB)")
        connection.execute("INSERT INTO ItemTable VALUES ('cursorAuth/accessToken', ?)", (SECRET,))
        connection.commit()
    return path


def give(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_a_token_on_standard_input_logs_in_and_syncs(
    site: CursorSite,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    give(monkeypatch, f"{TOKEN}\n")
    assert main(["cursor", "login"]) == 0
    said = capsys.readouterr().out
    kept = data / "cursor-session.json"
    assert said == (
        f"Logged in as {ACCOUNT}; the session token is kept in {kept}.\n"
        "Cursor's usage is up to date. 2 events are known.\n"
    )
    assert holds_secret(data) == [kept]
    assert main(["cursor", "sync"]) == 0
    assert main(["cursor", "status"]) == 0
    page = capsys.readouterr().out
    assert SECRET not in page
    for text in (ACCOUNT, "until 2027-01-15", "2, 2026-05-01 to 2026-05-01", "$0.02", "usage.json"):
        assert text in page
    assert main(["cursor", "logout"]) == 0
    assert not kept.exists()
    assert main(["daily", "--json", "-O"]) == 0
    printed = capsys.readouterr().out
    assert json.loads(printed[printed.index("{") :])["totals"]["totalTokens"] == 200


def test_status_keeps_charged_and_api_cost_apart(
    site: CursorSite, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    give(monkeypatch, TOKEN)
    main(["cursor", "login"])
    capsys.readouterr()
    assert main(["cursor", "status", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["chargedCost"], told["apiCost"], told["events"]) == (0.02, 0.04, 2)
    assert (told["isLoggedIn"], told["account"], told["problem"]) == (True, ACCOUNT, None)
    assert [file["events"] for file in told["files"]] == [2]
    assert SECRET not in json.dumps(told)


def test_the_samples_charged_sum_is_the_true_one(
    shared: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(shared / "data" / "agents" / "cursor" / ".config"))
    assert main(["cursor", "status", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (round(told["chargedCost"], 6), told["events"]) == (1_234.54, 5)


@pytest.mark.parametrize(
    ("words", "given", "code", "said"),
    [
        (["login"], "nonsense", 1, "That is not a session token of Cursor"),
        (["login"], "user_9::" + SECRET, 1, "Cursor does not take this session token"),
        (["login", "--from-editor", "--yes"], "", 1, "Cursor's editor is not on this machine"),
        (["sync"], "", 1, "Nobody is logged in to Cursor: log in with ccmon cursor login."),
        (["sync", "--offline"], "", 2, "A sync needs the network"),
        (["sync", "--csv", "absent.csv"], "", 1, "absent.csv cannot be read"),
        (["status", "--csv", "x"], "", 2, "--csv FILE is for ccmon cursor sync"),
        (["sync", "--from-editor"], "", 2, "--from-editor is for ccmon cursor login"),
        (["login", "--yes"], "", 2, "--yes is for --from-editor"),
        (["log"], "", 2, "did you mean 'login'?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_one_sentence(
    site: CursorSite,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    given: str,
    code: int,
    said: str,
) -> None:
    give(monkeypatch, given)
    assert main(["cursor", *words]) == code
    printed = capsys.readouterr()
    assert said in printed.err
    assert (printed.err.count("\n"), printed.out) == (1, "")
    assert SECRET not in printed.err
    assert not (data / "cursor-session.json").exists()


def test_a_refused_token_leaves_the_one_that_works(
    site: CursorSite, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(monkeypatch, TOKEN)
    assert main(["cursor", "login"]) == 0
    give(monkeypatch, "user_9::" + SECRET)
    assert main(["cursor", "login"]) == 1
    assert main(["cursor", "sync"]) == 0


def test_a_site_that_fails_keeps_the_login(
    site: CursorSite,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    site.on_events = site.on_export = lambda handler: handler.send(500, HTML)
    give(monkeypatch, TOKEN)
    assert main(["cursor", "login"]) == 1
    assert "HTTP status 500" in capsys.readouterr().err
    assert (data / "cursor-session.json").exists()


def test_an_exported_csv_is_counted_without_logging_in(
    data: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = tmp_path / "events.csv"
    given.write_bytes(csv_of(["2026-05-01T10:00:00.000Z"] * 3, 70))
    for _ in range(2):
        assert main(["cursor", "sync", "--csv", str(given)]) == 0
    assert capsys.readouterr().out.startswith(f"3 events of {given} are counted from now on")
    assert main(["daily", "--json", "-O"]) == 0
    assert json.loads(capsys.readouterr().out)["totals"]["totalTokens"] == 210


@pytest.mark.posix
def test_the_editors_store_is_read_after_a_yes_alone(
    site: CursorSite, editor: Path, data: Path, home: Path
) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
        "TERM": "xterm",
        "PYTHONPATH": str(PROJECT),
    }
    command = [sys.executable, "-m", "tui", "cursor", "login"]
    for reply, ending in (("n", "Paste the token"), ("y", "Logged in as")):
        terminal = Terminal(command, environment, directory=home)
        assert terminal.wait_for(r"\[y/N\]", PATIENCE), terminal.text
        assert site.server.asked == []
        terminal.press(f"{reply}\r")
        assert terminal.wait_for(ending, PATIENCE), terminal.text
        if reply == "n":
            assert not (data / "cursor-session.json").exists()
            terminal.press(f"{TOKEN[:-1]}\r")
            assert terminal.wait_for("does not take this session token", PATIENCE), terminal.text
            site.server.asked.clear()
        terminal.close()
        assert b"never-see" not in terminal.raw
    assert holds_secret(data) == [data / "cursor-session.json"]


_TRAPPED = """
import os, sys
opened = []
def note(name, arguments):
    if name in ("open", "sqlite3.connect") and "state.vscdb" in str(arguments[0]):
        opened.append(str(arguments[0]))
sys.addaudithook(note)
from tui.cli import main
for words in (
    "daily --json", "cursor status", "cursor sync", "cursor logout", "doctor", "live --json",
    "cursor login", "cursor login --from-editor",
):
    main(words.split())
print("OPENED", opened)
main(["cursor", "login", "--from-editor", "--yes"])
print("OPENED", len(opened) > 0)
"""


def test_no_command_opens_the_editors_store_unasked(
    site: CursorSite, editor: Path, home: Path
) -> None:
    write(home / ".claude", answer("a", AT))
    done = subprocess.run(
        [sys.executable, "-c", _TRAPPED],
        cwd=PROJECT,
        input="nothing",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = [line for line in done.stdout.splitlines() if line.startswith("OPENED")]
    assert told == ["OPENED []", "OPENED True"]
    assert SECRET not in done.stdout + done.stderr


def loaded_by(*commands: list[str]) -> set[str]:
    """Return the modules that a process has loaded which ran some commands."""
    done = subprocess.run(
        [sys.executable, "-c", _LOADED, json.dumps(commands)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(done.stderr.splitlines()[-1].split())


def test_who_does_not_use_cursor_loads_nothing_of_it(home: Path, data: Path) -> None:
    write(home / ".claude", answer("a", AT))
    loaded_by(["daily", "--json"])
    loaded = loaded_by(["daily", "--json"], ["daily", "--json"])
    assert "engine.live.updater" in loaded
    assert not {name for name in loaded if name.startswith(("engine.agents.cursor",))}
    assert (
        loaded & {"httpx", "csv", "keyring", "engine.live.fetcher", "engine.pricing.refresh"}
        == set()
    )
