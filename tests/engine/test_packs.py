"""A first load keeps responses packed: the ledger then holds what row by row it would hold."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import pytest

from engine.demo import DemoUser, write_history
from engine.domain.questions import Question
from engine.domain.scans import Root
from engine.domain.settings import Settings
from engine.ingest import loader, workers
from engine.ingest.chunk_reader import ChunkReader
from engine.ledger import packs
from engine.ledger.book import Ledger
from engine.ledger.pack_load import PackLoad
from engine.ledger.packed_rows import bring_all
from engine.live import updater
from engine.monitor import Monitor
from engine.pricing.table import PriceTable
from tests.agreement import assert_agreement
from tests.ledger_contents import SUMS, contents
from tests.made_lines import OPUS, answer
from tests.slow_reading import read

MakeSettings = Callable[..., Settings]
_NOW = 1_795_184_640_000


@contextmanager
def _packing() -> Iterator[pytest.MonkeyPatch]:
    """Pack nearly all of a small history, in small chunks, in this process."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(loader, "_WORTH_WORKERS", 1)
        patched.setattr(loader, "_FIRST_BATCH", 1)
        patched.setattr(loader, "_CHUNK", 50_000)
        patched.setattr(loader, "_BATCH", 150_000)
        patched.setattr(workers, "_start", lambda: None)
        patched.setattr(packs, "_AT_ONCE", 100)
        yield patched


def _history(root: Path, seed: int) -> None:
    """Write a made-up history, which is made once for each seed."""
    for name, (content, changed) in _made(seed).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, ns=(changed, changed))


@cache
def _made(seed: int) -> dict[Path, tuple[bytes, int]]:
    """Return the content and the time of each file of a history."""
    with TemporaryDirectory() as place:
        root = Path(place)
        write_history(root, DemoUser(seed=seed, now_ms=_NOW, responses=500, days=6, sessions=25))
        files = [path for path in root.rglob("*") if path.is_file()]
        return {
            path.relative_to(root): (path.read_bytes(), path.stat().st_mtime_ns) for path in files
        }


def _copied(root: Path, into: Path, seed: int) -> None:
    """Copy some transcripts of a root with other times, sessions and figures, as forks do."""
    chance = random.Random(seed)
    for number, path in enumerate(sorted((root / "projects").rglob("*.jsonl"))):
        if chance.random() < 0.5:
            continue
        lines = path.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if chance.random() < 0.7]
        data = b"".join(kept).replace(b'"output_tokens":1', b'"output_tokens":2')
        if chance.random() < 0.5:
            data = data.replace(path.stem.encode(), f"forked-{number}".encode())
        if chance.random() < 0.5:
            data = data.replace(b"T1", b"T0")
        target = into / "projects" / f"-copies-{number % 3}" / f"copy-{number}.jsonl"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _read(settings: MakeSettings, path: Path, *roots: Path) -> str:
    """Read roots into a ledger; return its path."""
    with Monitor(settings(roots=roots, ledger=str(path), clock=lambda: _NOW)) as monitor:
        monitor.catch_up()
    return str(path)


def _read_rows(settings: MakeSettings, path: Path, *roots: Path) -> str:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(loader, "_WORTH_WORKERS", 1 << 62)
        return _read(settings, path, *roots)


def _read_packed(settings: MakeSettings, path: Path, *roots: Path) -> str:
    with _packing():
        return _read(settings, path, *roots)


def _bring_all(ledger: str) -> None:
    with closing(Ledger(ledger, PriceTable.embedded())) as opened:
        scopes = [row[0] for row in opened.connection.execute("SELECT scope FROM scopes")]
        bring_all(opened, scopes)


def _packed(ledger: str) -> int:
    """Return how many records are in packs."""
    (row,) = contents(ledger, ("packed",))["packed"]
    return int(row[0])


@pytest.fixture(params=["one root", "copies", "two roots"])
def roots(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, ...]:
    first, second = tmp_path / "first", tmp_path / "second"
    _history(first, 3)
    if request.param == "one root":
        return (first,)
    if request.param == "copies":
        _copied(first, first, 5)
        return (first,)
    _history(second, 4)
    _copied(first, second, 6)
    return (first, second)


def test_packs_hold_what_rows_hold(
    settings: MakeSettings, roots: tuple[Path, ...], tmp_path: Path
) -> None:
    rows = _read_rows(settings, tmp_path / "rows.db", *roots)
    packed = _read_packed(settings, tmp_path / "packs.db", *roots)
    assert _packed(packed) > 100
    assert contents(packed, SUMS) == contents(rows, SUMS)
    _bring_all(packed)
    assert _packed(packed) == 0
    assert contents(packed) == contents(rows)


def test_figures_are_those_of_a_slow_reading_whether_rows_are_needed_or_not(
    settings: MakeSettings, roots: tuple[Path, ...], tmp_path: Path
) -> None:
    with _packing():
        given = settings(roots=roots, ledger=str(tmp_path / "packs.db"), clock=lambda: _NOW)
        with Monitor(given) as monitor:
            monitor.read()
            assert_agreement(monitor, read(roots))


