"""Keeps responses in packs until somebody needs them as rows.

A first load would otherwise write nearly every page of the table of responses once for each
batch, since ids are spread evenly. Packs are counted in the sums at once. **A record holds unless
the table has its id**: so what is asked for is brought to the table record by record, and what is
left when there is time, in the order of ids, by which each page is written once.

A pack that is *held* has what other packs or rows have too: it is counted nowhere until it is
merged with them (`engine.ledger.pack_load`).
"""

# No annotation is put off here: as text, each would be compiled anew at every start.

import sqlite3
from bisect import bisect_left
from collections.abc import Callable, Container, Iterable
from struct import Struct as Layout

import msgspec

from engine.domain.packed_responses import (
    ID_WIDTH,
    LAYOUT,
    Record,
    ids_in,
    ids_seen_in,
    records_in,
)
from engine.ledger.record_rows import Numbers, places_of, row_of, rows_between
from engine.ledger.response_rows import INSERT, Row

_TIMES = Layout(f"<8xq{LAYOUT.size - 16}x")
"""The time alone of each record."""
FOREVER = 1 << 62
"""Later than any response."""
_AT_ONCE = 40_000
"""Records brought to the table in one go: more keep others waiting for too long."""
_PARTS = 8
"""In which they are brought: as rows they take ten times the memory that they do as records."""
_IDS = 1 << 63
_KEEP = (
    "INSERT INTO packs (scope, first, last, changed, is_held, names, ids, records)"
    " VALUES (?,?,?,?,?,?,?,?)"
)
_BRING = f"{INSERT} ON CONFLICT DO NOTHING"


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Numbers).decode


