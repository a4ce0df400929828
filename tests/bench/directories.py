"""Directories of made-up transcripts to measure on: made once, kept, and linked for each run."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tarfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from random import Random

from engine.domain.times import DAY
from tests.bench.histories import ARCHIVE
from tests.bench.sizes import BYTES_A_RESPONSE, shares
from tests.bench.transcripts import Task, write

_SEED = 7
_MAIN = 0.7
"""The part of transcripts that are a main conversation; the others are sub-agents'."""
_OLDEST = 14 * DAY
_RESERVE = 6_000_000_000
"""Bytes of the disk to leave free."""
_SCALE = 1.0
"""The text's length at which a response comes to 8 kB."""
_EVEN = 100
"""Responses of each file where all are alike."""
_VERSION = 1
_MANIFEST = "made.json"


@dataclass(frozen=True)
class Directory:
    """A root to read: `root/projects` and what is in it."""

    name: str
    root: Path
    responses: int
    files: int
    bytes: int


def made(data: Path, responses: int, now: int, *, is_even: bool = False) -> Directory:
    """Return a directory of so many responses, as of `now` or a few days before.

    Its files are as long as a real user's, or hold a hundred responses each where `is_even`.
    Where the disk has no room for 8 kB a response, they are half as long.
    """
    place = data / (f"even-{responses}" if is_even else f"made-{responses}")
    found = _known(place, responses, now)
    if found is None:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        free = shutil.disk_usage(place).free - _RESERVE
        scale = _SCALE if free > responses * BYTES_A_RESPONSE else _SCALE / 2
        print(f"making {responses:,} responses in {place} …", file=sys.stderr, flush=True)
        found = _make(place, responses, scale, now, is_even=is_even)
    return found


def archive(data: Path) -> Directory | None:
    """Return the real transcripts as one root, `None` where there are none."""
    if not ARCHIVE.is_file():
        return None
    place = data / "archive"
    if not (place / _MANIFEST).is_file():
        shutil.rmtree(place, ignore_errors=True)
        with tarfile.open(ARCHIVE, "r:xz") as packed:
            packed.extractall(place, filter="data")
        for projects in sorted(place.glob("claude/*/projects")):
            for project in projects.iterdir():
                target = place / "projects" / f"{projects.parent.name}-{project.name}"
                target.parent.mkdir(exist_ok=True)
                project.rename(target)
        _note(place, _measured(place, 0), 0)
    return _read(place)


def linked(directory: Directory, place: Path) -> Directory:
    """Return the same transcripts in a place of their own, where files may be added."""
    for folder, _, names in os.walk(directory.root / "projects"):
        target = place / Path(folder).relative_to(directory.root)
        target.mkdir(parents=True, exist_ok=True)
        for name in names:
            os.link(os.path.join(folder, name), target / name)
    return Directory(directory.name, place, directory.responses, directory.files, directory.bytes)


def _make(place: Path, responses: int, scale: float, now: int, *, is_even: bool) -> Directory:
    parts = [_EVEN] * (responses // _EVEN) if is_even else shares(responses, _SEED)
    sessions = max(1, int(len(parts) * _MAIN))
    chance = Random(f"{_SEED} sessions")
    tasks = [
        Task(
            root=str(place),
            seed=_SEED,
            number=number,
            session=number if number < sessions else chance.randrange(sessions),
            responses=part,
            is_agent=number >= sessions,
            scale=scale,
            now=now,
        )
        for number, part in enumerate(parts)
    ]
    tasks.sort(key=lambda task: -task.responses)
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        size = sum(pool.map(write, tasks, chunksize=16))
    name = f"{responses:,} responses" + (f", {_EVEN} a file" if is_even else "")
    found = Directory(name, place, responses, len(tasks), size)
    _note(place, found, now)
    return found


def _known(place: Path, responses: int, now: int) -> Directory | None:
    """Return the directory made before, unless it is of another kind or too old."""
    try:
        noted = json.loads((place / _MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    is_of_kind = (noted["version"], noted["responses"]) == (_VERSION, responses)
    return _read(place) if is_of_kind and 0 <= now - noted["now"] < _OLDEST else None


def _note(place: Path, made: Directory, now: int) -> None:
    noted = {**asdict(made), "root": str(place), "version": _VERSION, "now": now}
    (place / _MANIFEST).write_text(json.dumps(noted), "utf-8")


def _read(place: Path) -> Directory:
    noted = json.loads((place / _MANIFEST).read_text("utf-8"))
    return Directory(noted["name"], place, noted["responses"], noted["files"], noted["bytes"])


def _measured(place: Path, responses: int) -> Directory:
    sizes = [path.stat().st_size for path in (place / "projects").rglob("*.jsonl")]
    return Directory("real transcripts", place, responses, len(sizes), sum(sizes))
