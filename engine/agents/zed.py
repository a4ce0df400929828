"""Zed's own agent: one growing count per thread, in a blob of JSON that is mostly packed.

Threads of other agents that Zed shows (Claude Code, Gemini CLI …) are not in this database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import BY_SESSION, Agent, Place, Told, Tree, Unreadable, one_file
from engine.agents.fields import decode, mapping, milliseconds, text
from engine.agents.grown import Grown, Used, whole
from engine.agents.opened import columns_of, selected
from engine.agents.zstd import unpacked

_COLUMNS = ("created_at", "parent_id", "folder_paths", "folder_paths_order")
_COUNTS = (
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
)
_LARGEST = 64 << 20
"""Bytes of a thread beyond which it is not read."""


class _Thread(Struct):
    """The fields that are read of a thread."""

    cumulative_token_usage: Any = None
    request_token_usage: Any = None
    model: Any = None
    imported: Any = None


class _Left(Struct):
    """Where reading left off."""

    used: bytes = b""
    updated: dict[str, str] = {}
    """When each thread that was read was written last, as its row says."""


_thread = msgspec.json.Decoder(_Thread)
_left = msgspec.msgpack.Decoder(_Left)


class Zed(Agent):
    """Zed, with its data directory as root."""

    name = "zed"
    title = "Zed"
    is_cumulative = True
    note = BY_SESSION

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the directory of the one database."""
        return (one_file("threads/threads.db", "database"),)

    def database(
        self, connection: sqlite3.Connection, place: Place, state: bytes, told: Told
    ) -> bytes:
        """Book what threads used since they were last seen."""
        there = columns_of(connection, "threads")
        if not {"id", "updated_at", "data_type", "data"} <= there:
            raise self.unknown(place, "threads that ccmon can read")
        left = _left.decode(state) if state else _Left()
        grown = Grown(left.used, told)
        select = (
            f"SELECT t.data_type, t.data, {selected('t', there, _COLUMNS)} FROM threads t "
            "WHERE t.rowid = ?"
        )
        for row, name, updated in connection.execute(
            "SELECT rowid, id, updated_at FROM threads ORDER BY rowid"
        ).fetchall():
            if left.updated.get(text(name)) == text(updated):
                continue
            found = connection.execute(select, (row,)).fetchone()
            try:
                if found is not None:
                    _book(text(name), text(updated), found, place, grown)
            except Unreadable as error:
                told.problem(row, str(error))
                continue
            left.updated[text(name)] = text(updated)
        left.used = grown.state()
        return msgspec.msgpack.encode(left)


def _book(name: str, updated: str, row: tuple[Any, ...], place: Place, grown: Grown) -> None:
    """Book what a thread used; one that came from another machine was used there."""
    kind, data, created, parent, folders, order = row
    thread = decode(_thread, _json(kind, data))
    if thread.imported is True:
        return
    model = mapping(thread.model)
    at = milliseconds(updated) or place.now
    begun = milliseconds(created) or at
    grown.book(
        name,
        _used(thread),
        time=min(begun if grown.used(name) is None else at, place.now),
        model=text(model.get("model")),
        provider=text(model.get("provider")),
        directory=_first(text(folders), text(order)),
        is_sidechain=bool(parent),
    )


def _json(kind: object, data: object) -> bytes:
    content = data.encode() if isinstance(data, str) else data
    if not isinstance(content, bytes) or len(content) > _LARGEST:
        raise Unreadable("a thread without content, or of more than 64 MB")
    if kind == "json":
        return content
    if kind == "zstd":
        return unpacked(content)
    raise Unreadable(f"a thread kept as {text(kind) or 'nothing known'}")


def _used(thread: _Thread) -> Used:
    """Return what was used: the sum over all requests, else over each prompt's last request."""
    whole_thread = _counts(mapping(thread.cumulative_token_usage))
    if any(whole_thread):
        return (*whole_thread, 0, 0)
    requests = thread.request_token_usage
    each = requests.values() if isinstance(requests, dict) else requests
    sums = [0, 0, 0, 0]
    for usage in each if each is not None else ():
        sums = [a + b for a, b in zip(sums, _counts(mapping(usage)), strict=True)]
    return (sums[0], sums[1], sums[2], sums[3], 0, 0)


def _counts(usage: Mapping[str, Any]) -> tuple[int, int, int, int]:
    given, output, read, written = (whole(usage.get(name)) for name in _COUNTS)
    return given, output, read, written


def _first(folders: str, order: str) -> str:
    """Return the first of a thread's directories, in the order that the user gave them."""
    paths = [line.strip() for line in folders.splitlines() if line.strip()]
    places = order.split(",")
    ranks = {
        int(place): path
        for place, path in zip(places, paths, strict=False)
        if place.strip().isdecimal()
    }
    return ranks[min(ranks)] if ranks else next(iter(paths), "")


AGENT = Zed()
