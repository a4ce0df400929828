"""Reads transcripts by both readers, the native one and Python's, and says what each told."""

from __future__ import annotations

import os
from datetime import UTC
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import astuple

from engine.domain.packed_responses import (
    NO_COST,
    PackedModel,
    PackedNames,
    Record,
    ids_in,
    records_in,
    sighting_of,
    sums_of,
)
from engine.domain.responses import Sighting, merge
from engine.domain.scans import Cursor, Found, Problem
from engine.domain.workplaces import Workplace, note
from engine.ingest.tail import Tail
from engine.ingest.usual_lines import UsualLines
from engine.native import SWITCH, native_chunk
from engine.pricing.cost import calculated_cost, rates_of
from engine.pricing.table import PriceTable

if TYPE_CHECKING:
    from engine.native.scanner import Chunk, Rates

PROJECT = Path(__file__).resolve().parents[1]
_HOOK = PROJECT / "hatch_build.py"


@cache
def why_not() -> str:
    """Return why the native reader cannot be tested here, empty where it can."""
    if native_chunk({}) is None:
        return "the native reader is not compiled here (pip install -e . with a C compiler)"
    from engine.native.scanner import SOURCES

    try:
        of_hook = spec_from_file_location("hatch_build", _HOOK)
        assert of_hook is not None
        assert of_hook.loader is not None
        hook = module_from_spec(of_hook)
        of_hook.loader.exec_module(hook)
    except ImportError:
        return "hatchling is not installed (pip install -e '.[dev]')"
    if hook.digest_of_sources(PROJECT) != SOURCES:
        return "the native reader is compiled from other sources (pip install -e . again)"
    return ""


def new_chunk() -> Chunk:
    """Return an empty chunk of the native reader."""
    chunk = native_chunk({})
    assert chunk is not None, why_not()
    return chunk()


@cache
def _prices() -> PriceTable:
    return PriceTable.embedded()


Sums = dict[tuple[object, ...], tuple[int, ...]]
"""By slot and names."""


class Told(NamedTuple):
    """What reading a file told, in pieces or at once."""

    sightings: dict[int, Sighting]
    costs: dict[int, int]
    """What each response costs by the table."""
    sums: Sums
    cursor: Cursor | None
    problems: list[Problem]
    hits: list[object]
    workplaces: dict[str, Workplace]
    """Where each session works."""


def read_by(
    path: Path, relative: str, is_native: bool, most: int = 1 << 62, piece: int = 1 << 20
) -> Told:
    """Read a file with one of the readers; `piece` bytes at a time with the native one."""
    status = path.stat()
    found = Found(os.fspath(path), relative, 1, status.st_ino, status.st_size, status.st_mtime_ns)
    tail = Tail(lambda: UTC, {SWITCH: "1" if is_native else "0"})
    chunk = new_chunk() if is_native else None
    if chunk is not None:
        tail._usual = UsualLines(type(chunk), piece)
    cursor: Cursor | None = None
    problems: list[Problem] = []
    hits: list[object] = []
    workplaces: dict[str, Workplace] = {}
    seen: dict[int, Sighting] = {}
    while (scan := tail.read(found, cursor, most, chunk)) is not None:
        for id_, sighting in scan.sightings.items():
            seen[id_] = merge(seen[id_], sighting) if id_ in seen else sighting
        problems += scan.problems
        hits += scan.hits
        note(workplaces, scan.workplaces)
        cursor = scan.cursor
        if scan.is_finished:
            break
    wide = _seen_by(chunk, seen) if chunk is not None else {}
    costs = sums = None
    if chunk is not None:
        seen, costs, sums = packed(chunk)
    if costs is None or sums is None or wide:
        for id_, sighting in wide.items():
            seen[id_] = merge(seen[id_], sighting) if id_ in seen else sighting
        costs = {id_: cost_of(sighting) for id_, sighting in seen.items()}
        sums = _summed(seen, costs)
    return Told(seen, costs, sums, cursor, problems, hits, workplaces)


def _seen_by(chunk: Chunk, seen: dict[int, Sighting]) -> dict[int, Sighting]:
    """Have a chunk take what was read elsewhere; return what no record holds."""
    wide: dict[int, Sighting] = {}
    for id_, sighting in seen.items():
        try:
            chunk.see(id_, astuple(sighting))
        except OverflowError:
            wide[id_] = sighting
    return wide


def cost_of(each: Sighting) -> int:
    """Return what a response costs by the table, as a record has it."""
    cost = calculated_cost(
        _prices(),
        model=each.model,
        tokens=each.tokens,
        is_fast=each.is_fast,
        is_us=each.is_us,
        is_batch=each.is_batch,
        searches=each.searches,
        time=each.time,
    )
    return NO_COST if cost is None else cost


def rates(model: str, is_fast: bool, is_us: bool, is_batch: bool) -> Rates:
    """Return the rates of a kind of response as a chunk asks for them."""
    periods = rates_of(_prices(), model, is_fast, is_us, is_batch)
    if periods is None:
        return None
    return tuple((each.until, each.divisor, tuple(map(astuple, each.bands))) for each in periods)


def packed(chunk: Chunk) -> tuple[dict[int, Sighting], dict[int, int], Sums]:
    """Pack a chunk; return its responses and what each costs, by number, and its sums by names."""
    (ids, records), (sessions, projects, models, agents), sums = chunk.pack(rates)
    names = PackedNames(sessions, projects, [PackedModel(*each, "") for each in models], agents)
    told = list(records_in(records))
    assert list(ids_in(ids)) == [each.id for each in told] == sorted({each.id for each in told})
    assert {each.session for each in told} == set(range(len(sessions)))
    assert {each.model for each in told} == set(range(len(models)))
    seen = {each.id: sighting_of(each, names) for each in told}
    costs = {each.id: each.calculated for each in told}
    return seen, costs, _by_names(sums_of(told) if sums is None else sums, names)


def _by_names(sums: list[tuple[int, ...]], names: PackedNames) -> Sums:
    return {
        (slot, names.sessions[session], names.projects[project], names.models[model]): tuple(more)
        for slot, session, project, model, *more in sums
    }


def _summed(seen: dict[int, Sighting], costs: dict[int, int]) -> Sums:
    """Return the sums of responses, by what says what sums are (`sums_of`)."""
    sessions = sorted({each.session for each in seen.values()})
    projects = sorted({each.project for each in seen.values()})
    models = sorted({(each.model, each.is_fast, each.provider) for each in seen.values()})
    records = [
        Record(
            *(id_, each.time, each.won_at),
            *(NO_COST if each.recorded is None else each.recorded, costs[id_]),
            *astuple(each.tokens),
            *(each.reasoning, each.searches),
            *(sessions.index(each.session), projects.index(each.project)),
            *(models.index((each.model, each.is_fast, each.provider)), 0, 0),
        )
        for id_, each in seen.items()
    ]
    named = [PackedModel(*each, "") for each in models]
    return _by_names(sums_of(records), PackedNames(sessions, projects, named, []))
