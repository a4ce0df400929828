"""Packs what files told: numbers names, prices, merges and sums."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter

from msgspec import Struct

from engine.domain.packed_responses import (
    IS_FORKED,
    IS_SIDECHAIN,
    LAYOUT,
    NO_COST,
    Kind,
    Pack,
    PackedModel,
    PackedNames,
    Record,
    ids_of,
    kind_of,
    run_flags,
    sighting_of,
    sums_of,
)
from engine.domain.responses import PROMPT, Sighting, merge
from engine.pricing.cost import Rates, cost_at, rates_of
from engine.pricing.table import PriceTable

_WIDEST = (1 << 32) - 1
"""What a record's narrower fields hold,"""
_MOST = (1 << 63) - 1
"""and its costs; what is more expensive is for who books it to refuse."""
_ID = itemgetter(0)


class _Numbers(Struct, gc=False):
    """What records keep in place of the names of one kind of response, and its rates."""

    session: int
    project: int
    model: int
    agent: int
    flags: int
    rates: tuple[Rates, ...] | None


class Packer:
    """Makes one pack of what several files told, of one agent."""

    chunk = None
    """Files are read into nothing but their scans."""

    def __init__(self, prices: PriceTable) -> None:
        """Price by a table."""
        self._prices = prices
        self._records: list[Record] = []
        self._sessions: dict[str, int] = {}
        self._projects: dict[str, int] = {}
        self._models: dict[PackedModel, int] = {}
        self._agents: dict[str, int] = {}
        self._kinds: dict[Kind, _Numbers] = {}

    def __len__(self) -> int:
        return len(self._records)

    def add(self, told: Mapping[int, Sighting]) -> dict[int, Sighting]:
        """Take what a file told, by the number of the response; return what no record holds."""
        other: dict[int, Sighting] = {}
        add, kinds = self._records.append, self._kinds
        for id_, each in told.items():
            if each.context != PROMPT:
                other[id_] = each
                continue
            kind = kind_of(each)
            numbers = kinds.get(kind)
            if numbers is None:
                numbers = kinds[kind] = self._numbers(kind)
            record = _record(id_, each, numbers)
            tokens = record[5:12]
            if max(tokens) > _WIDEST or min(tokens) < 0 or max(record[3:5]) > _MOST:
                other[id_] = each
            else:
                add(record)
        return other

    def pack(self) -> Pack:
        """Return all that was told, each response once."""
        names = self._names()
        records = sorted(self._records, key=_ID)
        ids = list(map(_ID, records))
        if len(set(ids)) < len(ids):
            records = self._merged(names)
            ids = list(map(_ID, records))
            names = self._names()
        pack = LAYOUT.pack
        packed = b"".join([pack(*record) for record in records])
        return Pack(ids_of(ids), packed, names, sums_of(records))

    def _names(self) -> PackedNames:
        return PackedNames(
            list(self._sessions), list(self._projects), list(self._models), list(self._agents)
        )

    def _merged(self, names: PackedNames) -> list[Record]:
        """Return the records in order, those of one response merged."""
        records: dict[int, Record] = {}
        several: dict[int, Sighting] = {}
        for record in self._records:
            known = records.setdefault(record[0], record)
            if known is not record:
                merged = several.get(record[0]) or sighting_of(known, names)
                several[record[0]] = merge(merged, sighting_of(record, names))
        self._records = [record for id_, record in records.items() if id_ not in several]
        self.add(several)
        return sorted(self._records, key=_ID)

    def _numbers(self, kind: Kind) -> _Numbers:
        session, project, model, agent, is_fast, is_us, is_batch, provider, _ = kind
        packed = PackedModel(model, is_fast, provider, self._prices.fingerprint(model))
        return _Numbers(
            _place(self._sessions, session),
            _place(self._projects, project),
            self._models.setdefault(packed, len(self._models)),
            _place(self._agents, agent),
            run_flags(is_fast, is_us, is_batch),
            rates_of(self._prices, model, is_fast, is_us, is_batch),
        )


def _place(places: dict[str, int], name: str) -> int:
    return places.setdefault(name, len(places))


def _record(id_: int, each: Sighting, numbers: _Numbers) -> Record:
    rates, time, searches = numbers.rates, each.time, each.searches
    tokens = (
        each.input,
        each.output,
        each.cache_read,
        each.cache_write_5m,
        each.cache_write_1h,
    )
    return Record(
        id_,
        time,
        each.won_at,
        NO_COST if each.recorded is None else each.recorded,
        NO_COST if rates is None else cost_at(rates, time, *tokens, searches),
        *tokens,
        each.reasoning,
        searches,
        numbers.session,
        numbers.project,
        numbers.model,
        numbers.agent,
        numbers.flags | each.is_sidechain * IS_SIDECHAIN | each.is_forked * IS_FORKED,
    )