def test_packs_of_real_transcripts_hold_what_rows_hold(
    settings: MakeSettings, archive: Path, tmp_path: Path
) -> None:
    sets = sorted(path.parent for path in archive.glob("*/projects"))
    for roots in ((each,) for each in sets), (tuple(sets),):
        for number, chosen in enumerate(roots):
            rows = _read_rows(settings, tmp_path / f"rows-{number}-{len(chosen)}.db", *chosen)
            packed = _read_packed(settings, tmp_path / f"packs-{number}-{len(chosen)}.db", *chosen)
            assert contents(packed, SUMS) == contents(rows, SUMS)
            _bring_all(packed)
            assert contents(packed) == contents(rows)


def _again(root: Path, seed: int) -> None:
    """Let transcripts grow: by further lines of known responses, moved in time, and by others."""
    chance = random.Random(seed)
    for number, path in enumerate(sorted((root / "projects").rglob("*.jsonl"))):
        lines = [line for line in path.read_bytes().splitlines() if b'"usage"' in line]
        with path.open("ab") as file:
            for line in chance.sample(lines, min(len(lines), 3)):
                file.write(line.replace(b'"output_tokens":', b'"output_tokens":1') + b"\n")
                file.write(line.replace(b"T1", b"T0") + b"\n")
            file.write(answer(f"more{number}", _NOW - number * 1_000, session=f"more{number % 5}"))


def test_what_comes_later_meets_the_responses_that_are_packed(
    settings: MakeSettings, roots: tuple[Path, ...], tmp_path: Path
) -> None:
    rows = _read_rows(settings, tmp_path / "rows.db", *roots)
    packed = _read_packed(settings, tmp_path / "packs.db", *roots)
    _again(roots[0], 8)
    _read_rows(settings, tmp_path / "rows.db", *roots)
    _read_rows(settings, tmp_path / "packs.db", *roots)
    assert _packed(packed) > 100
    assert contents(packed, SUMS) == contents(rows, SUMS)
    _bring_all(packed)
    assert contents(packed) == contents(rows)


def test_much_that_comes_later_is_packed_beside_rows_and_packs(
    settings: MakeSettings, roots: tuple[Path, ...], tmp_path: Path
) -> None:
    rows = _read_rows(settings, tmp_path / "rows.db", *roots)
    packed = _read_packed(settings, tmp_path / "packs.db", *roots)
    for seed in (8, 9):
        _again(roots[0], seed)
        _copied(roots[0], roots[-1], seed)
        _read_rows(settings, tmp_path / "rows.db", *roots)
        _read_packed(settings, tmp_path / "packs.db", *roots)
        assert contents(packed, SUMS) == contents(rows, SUMS)
        _bring_all(packed)
    assert contents(packed) == contents(rows)


@pytest.mark.parametrize("steps", range(1, 8))
def test_a_load_that_is_broken_off_goes_on_where_it_was(
    settings: MakeSettings, tmp_path: Path, steps: int
) -> None:
    root = tmp_path / "root"
    _history(root, 3)
    _copied(root, root, 5)
    rows = _read_rows(settings, tmp_path / "rows.db", root)
    taken: list[Root] = []
    take = Ledger.take

    def broken_off(self: Ledger, root: Root, *given: Any) -> int:
        if len(taken) == steps:
            raise KeyboardInterrupt
        taken.append(root)
        return take(self, root, *given)

    with _packing() as patched:
        patched.setattr(Ledger, "take", broken_off)
        patched.setattr(loader, "_BATCH", 40_000)
        with pytest.raises(KeyboardInterrupt):
            _read(settings, tmp_path / "packs.db", root)
    packed = _read_packed(settings, tmp_path / "packs.db", root)
    assert contents(packed, SUMS) == contents(rows, SUMS)
    _bring_all(packed)
    assert contents(packed) == contents(rows)


