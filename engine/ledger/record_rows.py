"""Makes rows of the table of responses of the records that a pack has."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable

from msgspec import Struct

from engine.domain.packed_responses import (
    ID_WIDTH,
    IS_FORKED,
    IS_SIDECHAIN,
    LAYOUT,
    RUN_FLAGS,
    Record,
    records_in,
)
from engine.ledger.response_rows import Row


class Numbers(Struct, array_like=True, gc=False):
    """What the numbers of a pack's records stand for in the ledger, by their places."""

    sessions: list[int]
    projects: list[int]
    models: list[int]
    agents: list[int]


def places_of(first: int, before: int, length: int, id_at: Callable[[int], int]) -> tuple[int, int]:
    """Return where ids of a range begin and end among so many, ascending."""
    low = bisect_left(range(length), first, key=id_at)
    return low, bisect_left(range(length), before, low, key=id_at)


def rows_between(
    parts: Iterable[tuple[bytes, Callable[[Record], Row]]], first: int, before: int
) -> list[Row]:
    """Return the rows of a range of ids that are made of some packs' records."""
    rows: list[Row] = []
    size = LAYOUT.size
    for records, made in parts:

        def id_at(place: int, records: bytes = records) -> int:
            return int.from_bytes(records[place * size : place * size + ID_WIDTH], "little")

        low, high = places_of(first, before, len(records) // size, id_at)
        if low < high:
            rows += map(made, records_in(records[low * size : high * size]))
    return rows


def row_of(scope: int, changed: int, numbers: Numbers) -> Callable[[Record], Row]:
    """Return what makes rows of the records of a pack."""
    sessions, projects = numbers.sessions, numbers.projects
    models, agents = numbers.models, numbers.agents

    def made(record: Record) -> Row:
        (
            id_,
            time,
            won_at,
            recorded,
            calculated,
            input_,
            output,
            cache_read,
            cache_write_5m,
            cache_write_1h,
            reasoning,
            searches,
            session,
            project,
            model,
            agent,
            flags,
        ) = record
        return (
            scope,
            id_,
            time,
            flags & IS_FORKED and 1,
            sessions[session],
            projects[project],
            flags & IS_SIDECHAIN and 1,
            won_at,
            models[model],
            input_,
            output,
            cache_read,
            cache_write_5m,
            cache_write_1h,
            flags & RUN_FLAGS,
            searches,
            recorded,
            calculated,
            agents[agent],
            changed,
            reasoning,
        )

    return made