class Packs:
    """The packs of a ledger; every method belongs into a transaction but those that only read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def keep(
        self,
        scope: int,
        records: bytes,
        ids: bytes,
        numbers: Numbers,
        revision: int,
        *,
        is_held: bool,
    ) -> None:
        """Keep records, in the order of ids."""
        times = [time for (time,) in _TIMES.iter_unpack(records)]
        self._connection.execute(
            _KEEP,
            (scope, min(times), max(times), revision, is_held, _encode(numbers), ids, records),
        )

    def held(self, scope: int, most: int) -> list[tuple[int, Numbers, list[Record]]]:
        """Return the first held packs of a scope, of so many records together, at least one."""
        found: list[tuple[int, Numbers, list[Record]]] = []
        for pack, names, records in self._connection.execute(
            "SELECT pack, names, records FROM packs WHERE scope = ? AND is_held = 1 ORDER BY pack",
            (scope,),
        ):
            found.append((pack, _decode(names), list(records_in(records))))
            most -= len(found[-1][2])
            if most <= 0:
                break
        return found

    def drop(self, packs: Iterable[int]) -> None:
        """Let packs go whose records are in the table, or were merged."""
        self._connection.executemany(
            "DELETE FROM packs WHERE pack = ?", [(each,) for each in packs]
        )

    def bring(self, scope: int, ids: Iterable[int]) -> None:
        """Bring some responses to the table, as far as packs have them."""
        wanted = sorted(ids)
        if not wanted:
            return
        found = [
            (pack, places)
            for pack, of_pack in self._connection.execute(
                "SELECT pack, ids FROM packs WHERE scope = ? AND is_held = 0", (scope,)
            )
            if (places := _places(of_pack, wanted))
        ]
        rows: list[Row] = []
        for pack, places in found:
            changed, names = self._connection.execute(
                "SELECT changed, names FROM packs WHERE pack = ?", (pack,)
            ).fetchone()
            rows += map(row_of(scope, changed, _decode(names)), self._records_at(pack, places))
        if rows:
            self._insert(rows)

    def bring_between(self, scopes: Iterable[int], start: int, end: int = FOREVER) -> None:
        """Bring responses from a time up to another to the table."""
        for scope in scopes:
            for pack, first, last, changed, names in self._connection.execute(
                "SELECT pack, first, last, changed, names FROM packs"
                " WHERE scope = ? AND is_held = 0 AND last >= ? AND first < ?",
                (scope, start, end),
            ).fetchall():
                self._bring_part(scope, pack, changed, names, (start, end))
                if last < end and start <= first:
                    self.drop((pack,))
                elif last < end:
                    self._connection.execute(
                        "UPDATE packs SET last = ? WHERE pack = ?", (start - 1, pack)
                    )

    def whole(self, scope: int) -> frozenset[int]:
        """Return the packs of a scope that are not held."""
        return frozenset(pack for pack, _, _ in self._listed(scope))

    def bring_next(self, scope: int, packs: Container[int], after: int) -> int | None:
        """Bring the next responses of packs by id; return the last id, `None` at the end.

        Then the packs are gone.
        """
        listed = [each for each in self._listed(scope) if each[0] in packs]
        total = sum(self._length(pack) for pack, _, _ in listed)
        until = min(after + max(_IDS * _AT_ONCE // max(total, 1), 1), _IDS - 1)
        parts: list[tuple[bytes, Callable[[Record], Row]]] = []
        for pack, changed, names in listed:
            records = self._records_between(pack, after + 1, until + 1)
            if records:
                parts.append((records, row_of(scope, changed, _decode(names))))
        step = max((until - after) // _PARTS, 1)
        for first in range(after + 1, until + 1, step):
            self._insert(rows_between(parts, first, min(first + step, until + 1)))
        if until < _IDS - 1:
            return until
        self.drop(pack for pack, _, _ in listed)
        return None

    def _bring_part(
        self, scope: int, pack: int, changed: int, names: bytes, times: tuple[int, int]
    ) -> None:
        start, end = times
        (records,) = self._connection.execute(
            "SELECT records FROM packs WHERE pack = ?", (pack,)
        ).fetchone()
        size, made = LAYOUT.size, row_of(scope, changed, _decode(names))
        self._insert(
            [
                made(Record._make(LAYOUT.unpack_from(records, place * size)))
                for place, (time,) in enumerate(_TIMES.iter_unpack(records))
                if start <= time < end
            ]
        )

    def _insert(self, rows: list[Row]) -> None:
        rows.sort()
        self._connection.executemany(_BRING, rows)

    def _listed(self, scope: int) -> list[tuple[int, int, bytes]]:
        return self._connection.execute(
            "SELECT pack, changed, names FROM packs WHERE scope = ? AND is_held = 0", (scope,)
        ).fetchall()

    def _length(self, pack: int) -> int:
        (size,) = self._connection.execute(
            "SELECT length(ids) FROM packs WHERE pack = ?", (pack,)
        ).fetchone()
        return int(size) // ID_WIDTH

    def _records_between(self, pack: int, first: int, before: int) -> bytes:
        """Return a pack's records of a range of ids, without reading all of it."""
        with self._connection.blobopen("packs", "ids", pack, readonly=True) as blob:

            def id_at(place: int) -> int:
                blob.seek(place * ID_WIDTH)
                return int.from_bytes(blob.read(ID_WIDTH), "little")

            low, high = places_of(first, before, len(blob) // ID_WIDTH, id_at)
        if low == high:
            return b""
        with self._connection.blobopen("packs", "records", pack, readonly=True) as blob:
            blob.seek(low * LAYOUT.size)
            return blob.read((high - low) * LAYOUT.size)

    def _records_at(self, pack: int, places: Iterable[int]) -> list[Record]:
        size = LAYOUT.size
        with self._connection.blobopen("packs", "records", pack, readonly=True) as blob:
            read: list[Record] = []
            for place in places:
                blob.seek(place * size)
                read.append(Record._make(LAYOUT.unpack(blob.read(size))))
            return read


def _places(packed: bytes, wanted: list[int]) -> list[int]:
    """Return where in a pack's ids some are that it has; of a few, without reading all."""
    if len(wanted) > len(packed) // ID_WIDTH // 16:
        of = {id_: place for place, id_ in enumerate(ids_in(packed))}
        return sorted(of[id_] for id_ in of.keys() & set(wanted))
    ids = ids_seen_in(packed)
    places = ((bisect_left(ids, id_), id_) for id_ in wanted)
    return [place for place, id_ in places if place < len(ids) and ids[place] == id_]
