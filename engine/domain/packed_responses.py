"""Responses as a chunk of files gave them, packed: records of a fixed width, and their sums.

Who reads files packs what they hold, and the ledger keeps packs as they are. A record stands for
one response, priced; in place of names it has the places of these in the pack's lists of names.
"""

# No annotation is put off here: as text, each would be compiled anew at every start.

import struct
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple, cast

from msgspec import Struct

from engine.domain.responses import Sighting, billed_name
from engine.domain.slots import QUARTER

IS_FAST, IS_US, IS_BATCH, IS_SIDECHAIN, IS_FORKED = 1, 2, 4, 8, 16
"""What the bits of a record's `flags` mean."""
RUN_FLAGS = IS_FAST | IS_US | IS_BATCH
"""Those that say how a response was run, which its price depends on."""

Kind = tuple[str, str, str, str, bool, bool, bool, str, int]
"""What many responses have in common: session, project, model, sub-agent, whether fast, US only
and a batch, the provider, and the machine's place."""
kind_of: Callable[[Sighting], Kind] = attrgetter(
    *("session", "project", "model", "agent"),
    *("is_fast", "is_us", "is_batch"),
    "provider",
    "machine",
)

NO_COST = -1
"""Stands for a cost that is not known, which is never negative."""

LAYOUT = struct.Struct("<5q7I4IB")
"""The bytes of a record, without gaps and little-endian, its fields in the order of `Record`."""

ID_WIDTH = 8
"""Bytes of one of a pack's `ids`: signed, little-endian."""


def run_flags(is_fast: bool, is_us: bool, is_batch: bool) -> int:
    """Return the bits that say how a response was run."""
    return is_fast * IS_FAST | is_us * IS_US | is_batch * IS_BATCH


class Record(NamedTuple):
    """A response: what `Sighting` has of it, with numbers in place of names, and its price.

    What is wider than its field is not a record, and is told as a sighting; so is what has another
    context than its prompt (`Sighting.context`): a compaction, or what an advisor took part in.
    """

    id: int
    """`engine.domain.responses.response_id` of its key, 63 bits."""
    time: int
    """UTC milliseconds."""
    won_at: int
    """UTC milliseconds."""
    recorded: int
    """Pico-dollars, or `NO_COST`."""
    calculated: int
    """Pico-dollars, or `NO_COST` where its model has no price."""
    input: int
    output: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int
    reasoning: int
    searches: int
    session: int
    """Its place in the pack's `names.sessions`; so are the next three in their lists."""
    project: int
    model: int
    agent: int
    """The sub-agent."""
    flags: int

    @property
    def tokens(self) -> int:
        """All tokens of all kinds."""
        return sum(self[5:10])


class PackedModel(Struct, frozen=True, array_like=True, gc=False):
    """A model as a pack names it."""

    name: str
    """Without the mode it ran in."""
    is_fast: bool
    provider: str
    price: str
    """The fingerprint of the price at which the records are calculated, empty without one."""

    @property
    def billed(self) -> str:
        """The name under which its responses count."""
        return billed_name(self.name, self.is_fast)


class PackedNames(Struct, array_like=True, gc=False):
    """What the numbers of a pack's records stand for, each kind by its place in a list."""

    sessions: list[str]
    projects: list[str]
    models: list[PackedModel]
    agents: list[str]


PackedSums = tuple[int, ...]
"""Slot, session, project, model (places in the lists of names), the sums in the order of
`engine.ledger.schema.SUMS`, and the first and last time: one row for each group of records."""


class Pack(Struct, array_like=True, gc=False):
    """What some files gave: every response once, in the order of ids."""

    ids: bytes
    """Of all records, in their order, which is ascending; each `ID_WIDTH` bytes."""
    records: bytes
    """`LAYOUT` after `LAYOUT`, in the same order."""
    names: PackedNames
    sums: list[PackedSums]
    """Of the records that count: those with tokens or a recorded cost above 0 (SPEC §2)."""

    def __len__(self) -> int:
        return len(self.ids) // ID_WIDTH

    def numbers(self) -> tuple[int, ...]:
        """Return the ids."""
        return ids_in(self.ids)

    def sightings(self) -> dict[int, Sighting]:
        """Return what the records say by id."""
        records = records_in(self.records)
        return {record.id: sighting_of(record, self.names) for record in records}


def ids_in(ids: bytes) -> tuple[int, ...]:
    """Return the ids that a pack's bytes hold, ascending."""
    return struct.unpack(f"<{len(ids) // ID_WIDTH}q", ids)


def ids_seen_in(ids: bytes) -> Sequence[int]:
    """Return the same without reading them before they are looked at."""
    if sys.byteorder == "little":
        return cast("Sequence[int]", memoryview(ids).cast("q"))
    return ids_in(ids)


def ids_of(ids: Iterable[int]) -> bytes:
    """Return ids, ascending, as a pack's bytes."""
    listed = tuple(ids)
    return struct.pack(f"<{len(listed)}q", *listed)


def records_in(records: bytes) -> Iterator[Record]:
    """Yield the records that a pack's bytes hold."""
    return map(Record._make, LAYOUT.iter_unpack(records))


def sighting_of(record: Record, names: PackedNames) -> Sighting:
    """Return what a record says, with names and without its price."""
    model = names.models[record.model]
    return Sighting(
        bool(record.flags & IS_SIDECHAIN),
        record.won_at,
        model.name,
        record.input,
        record.output,
        record.cache_read,
        record.cache_write_5m,
        record.cache_write_1h,
        bool(record.flags & IS_FAST),
        bool(record.flags & IS_US),
        bool(record.flags & IS_BATCH),
        record.searches,
        None if record.recorded == NO_COST else record.recorded,
        names.agents[record.agent],
        record.time,
        bool(record.flags & IS_FORKED),
        names.sessions[record.session],
        names.projects[record.project],
        model.provider,
        record.reasoning,
    )


def sums_of(records: Iterable[Record]) -> list[PackedSums]:
    """Return the sums of records by slot, session, project and model."""
    groups: dict[tuple[int, int, int, int], list[Record]] = {}
    for record in records:
        if record[5] or record[6] or record[7] or record[8] or record[9] or record[3] > 0:
            time = record[1]
            slot = time // QUARTER * 2 + (time % QUARTER != 0)
            key = (slot, record[12], record[13], record[14])
            group = groups.get(key)
            if group is None:
                groups[key] = [record]
            else:
                group.append(record)
    return [_summed(key, group) for key, group in groups.items()]


def _summed(key: tuple[int, int, int, int], group: list[Record]) -> PackedSums:
    columns = list(zip(*group, strict=True))
    times, recorded, calculated = columns[1], columns[3], columns[4]
    unpriced = 0
    if max(recorded) < 0:
        of_record = 0
        cost = of_price = sum(calculated)
        if min(calculated) < 0:
            unpriced = calculated.count(NO_COST)
            cost = of_price = cost + unpriced
    else:
        of_record = sum(each for each in recorded if each > 0)
        of_price = sum(each for each in calculated if each > 0)
        both = list(zip(recorded, calculated, strict=True))
        cost = sum(said if said >= 0 else max(priced, 0) for said, priced in both)
        unpriced = both.count((NO_COST, NO_COST))
    tokens = (sum(column) for column in columns[5:10])
    sums = (unpriced, *tokens, cost, of_price, of_record, sum(columns[10]))
    return (*key, len(group), *sums, min(times), max(times))