def test_held_responses_that_a_kill_left_are_merged_though_nothing_is_new(
    settings: MakeSettings, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    _history(root, 3)
    _copied(root, root, 5)
    rows = _read_rows(settings, tmp_path / "rows.db", root)
    with _packing() as patched:
        patched.setattr(updater, "merge_held", lambda ledger: None)
        packed = _read(settings, tmp_path / "packs.db", root)
    assert contents(packed, SUMS) != contents(rows, SUMS)
    _read(settings, tmp_path / "packs.db", root)
    assert contents(packed, SUMS) == contents(rows, SUMS)


def test_two_that_load_at_once_double_nothing(settings: MakeSettings, tmp_path: Path) -> None:
    root = tmp_path / "root"
    _history(root, 3)
    _copied(root, root, 5)
    rows = _read_rows(settings, tmp_path / "rows.db", root)
    packed = tmp_path / "packs.db"
    with _packing():
        loads = [Thread(target=_read, args=(settings, packed, root)) for _ in range(2)]
        for load in loads:
            load.start()
        for load in loads:
            load.join()
    assert contents(str(packed), SUMS) == contents(rows, SUMS)
    _bring_all(str(packed))
    assert contents(str(packed)) == contents(rows)


def test_a_pack_that_others_price_otherwise_is_booked_with_the_prices_in_force(
    settings: MakeSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "root"
    _history(root, 3)
    rows = _read_rows(settings, tmp_path / "rows.db", root)
    monkeypatch.setattr(PackLoad, "is_priced", lambda self, names: False)
    packed = _read_packed(settings, tmp_path / "packs.db", root)
    assert not _packed(packed)
    assert contents(packed) == contents(rows)


def test_a_follower_makes_rows_of_packs_while_nothing_else_happens(
    settings: MakeSettings, tmp_path: Path
) -> None:
    root, path = tmp_path / "root", tmp_path / "packs.db"
    _history(root, 3)
    with _packing():
        given = settings(roots=(root,), ledger=str(path), clock=lambda: _NOW)
        with Monitor(given) as monitor:
            monitor.start(lambda: None)
            right, end = read(root), time.monotonic() + 60
            while time.monotonic() < end and (
                monitor.snapshot().responses < len(right) or _packed(str(path))
            ):
                time.sleep(0.02)
            assert not _packed(str(path))
            assert_agreement(monitor, right)


def test_figures_too_large_refuse_their_file_alone(settings: MakeSettings, tmp_path: Path) -> None:
    root = tmp_path / "root"
    project = root / "projects" / "-large"
    project.mkdir(parents=True)
    for name, cost in (("small", 1.0), ("large", 9_999.0)):
        lines = (
            answer(f"{name}{number}", _NOW - number, session=name, costUSD=cost)
            for number in range(1_000)
        )
        (project / f"{name}.jsonl").write_bytes(b"".join(lines))
    with _packing():
        given = settings(roots=(root,), ledger=str(tmp_path / "l.db"), clock=lambda: _NOW)
        with Monitor(given) as monitor:
            monitor.read()
            assert monitor.snapshot().responses == 1_000
            assert "too large to add up" in monitor.snapshot().notices[0].text


@pytest.mark.parametrize("is_packed", [True, False])
def test_one_cost_too_large_refuses_its_file_alone(
    settings: MakeSettings, tmp_path: Path, is_packed: bool
) -> None:
    root = tmp_path / "root"
    project = root / "projects" / "-dear"
    project.mkdir(parents=True)
    for name, tokens in (("usual", 10), ("dear", 900_000_000)):
        lines = (
            answer(f"{name}{number}", _NOW - number, tokens, session=name)
            for number in range(1_000)
        )
        (project / f"{name}.jsonl").write_bytes(b"".join(lines))
    dear = {OPUS: {"input": 2e4, "output": 2e4}}
    with _packing() if is_packed else nullcontext():
        given = settings(
            roots=(root,), ledger=str(tmp_path / "l.db"), clock=lambda: _NOW, price_overrides=dear
        )
        with Monitor(given) as monitor:
            monitor.read()
            assert monitor.snapshot().responses == 1_000
            assert "too large to add up" in monitor.snapshot().notices[0].text


def test_other_processes_price_by_the_users_own_prices(
    settings: MakeSettings, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    _history(root, 3)
    own = {"claude-opus-5-5": {"input": 7.0, "output": 11.0}}
    given = {"roots": (root,), "clock": lambda: _NOW, "price_overrides": own}
    ledgers = [str(tmp_path / name) for name in ("rows.db", "packs.db")]
    with Monitor(settings(ledger=ledgers[0], **given)) as monitor:
        monitor.catch_up()
    with _packing() as patched:
        patched.undo()
        patched.setattr(loader, "_WORTH_WORKERS", 1)
        patched.setattr(loader, "_FIRST_BATCH", 1)
        patched.setattr(ChunkReader, "read", None)
        with Monitor(settings(ledger=ledgers[1], **given)) as monitor:
            monitor.catch_up()
    assert _packed(ledgers[1]) > 100
    assert contents(ledgers[1], (*SUMS, "models")) == contents(ledgers[0], (*SUMS, "models"))


def test_who_reads_packs_waits_for_nobody_who_writes(
    settings: MakeSettings, tmp_path: Path
) -> None:
    root, path = tmp_path / "root", tmp_path / "packs.db"
    _history(root, 3)
    _read_packed(settings, path, root)
    given = settings(roots=(root,), ledger=str(path), clock=lambda: _NOW)
    with Monitor(given) as monitor, closing(sqlite3.connect(path)) as other:
        monitor.wait_at_most(0.05)
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        glance = monitor.glance(None)
        answer_ = monitor.answers.answer(Question(kind="daily"))
        assert sum(row.row.figures.responses for row in answer_.rows) == len(read(root))
        other.execute("ROLLBACK")
        assert monitor.glance(None).today == glance.today
