"""The files of other agents' stores: where they are, and how each is before it is read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from engine.agents.base import Agent, Kind, Tree
from engine.domain.files import open_regular
from engine.domain.scans import Found, Root
from engine.domain.system import PLATFORM
from engine.ingest.discover import REPOSITORY, stat

_BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database."""
_LOG_HEADER, _INDEX_HEADER = 32, 48
"""Bytes (SQLite's file format, 4.1, and WAL-index format): the log's salts change when it begins
anew, the index's count of frames with each transaction."""
_LAST_DIGITS = 1_000_000


class Stored(Struct, frozen=True):
    """A file of a store as it is now, and how it grows."""

    found: Found
    kind: Kind


def walk_store(root: Root, agent: Agent) -> tuple[list[Stored], dict[str, str]]:
    """Find every file of a store, each real one once; and what was refused, with reasons.

    Of a directory that is closed only that itself is named, not what lies below it.
    """
    files: dict[tuple[int, int], Stored] = {}
    refused: dict[str, str] = {}
    for tree in agent.trees(root.path):
        found, closed = walk_tree(root, tree)
        for stored in found:
            files.setdefault((stored.found.device, stored.found.inode), stored)
        refused.update(closed)
    return list(files.values()), {
        path: why
        for path, why in refused.items()
        if not any(path.startswith(other + os.sep) for other in refused)
    }


def walk_tree(root: Root, tree: Tree) -> tuple[list[Stored], dict[str, str]]:
    """Find the files of one tree of a store; and what was refused, with reasons."""
    found: list[Stored] = []
    refused: dict[str, str] = {}
    for path, relative in _files_below(root.path, tree, refused):
        kind = tree.kind_of(relative)
        file = stat_store(path, relative, kind) if kind is not None else None
        if kind is not None and file is not None:
            found.append(Stored(file, kind))
    return found, refused


def _files_below(root: str, tree: Tree, refused: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield path and path below the root of all files in a tree, in a stable order."""
    waiting = [tree.below]
    seen: set[str] = set()
    while waiting:
        below = waiting.pop()
        directory = os.path.join(root, *below.split("/")) if below else root
        real = os.path.realpath(directory)
        if real in seen:
            continue
        seen.add(real)
        try:
            with os.scandir(directory) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except FileNotFoundError:
            continue
        except OSError as error:
            refused[directory] = error.strerror or "could not be read"
            continue
        for entry in listed:
            name = entry.name.encode("utf-8", "replace").decode("utf-8")
            relative = f"{below}/{name}" if below else name
            if not entry.is_dir():
                yield entry.path, relative
            elif tree.kind_of(relative) == "database":
                refused[entry.path] = "it is a directory, where a database should be"
            elif tree.is_deep and name != REPOSITORY:
                waiting.append(relative)


def stored_at(root: Root, agent: Agent, path: str) -> Stored | None:
    """Return the store's file at a path below a root, `None` where it is none."""
    relative = path[len(root.path) + 1 :].replace(os.sep, "/")
    for tree in agent.trees(root.path):
        inside = relative.removeprefix(f"{tree.below}/") if tree.below else relative
        if (tree.below and inside == relative) or (not tree.is_deep and "/" in inside):
            continue
        kind = tree.kind_of(relative)
        found = stat_store(path, relative, kind) if kind is not None else None
        if kind is not None and found is not None:
            return Stored(found, kind)
    return None


def stat_store(path: str, relative: str, kind: Kind, platform: str = PLATFORM) -> Found | None:
    """Return a store's file as it is now; a database with the log that SQLite keeps beside it.

    On Windows the time of a file that is open may stand still, and a log that begins anew keeps
    its size: there what its header and its index begin with stands in the time's last digits.
    """
    found = stat(path, relative)
    if found is None or kind != "database":
        return found
    log = stat(path + _BESIDE[0], relative)
    if log is None:
        return found
    mtime = max(found.mtime, log.mtime)
    if platform == "win32":
        mtime += _beginnings(path) % _LAST_DIGITS - mtime % _LAST_DIGITS
    return replace(found, size=found.size + log.size, mtime=mtime)


def _beginnings(path: str) -> int:
    """Return a checksum of how far a database's log was written."""
    from zlib import crc32

    sum_ = 0
    for ending, length in ((_BESIDE[0], _LOG_HEADER), (_BESIDE[1], _INDEX_HEADER)):
        with suppress(OSError), open_regular(path + ending) as file:
            sum_ = crc32(file.read(length), sum_)
    return sum_


def database_of(path: str) -> str:
    """Return the database that a file is kept beside by SQLite, else the file itself."""
    for ending in _BESIDE:
        path = path.removesuffix(ending)
    return path
