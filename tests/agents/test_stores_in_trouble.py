"""A store that cannot be read is one line, costs no other agent anything, and comes back."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from engine.agents.opened import open_read_only
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.agents import writers
from tests.agents.made_codex import Thread
from tests.agents.writers import assistant, create, put_message
from tests.another_user import NOBODY, as_another_user
from tests.conftest import NOW
from tests.made_lines import answer, write
from tests.patience import PATIENCE

MakeSettings = Callable[..., Settings]
Trouble = Callable[[Path], None]

_OF_CLAUDE, _OF_CODEX, _OF_A_MESSAGE = 1_000, 1_200, 120

DATABASES = {
    "opencode": ".local/share/opencode/opencode.db",
    "kilo": ".local/share/kilo/kilo.db",
    "copilot": ".copilot/session-store.db",
    "crush": ".crush/crush.db",
    "goose": ".local/share/goose/sessions/sessions.db",
    "hermes": ".hermes/state.db",
    "mimo": ".local/share/mimocode/mimocode.db",
    "zcode": ".zcode/cli/db/db.sqlite",
}
"""Where the agents with databases keep them."""
CURSOR_HEAD = (
    "Date,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,"
    "Output Tokens,Total Tokens,Cost\n"
)


@pytest.fixture
def database(home: Path) -> Path:
    """OpenCode's database in a home where Claude Code and Codex have stores too."""
    return lay_out(home)


def lay_out(home: Path) -> Path:
    write(home / ".claude", answer("a", NOW - 60_000, _OF_CLAUDE))
    thread = Thread()
    thread.turn()
    thread.respond(1_000, 0, 0, 200, 0)
    thread.write(home / ".codex")
    path = home / ".local" / "share" / "opencode" / "opencode.db"
    put(path, "m1")
    return path


def put(path: Path, *names: str) -> None:
    """Add messages of 120 tokens, making the database where it is not there."""
    with closing(create(path, () if path.is_file() else writers.TABLES)) as connection:
        connection.execute("INSERT OR IGNORE INTO session VALUES('s', 'p', NULL, '/a', NULL, 0, 0)")
        for name in names:
            put_message(connection, name, "s", assistant(NOW - 30_000 + int(name[1:])), NOW)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def be_a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def be_no_database(path: Path) -> None:
    path.write_bytes(b"no database, and long enough to look at " * 200)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:6_000])


