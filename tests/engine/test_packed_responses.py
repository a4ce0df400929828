"""Packed responses: records keep all there is to say, and their sums are those of each alone."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.domain.packed_responses import (
    ID_WIDTH,
    LAYOUT,
    NO_COST,
    PackedModel,
    PackedNames,
    Record,
    ids_in,
    ids_of,
    records_in,
    sighting_of,
    sums_of,
)
from engine.domain.responses import Sighting

_WIDE = st.integers(0, 2**32 - 1)
_TIME = st.integers(0, 3_600_000 * 3) | st.sampled_from((0, 900_000, 899_999, 900_001))
_COST = st.just(NO_COST) | st.integers(0, 10**16)
_PLACE = st.integers(0, 2)
_COUNT = st.just(0) | _WIDE


def _records() -> st.SearchStrategy[Record]:
    return st.builds(
        Record,
        id=st.integers(0, 2**63 - 1),
        time=_TIME,
        won_at=_TIME,
        recorded=_COST,
        calculated=_COST,
        input=_COUNT,
        output=_COUNT,
        cache_read=_COUNT,
        cache_write_5m=_COUNT,
        cache_write_1h=_COUNT,
        reasoning=_COUNT,
        searches=_COUNT,
        session=_PLACE,
        project=_PLACE,
        model=_PLACE,
        agent=_PLACE,
        flags=st.integers(0, 31),
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_records(), max_size=6))
def test_a_record_comes_out_of_its_bytes_as_it_went_in(records: list[Record]) -> None:
    packed = b"".join(LAYOUT.pack(*record) for record in records)
    assert list(records_in(packed)) == records
    ids = sorted(record.id for record in records)
    assert list(ids_in(ids_of(ids))) == ids
    assert len(ids_of(ids)) == ID_WIDTH * len(ids)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_records(), max_size=12))
def test_sums_are_those_of_each_record(records: list[Record]) -> None:
    expected: dict[tuple[int, ...], list[Any]] = defaultdict(lambda: [0] * 11 + [[]])
    for record in records:
        if not (record.tokens or record.recorded > 0):
            continue
        quarter, rest = divmod(record.time, 900_000)
        key = (2 * quarter + (1 if rest else 0), record.session, record.project, record.model)
        sums = expected[key]
        known = [cost for cost in (record.recorded, record.calculated) if cost != NO_COST]
        amounts = (
            1,
            0 if known else 1,
            record.input,
            record.output,
            record.cache_read,
            record.cache_write_5m,
            record.cache_write_1h,
            known[0] if known else 0,
            max(record.calculated, 0),
            max(record.recorded, 0),
            record.reasoning,
        )
        for place, amount in enumerate(amounts):
            sums[place] += amount
        sums[11].append(record.time)
    rows = {row[:4]: row[4:] for row in sums_of(records)}
    assert rows == {
        key: (*sums[:11], min(sums[11]), max(sums[11])) for key, sums in expected.items()
    }


def test_a_record_says_what_the_sighting_said() -> None:
    names = PackedNames(
        ["s0", "s1"], ["p0", "p1"], [PackedModel("opus", True, "amazon", "abc")], ["", "helper"]
    )
    record = Record(7, 100, 200, 5, NO_COST, 1, 2, 3, 4, 5, 6, 7, 1, 1, 0, 1, 1 | 4 | 8 | 16)
    assert sighting_of(record, names) == Sighting(
        is_sidechain=True,
        won_at=200,
        model="opus",
        input=1,
        output=2,
        cache_read=3,
        cache_write_5m=4,
        cache_write_1h=5,
        is_fast=True,
        is_us=False,
        is_batch=True,
        searches=7,
        recorded=5,
        agent="helper",
        time=100,
        is_forked=True,
        session="s1",
        project="p1",
        provider="amazon",
        reasoning=6,
    )
    assert names.models[0].billed == "opus-fast"
