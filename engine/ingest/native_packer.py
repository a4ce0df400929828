"""Packs what the native reader took, and what it left to be told, in one go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import astuple

from engine.domain.packed_responses import Pack, PackedModel, PackedNames, records_in, sums_of
from engine.domain.responses import PROMPT, Sighting
from engine.ingest.packer import Packer
from engine.ingest.usual_lines import sightings_of
from engine.pricing.cost import rates_of
from engine.pricing.table import PriceTable

if TYPE_CHECKING:
    from engine.native.scanner import Chunk, Rates


class NativePacker:
    """As `Packer`; `chunk` is what files are read into."""

    def __init__(self, prices: PriceTable, chunk: Chunk) -> None:
        """Price by a table."""
        self.chunk = chunk
        self._prices = prices

    def __len__(self) -> int:
        return len(self.chunk)

    def add(self, told: Mapping[int, Sighting]) -> dict[int, Sighting]:
        """Take what a file told, by the number of the response; return what no record holds."""
        other: dict[int, Sighting] = {}
        for id_, each in told.items():
            try:
                if each.context != PROMPT:
                    raise OverflowError
                self.chunk.see(id_, astuple(each))
            except OverflowError:
                other[id_] = each
        return other

    def pack(self) -> Pack:
        """Return all that was told, each response once."""
        try:
            (ids, records), named, sums = self.chunk.pack(self._rates)
        except OverflowError:
            return self._packed_otherwise()
        sessions, projects, models, agents = named
        fingerprint = self._prices.fingerprint
        priced = [PackedModel(*each, fingerprint(each[0])) for each in models]
        names = PackedNames(sessions, projects, priced, agents)
        if sums is None:
            sums = sums_of(records_in(records))
        return Pack(ids, records, names, sums)

    def _packed_otherwise(self) -> Pack:
        """Pack where a price is too large or too fine a number for the chunk."""
        packer = Packer(self._prices)
        packer.add(sightings_of(self.chunk))
        return packer.pack()

    def _rates(self, model: str, is_fast: bool, is_us: bool, is_batch: bool) -> Rates:
        periods = rates_of(self._prices, model, is_fast, is_us, is_batch)
        if periods is None:
            return None
        return tuple(
            (each.until, each.divisor, tuple(map(astuple, each.bands))) for each in periods
        )