def lose_its_tables(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE message")
        connection.execute("DROP TABLE session_message")


def have_other_columns(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE session_message")
        connection.execute("ALTER TABLE message RENAME COLUMN data TO content")


def be_without_row_numbers(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE message")
        connection.execute(writers.MESSAGE + " WITHOUT ROWID")


TROUBLES: dict[Trouble, str] = {
    empty: "it is empty: its agent has written nothing to it yet",
    be_a_directory: "it is a directory, where a database should be",
    be_no_database: "it is damaged, or no database",
    writers.damage: "it is damaged, or no database",
    cut_short: "it is damaged, or no database",
    lose_its_tables: "it is of an unknown version of OpenCode, or just being made",
    have_other_columns: "it is of an unknown version of OpenCode, or just being made",
    be_without_row_numbers: "it may be of an unknown version (no such column: rowid)",
}
"""What befalls a database, and what the line of it ends with."""


def tokens_of(monitor: Monitor) -> dict[str, int]:
    return {each.agent: each.tokens for each in monitor.agents() if each.is_found}


def lines_of(monitor: Monitor) -> dict[str, list[tuple[str, str]]]:
    return {each.agent: list(each.unreadable) for each in monitor.agents() if each.is_found}


def assert_one_line(monitor: Monitor, path: Path, ends: str) -> None:
    """One clear line of OpenCode's, none of another's, and all other figures."""
    lines = lines_of(monitor)
    assert {name: len(found) for name, found in lines.items()} == {
        "claude": 0,
        "codex": 0,
        "opencode": 1,
    }
    ((where, why),) = lines["opencode"]
    assert where == str(path)
    assert why.endswith(ends)
    (notice,) = monitor.notices()
    assert str(path) in notice.text
    assert f"{why})" in notice.text
    assert tokens_of(monitor)["claude"] == _OF_CLAUDE
    assert tokens_of(monitor)["codex"] == _OF_CODEX


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, f"waited {PATIENCE} s for {what}"
        time.sleep(0.05)


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)
def test_a_store_in_trouble_is_one_line_and_comes_back(
    trouble: Trouble, database: Path, settings: MakeSettings
) -> None:
    whole = database.read_bytes()
    trouble(database)
    with Monitor(settings()) as monitor:
        monitor.read()
        assert_one_line(monitor, database, TROUBLES[trouble])
        assert monitor.report("daily").totals.figures.tokens.total == _OF_CLAUDE + _OF_CODEX
        if database.is_dir():
            database.rmdir()
        database.write_bytes(whole)
        monitor.read()
        assert tokens_of(monitor)["opencode"] == _OF_A_MESSAGE
        assert lines_of(monitor)["opencode"] == []
        assert not monitor.notices()


def test_a_store_that_is_locked_is_one_line_until_it_is_free(
    database: Path, settings: MakeSettings
) -> None:
    with Monitor(settings()) as monitor:
        with writers.locked(database):
            monitor.read()
            assert_one_line(monitor, database, "it is read as soon as that is done")
        monitor.read()
        assert tokens_of(monitor)["opencode"] == _OF_A_MESSAGE
        assert lines_of(monitor)["opencode"] == []


def test_troubles_come_and_go_while_following(database: Path, settings: MakeSettings) -> None:
    with Monitor(settings(is_polling=False)) as monitor:
        monitor.start(lambda: None)
        wait_until(lambda: tokens_of(monitor).get("opencode") == _OF_A_MESSAGE, "the first")
        with writers.locked(database):
            put(database.with_name("opencode-beta.db"), "m7")
            os.utime(database)
            wait_until(lambda: bool(lines_of(monitor)["opencode"]), "the line of the lock")
            assert_one_line(monitor, database, "it is read as soon as that is done")
            wait_until(lambda: tokens_of(monitor)["opencode"] == 2 * _OF_A_MESSAGE, "the other")
        whole = database.read_bytes()
        wait_until(lambda: not lines_of(monitor)["opencode"], "the end of the lock")
        database.unlink()
        database.mkdir()
        wait_until(lambda: bool(lines_of(monitor)["opencode"]), "the line of the directory")
        assert_one_line(monitor, database, TROUBLES[be_a_directory])
        database.rmdir()
        database.write_bytes(whole)
        put(database, "m2")
        wait_until(lambda: tokens_of(monitor)["opencode"] == 3 * _OF_A_MESSAGE, "what is new")
        assert not lines_of(monitor)["opencode"]
        assert not monitor.notices()
        assert tokens_of(monitor)["claude"] == _OF_CLAUDE


def test_files_that_no_event_names_are_read_when_they_come_and_when_they_change(
    home: Path, settings: MakeSettings
) -> None:
    root = home / ".config" / "tokscale" / "cursor-cache"
    root.mkdir(parents=True)
    line = "2026-05-01T10:00:00.000Z,Included,gpt-5.2,No,0,200,300,20,520,0.01\n"
    with Monitor(settings(is_polling=False)) as monitor:
        monitor.start(lambda: None)
        wait_until(lambda: "cursor" in tokens_of(monitor), "the empty store")
        (root / "usage.csv").write_text(CURSOR_HEAD + line)
        wait_until(lambda: tokens_of(monitor)["cursor"] == 520, "a file that came")
        (root / "usage.csv").write_text(CURSOR_HEAD + line + line.replace("T10", "T11"))
        wait_until(lambda: tokens_of(monitor)["cursor"] == 1_040, "a file that changed")
        assert monitor.health().watch == "events"


def test_a_store_in_trouble_costs_a_look_now_and_then_and_no_doubt_of_events(
    database: Path, settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.domain.pace.ALL_FILES_WITH_EVENTS", (0.5, 1_000, 300.0))
    be_no_database(database)
    os.utime(database, (1, 1))
    tried: list[str] = []

    def opened(path: str) -> sqlite3.Connection:
        tried.append(path)
        return open_read_only(path)

    monkeypatch.setattr("engine.ingest.store_scans.open_read_only", opened)
    with Monitor(settings(is_polling=False, clock=lambda: time.time_ns() // 10**6)) as monitor:
        monitor.start(lambda: None)
        wait_until(lambda: bool(lines_of(monitor).get("opencode")), "the line")
        for number in range(6):
            write(home_of(database) / ".claude", answer(f"b{number}", NOW, 1))
            time.sleep(0.3)
        wait_until(lambda: tokens_of(monitor)["claude"] == _OF_CLAUDE + 6, "the others' lines")
        assert monitor.health().watch == "events"
        assert len(lines_of(monitor)["opencode"]) == 1
    assert 2 <= len(tried) <= 8


def home_of(database: Path) -> Path:
    return database.parents[3]


@pytest.mark.skipif(not hasattr(os, "setresuid"), reason="no way here to be another user")
def test_a_store_that_is_closed_to_us_is_one_line_until_it_is_open(settings: MakeSettings) -> None:
    with tempfile.TemporaryDirectory(prefix="ccmon-closed-") as place:
        home = Path(place)
        database = lay_out(home)
        codex = home / ".codex"
        for each in (home, *home.rglob("*")):
            if os.geteuid() == 0:
                os.chown(each, NOBODY, NOBODY)
        given = settings(home=home, environment={"HOME": place})
        with as_another_user(), Monitor(given) as monitor:
            for closed, line in ((database, database), (database.parent, database.parent)):
                mode = closed.stat().st_mode
                closed.chmod(0)
                monitor.read()
                assert_one_line(monitor, line, "Permission denied")
                closed.chmod(mode)
            codex.chmod(0)
            assert lines_of(monitor)["codex"] == [(str(codex), "Permission denied")]
            codex.chmod(0o755)
            monitor.read()
            assert tokens_of(monitor) == {
                "claude": _OF_CLAUDE,
                "codex": _OF_CODEX,
                "opencode": _OF_A_MESSAGE,
            }
            assert not any(lines_of(monitor).values())


def test_the_databases_of_all_agents_are_one_line_each(home: Path, settings: MakeSettings) -> None:
    for name, path in DATABASES.items():
        place = home / path
        place.parent.mkdir(parents=True)
        if name in ("goose", "kilo"):
            with closing(sqlite3.connect(place)) as connection:
                connection.execute("CREATE TABLE of_a_later_version(a)")
        else:
            be_no_database(place)
    write(home / ".claude", answer("a", NOW - 60_000, _OF_CLAUDE))
    with Monitor(settings()) as monitor:
        monitor.read()
        lines = lines_of(monitor)
        assert lines.pop("claude") == []
        assert {name: [where for where, _ in found] for name, found in lines.items()} == {
            name: [str(home / path)] for name, path in DATABASES.items()
        }
        for name, ((_, why),) in lines.items():
            expected = "unknown version" if name in ("goose", "kilo") else "damaged"
            assert expected in why, name
        assert tokens_of(monitor)["claude"] == _OF_CLAUDE
