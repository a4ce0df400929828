"""Where sessions work: of all their lines the one that holds, whatever the order of reading."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from engine.domain.settings import Settings
from engine.domain.workplaces import Workplace, is_named_after, note, workplace
from engine.ledger.schema import VERSION
from engine.monitor import Monitor
from tests.agents.made_codex import Thread
from tests.conftest import NOW
from tests.faults.earlier import AS_VERSION_4
from tests.made_lines import DAY, MINUTE, answer, write

MakeSettings = Callable[..., Settings]
SHOP = "-home-u-shop"
CODEX = "/home/u/codex app"


@pytest.mark.parametrize(
    ("directory", "cwd"),
    [
        (SHOP, "/home/u/shop"),
        (SHOP, "/home/u/shop/"),
        ("-home-u-a-b", "/home/u/a_b"),
        ("-home-u-a-b", "/home/u/a.b"),
        ("-home-u---", "/home/u/설계"),
        ("-home-u---", "/home/u/🦊"),
        ("-home-u--", "/home/u/🦊"),
        ("d--20--POC-x", "D:\\20. POC\\x"),
        ("C--Users-u", "c:\\Users\\u"),
        ("-", "/"),
        ("-" + "a" * 199 + "-1x7k2", "/" + "a" * 300),
    ],
)
def test_a_directory_bears_the_name_of_a_working_directory(directory: str, cwd: str) -> None:
    assert is_named_after(directory, cwd)
    assert workplace(cwd, directory, 1) == (0, 1, cwd)


@pytest.mark.parametrize(
    ("directory", "cwd"),
    [
        (SHOP, "/home/u/Shop"),
        (SHOP, "/home/u/shop/api"),
        ("-home-u-a--b", "/home/u/a_b"),
        ("c--Users-u", "c:\\users\\u"),
        ("-" + "a" * 198 + "b-1x7k2", "/" + "a" * 300),
    ],
)
def test_a_directory_bears_no_other_name(directory: str, cwd: str) -> None:
    assert not is_named_after(directory, cwd)


_TOLD = (
    workplace("/home/u/elsewhere", SHOP, 1, is_sidechain=True),
    workplace("/home/u/elsewhere", SHOP, 2),
    workplace("/home/u/shop", SHOP, 3, is_sidechain=True),
    workplace(None, SHOP, 0),
    workplace("/home/u/shop", SHOP, 5),
    workplace("/home/u/shop", SHOP, 4),
)


def test_the_main_chain_comes_before_side_chains_and_the_name_comes_last() -> None:
    assert sorted(_TOLD) == [_TOLD[number] for number in (5, 4, 1, 2, 0, 3)]


def test_what_holds_does_not_depend_on_the_order() -> None:
    for order in permutations(_TOLD):
        seen: dict[str, Workplace] = {}
        for each in order:
            note(seen, {"s1": each})
        assert seen == {"s1": _TOLD[5]}


def _workplaces(ledger: Path) -> dict[str, tuple[str, bool]]:
    """Return path and whether that is but a directory's name, by session."""
    with closing(sqlite3.connect(ledger)) as connection:
        rows = connection.execute(
            "SELECT sessions.name, path, is_name FROM session_workplaces"
            " JOIN sessions USING (session) JOIN workplaces USING (workplace)"
        ).fetchall()
    return {name: (path, bool(is_name)) for name, path, is_name in rows}


def _files(root: Path) -> list[Path]:
    """Write the transcripts of sessions that moved, were resumed elsewhere, had sub-agents."""
    lines: dict[str, list[bytes]] = {
        f"{SHOP}/moved.jsonl": [
            _said("1", 2, "moved", "/home/u/shop"),
            _said("2", 1, "moved", "/home/u/shop/api"),
            _said("3", 9, "moved", "/home/u/shop/web"),
        ],
        f"{SHOP}/resumed.jsonl": [_said("4", 3, "resumed", "/home/u/blog")],
        "-home-u-blog/resumed.jsonl": [_said("4", 5, "resumed", "/home/u/blog")],
        f"{SHOP}/main.jsonl": [_said("5", 8, "main", "/home/u/shop")],
        f"{SHOP}/main/subagents/agent-a1.jsonl": [
            _said("6", 1, "main", "/home/u/shop", isSidechain=True),
            _said("7", 2, "main", "/tmp/x", isSidechain=True),
        ],
        f"{SHOP}/side/subagents/agent-a2.jsonl": [
            _said("8", 1, "side", "/tmp/y", isSidechain=True),
        ],
        f"{SHOP}/unsaid.jsonl": [_said("9", 4, "unsaid", None)],
        f"{SHOP}/empty.jsonl": [
            _said("10", 1, "empty", "/home/u/none", 0),
            _said("11", 2, "empty", "/home/u/some"),
        ],
        f"{SHOP}/broken.jsonl": [
            b'{"type":"assistant","cwd":"/home/u/broken' + _said("12", 3, "broken", "/home/u/shop")
        ],
    }
    return [write(root, *said, name=name) for name, said in lines.items()]


