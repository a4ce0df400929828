"""Reads an agent's whole store in a test as the intake does, at once or in pieces."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import reduce
from itertools import chain, cycle, repeat
from pathlib import Path

from engine.agents.base import Agent, Kind, Place, Told, Tree, Unreadable
from engine.domain.responses import Sighting, merge
from tests.conftest import NOW


def read_home(
    agent: Agent, root: str | os.PathLike[str], pieces: Iterable[int] | None = None
) -> dict[str, Sighting]:
    """Return the responses of a store by key, told to the same rule as the ledger's.

    `pieces` says how many lines are read before the reader is made anew from its state,
    again and again; without it a file is read at once.
    """
    return merged(tell_home(agent, root, pieces).standing())


def merged(sightings: Iterable[tuple[str, Sighting]]) -> dict[str, Sighting]:
    """Return what sightings together say of each response."""
    by_key: dict[str, list[Sighting]] = {}
    for key, sighting in sightings:
        by_key.setdefault(key, []).append(sighting)
    return {key: reduce(merge, each) for key, each in by_key.items()}


def tell_home(
    agent: Agent, root: str | os.PathLike[str], pieces: Iterable[int] | None = None
) -> Told:
    """Return all that a store's files tell; `pieces` as for `read_home`."""
    told = Told(agent.name)
    sizes = chain(cycle(list(pieces)) if pieces is not None else repeat(1 << 60))
    for kind, path in files_of(agent, str(root)):
        place = Place(str(root), path, NOW)
        file = Path(root, path)
        if kind == "lines":
            _read_lines(agent, file, place, told, sizes)
        elif kind == "document":
            _read_document(agent, file, place, told)
        else:
            _read_database(agent, file, place, told)
    return told


def files_of(agent: Agent, root: str) -> list[tuple[Kind, str]]:
    """Return the files of a store with what they are, by path."""
    found = {
        path: kind
        for tree in agent.trees(root)
        for path in _paths(tree, root)
        if (kind := tree.kind_of(path)) is not None
    }
    return [(found[path], path) for path in sorted(found)]


def _paths(tree: Tree, root: str) -> Iterator[str]:
    top = Path(root, tree.below)
    for each in top.rglob("*") if tree.is_deep else top.glob("*"):
        if each.is_file():
            yield each.relative_to(root).as_posix()


def _read_lines(agent: Agent, file: Path, place: Place, told: Told, sizes: Iterator[int]) -> None:
    state, offset, left = b"", 0, 0
    reader = None
    with file.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                break
            if reader is None:
                reader, left = agent.lines(place, state, told), next(sizes)
            try:
                reader.read(line, offset)
            except Unreadable as error:
                told.problem(offset, str(error))
            offset += len(line)
            left -= 1
            if left <= 0:
                state, reader = reader.state(), None


def _read_document(agent: Agent, file: Path, place: Place, told: Told) -> None:
    """Read a document, and once more with what it returned: nothing is lost or doubled."""
    again = Told(agent.name)
    try:
        state = agent.document(file.read_bytes(), place, b"", told)
        agent.document(file.read_bytes(), place, state, again)
    except Unreadable as error:
        told.problem(0, str(error))
    told.sightings += again.sightings


def _read_database(agent: Agent, file: Path, place: Place, told: Told) -> None:
    """Read a database, and once more with what it returned: nothing is lost or doubled."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        state = agent.database(connection, place, b"", told)
        agent.database(connection, place, state, told)
