"""Other agents' files are packed by other processes: the same ledger as when all is read here."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from engine.domain.scans import Scan
from engine.domain.settings import Settings
from engine.ingest import chunk_reader, loader, workers
from engine.ledger.book import Ledger
from engine.ledger.packed_rows import bring_all
from engine.monitor import Monitor
from engine.pricing.table import PriceTable
from tests.agents.made_codex import START, Thread
from tests.ledger_contents import SUMS, contents

MakeSettings = Callable[..., Settings]


_DAMAGE = (b"", b"", b"not a record\n", b'{"type":"event_msg","payload":{"type":"token_count"\n')


@contextmanager
def _apart(*, by_processes: bool = False) -> Iterator[None]:
    """Read all but the first file as other processes do, in small chunks and batches."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(loader, "_WORTH_WORKERS", 1)
        patched.setattr(loader, "_FIRST_BATCH", 1)
        patched.setattr(loader, "_CHUNK", 20_000)
        patched.setattr(loader, "_BATCH", 30_000)
        if not by_processes:
            patched.setattr(workers, "_start", lambda: None)
        yield


def _write(home: Path, seed: int, threads: int = 14) -> None:
    """Write rollouts of all shapes: forks with copies, records, sub-agents, damage, archives."""
    chance = random.Random(seed)
    made: list[Thread] = []
    for number in range(1, threads + 1):
        at = START + number * 5_000_000
        meta: dict[str, Any] = {}
        parent = chance.choice(made) if made and chance.random() < 0.4 else None
        if parent is not None:
            meta["forked_from_id"] = parent.id
        elif chance.random() < 0.2:
            meta["source"] = {"subagent": "review"}
        thread = Thread(number, at, cwd=f"/code/{number % 4}", **meta)
        if parent is not None:
            parent.copy_into(thread)
        thread.turn(chance.choice(("gpt-5.2", "gpt-5.1", "a-model-without-a-price")))
        _grow(thread, chance)
        below = "archived_sessions" if number % 5 == 0 else f"sessions/2026/05/{number:02}"
        path = thread.write(home, below=below)
        with path.open("ab") as file:
            file.write(chance.choice(_DAMAGE))
        if number % 6 == 0:
            thread.write(home, below="sessions/2026/06/copy")
        made.append(thread)


def _grow(thread: Thread, chance: random.Random) -> None:
    for number in range(chance.randrange(3, 30)):
        used = [chance.randrange(1, 50_000), chance.randrange(900), 0, chance.randrange(9_000), 3]
        if chance.random() < 0.3:
            thread.record(f"resp_{thread.number}_{number}", *used)
        else:
            thread.respond(*used)
        if chance.random() < 0.1:
            thread.emit(rate_limits={"primary": {"used_percent": 4.5, "window_minutes": 300}})


def _append(home: Path, seed: int) -> None:
    """Let rollouts grow, the last line of some unfinished."""
    chance = random.Random(seed)
    for number, path in enumerate(sorted(home.rglob("rollout-*.jsonl"))):
        if chance.random() < 0.6:
            thread = Thread(500 + number, START + 900_000_000)
            thread.turn()
            _grow(thread, chance)
            data = b"".join(thread.lines[1:])
            with path.open("ab") as file:
                file.write(data if chance.random() < 0.7 else data[:-1])


def _settings(make: MakeSettings, codex: Path, ledger: Path) -> Settings:
    environment = {"HOME": str(codex.parent), "CODEX_HOME": str(codex)}
    return make(ledger=str(ledger), agents=("codex",), environment=environment)


def _read(make: MakeSettings, codex: Path, ledger: Path) -> str:
    with Monitor(_settings(make, codex, ledger)) as monitor:
        monitor.catch_up()
    return str(ledger)


def _bring_all(ledger: str) -> None:
    with closing(Ledger(ledger, PriceTable.embedded())) as opened:
        bring_all(opened, [row[0] for row in opened.connection.execute("SELECT scope FROM scopes")])


def _packed(ledger: str) -> int:
    return int(contents(ledger, ("packed",))["packed"][0][0])


@pytest.mark.parametrize("seed", range(4))
def test_packed_stores_hold_what_is_held_of_stores_read_here(
    settings: MakeSettings, tmp_path: Path, seed: int
) -> None:
    codex = tmp_path / "home" / ".codex"
    _write(codex, seed)
    here = _read(settings, codex, tmp_path / "here.db")
    with _apart():
        apart = _read(settings, codex, tmp_path / "apart.db")
    assert _packed(apart) > 40
    assert contents(apart, SUMS) == contents(here, SUMS)
    _append(codex, seed)
    _read(settings, codex, tmp_path / "here.db")
    with _apart():
        _read(settings, codex, tmp_path / "apart.db")
    assert contents(apart, SUMS) == contents(here, SUMS)
    _bring_all(apart)
    assert contents(apart) == contents(here)


def test_processes_give_the_same(settings: MakeSettings, tmp_path: Path) -> None:
    codex = tmp_path / "home" / ".codex"
    _write(codex, 21, threads=30)
    here = _read(settings, codex, tmp_path / "here.db")
    is_answered = Event()
    answer, read = workers._answer, chunk_reader.ChunkReader.read

    def noted(process: Any) -> bytes | None:
        said = answer(process)
        is_answered.set()
        assert said is not None
        return said

    def once_answered(*given: Any) -> Any:
        assert is_answered.wait(60), "the first chunk is another process's"
        return read(*given)

    with _apart(by_processes=True), pytest.MonkeyPatch.context() as patched:
        patched.setattr(workers, "_answer", noted)
        patched.setattr(chunk_reader.ChunkReader, "read", once_answered)
        apart = _read(settings, codex, tmp_path / "apart.db")
    assert is_answered.is_set()
    assert contents(apart, SUMS) == contents(here, SUMS)
    _bring_all(apart)
    assert contents(apart) == contents(here)


@pytest.mark.parametrize("after", [1, 3, 6])
def test_a_load_that_is_interrupted_loses_and_doubles_nothing(
    settings: MakeSettings, tmp_path: Path, after: int
) -> None:
    codex = tmp_path / "home" / ".codex"
    _write(codex, 30 + after)
    here = _read(settings, codex, tmp_path / "here.db")
    take, taken = Ledger.take, 0

    def failing(ledger: Ledger, root: Any, scans: list[Scan], packs: Any = ()) -> int:
        nonlocal taken
        taken += 1
        if taken > after:
            raise KeyboardInterrupt
        return take(ledger, root, scans, packs)

    with _apart():
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Ledger, "take", failing)
            with pytest.raises(KeyboardInterrupt):
                _read(settings, codex, tmp_path / "apart.db")
        apart = _read(settings, codex, tmp_path / "apart.db")
    assert contents(apart, SUMS) == contents(here, SUMS)
    _bring_all(apart)
    assert contents(apart) == contents(here)


def test_the_samples_of_all_agents_are_the_same_packed(
    settings: MakeSettings, shared: Path, home: Path, tmp_path: Path
) -> None:
    for agent in (shared / "data" / "agents").iterdir():
        if agent.is_dir():
            shutil.copytree(agent, home, dirs_exist_ok=True)
    for place in (home, *home.rglob("*")):
        place.chmod(0o755 if place.is_dir() else 0o644)

    def read(name: str) -> str:
        with Monitor(settings(ledger=str(tmp_path / name))) as monitor:
            monitor.catch_up()
        return str(tmp_path / name)

    here = read("here.db")
    with _apart():
        apart = read("apart.db")
    assert contents(apart, SUMS) == contents(here, SUMS)
    _bring_all(apart)
    assert contents(apart) == contents(here)