_RIGHT = {
    "moved": ("/home/u/shop", False),
    "resumed": ("/home/u/blog", False),
    "main": ("/home/u/shop", False),
    "side": ("/tmp/y", False),
    "unsaid": (SHOP, True),
    "empty": ("/home/u/some", False),
    "broken": ("/home/u/shop", False),
}


def _said(name: str, minute: int, session: str, cwd: str | None, *more: int, **how: Any) -> bytes:
    where = {} if cwd is None else {"cwd": cwd}
    at = NOW - DAY + minute * MINUTE
    return answer(name, at, *more, session=session, **where, **how)


@pytest.fixture
def opened(tmp_path: Path, settings: MakeSettings) -> Callable[[], Monitor]:
    ledger = str(tmp_path / "ledger.db")
    return lambda: Monitor(settings(roots=(tmp_path / "root",), ledger=ledger))


def test_the_ledger_keeps_where_sessions_work(
    tmp_path: Path, opened: Callable[[], Monitor]
) -> None:
    _files(tmp_path / "root")
    with opened() as monitor:
        monitor.read()
    assert _workplaces(tmp_path / "ledger.db") == _RIGHT


@pytest.mark.parametrize("seed", range(8))
def test_transcripts_that_come_piece_by_piece_tell_the_same(
    seed: int, tmp_path: Path, opened: Callable[[], Monitor]
) -> None:
    dice = random.Random(seed)
    files = _files(tmp_path / "all")
    pieces = [(path, piece) for path in files for piece in _pieces(path.read_bytes(), dice)]
    order = sorted(range(len(pieces)), key=lambda _: dice.random())
    by_file: dict[Path, Iterator[bytes]] = {
        path: iter([piece for own, piece in pieces if own == path]) for path in files
    }
    for number in order:
        path = pieces[number][0]
        target = tmp_path / "root" / path.relative_to(tmp_path / "all")
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("ab") as file:
            file.write(next(by_file[path]))
        if dice.random() < 0.4:
            with opened() as monitor:
                monitor.read()
    with opened() as monitor:
        monitor.read()
    assert _workplaces(tmp_path / "ledger.db") == _RIGHT


def _pieces(data: bytes, dice: random.Random) -> list[bytes]:
    cut = dice.randrange(len(data))
    return [data[:cut], data[cut:]]


def test_other_roots_tell_only_of_the_sessions_below_them(
    tmp_path: Path, settings: MakeSettings
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    write(one, _said("1", 5, "s1", "/home/u/shop"), name=f"{SHOP}/s1.jsonl")
    write(other, _said("2", 1, "s1", "/home/u/blog"), name="-home-u-blog/s1.jsonl")
    ledger = tmp_path / "ledger.db"
    for roots in ((one,), (one, other), (other,)):
        with Monitor(settings(roots=roots, ledger=str(ledger))) as monitor:
            monitor.read()
    with closing(sqlite3.connect(ledger)) as connection:
        found = connection.execute(
            "SELECT roots, path FROM session_workplaces JOIN workplaces USING (workplace)"
            " JOIN scopes USING (scope) ORDER BY length(roots), roots"
        ).fetchall()
    assert [path for _, path in found] == ["/home/u/shop", "/home/u/blog", "/home/u/blog"]


def test_a_ledger_of_version_4_reads_what_is_still_there_and_doubles_nothing(
    tmp_path: Path, home: Path, settings: MakeSettings
) -> None:
    root, ledger = home / ".claude", tmp_path / "ledger.db"
    _files(root)
    write(root, _said("20", 1, "gone", "/home/u/gone"), name="-home-u-gone/gone.jsonl")
    thread = Thread(cwd=CODEX)
    thread.add("turn_context", model="gpt-5.2", cwd=CODEX)
    thread.respond(100, 0, 0, 0, 0)
    thread.write(home / ".codex")
    right = {**_RIGHT, "gone": ("-home-u-gone", True), thread.id: (CODEX, False)}
    made = settings(ledger=str(ledger))
    with Monitor(made) as monitor:
        monitor.read()
        before = monitor.report("sessions").totals.figures
    shutil.rmtree(root / "projects" / "-home-u-gone")
    with closing(sqlite3.connect(ledger)) as connection:
        connection.executescript(AS_VERSION_4)
    for _ in range(2):
        with Monitor(made) as monitor:
            assert monitor.health().notices == ()
            monitor.read()
            assert monitor.report("sessions").totals.figures == before
        assert _workplaces(ledger) == right
    with closing(sqlite3.connect(ledger)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
