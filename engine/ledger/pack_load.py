"""Takes packs as a load gives them: each response is counted once, whichever packs have it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from engine.domain.packed_responses import (
    IS_FAST,
    LAYOUT,
    Pack,
    PackedModel,
    PackedNames,
    Record,
    ids_in,
    ids_of,
    records_in,
    sighting_of,
    sums_of,
)
from engine.domain.responses import Sighting, merge
from engine.ledger.differences import Differences
from engine.ledger.names import Names
from engine.ledger.packs import Packs
from engine.ledger.record_rows import Numbers
from engine.ledger.response_rows import ResponseRows

_MERGED = 20_000
"""Held responses that are merged in one transaction."""


class PackLoad:
    """A load of many packs, for as long as it goes on: it knows the ids of all responses.

    What a scope knows already is held back: it is stored too, with the cursors, and merged when
    all packs are there. Merging at once would bring rows one by one.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        names: Names,
        rows: ResponseRows,
        packs: Packs,
        differences: Differences,
    ) -> None:
        self._connection = connection
        self._names = names
        self._rows = rows
        self._packs = packs
        self._differences = differences
        self._known: dict[int, set[int]] = {}
        self._learnt: dict[int, tuple[int, int]] = {}
        """The revision up to which a scope's ids are known, and SQLite's data version then."""

    def is_priced(self, names: PackedNames) -> bool:
        """Say whether a pack is calculated with the prices in force."""
        fingerprint = self._rows.prices.fingerprint
        return all(fingerprint(model.name) == model.price for model in names.models)

    def keep(self, scope: int, packs: Iterable[Pack], revision: int) -> None:
        """Keep packs and add them to the sums, within the transaction that is open."""
        known = self._learn(scope)
        sums: list[tuple[int, ...]] = []
        for pack in packs:
            if not len(pack):
                continue
            numbers = self._numbers(pack.names, self._rows.agent_of(scope))
            ids = pack.numbers()
            twice = known.intersection(ids)
            if twice:
                pack = self._parted(scope, pack, twice, numbers, revision)
            known.update(ids)
            if len(pack):
                self._packs.keep(scope, pack.records, pack.ids, numbers, revision, is_held=False)
                sums += _renumbered(pack.sums, numbers)
        self._learnt[scope] = (revision, self._learnt[scope][1])
        self._differences.add(sums, {"scope": scope, "revision": revision})

    def note(self, scope: int, ids: Iterable[int]) -> None:
        """Know responses that this process has booked as rows meanwhile."""
        if scope in self._known:
            self._known[scope].update(ids)

    def forget(self) -> None:
        """Drop what is known of ids: the load is over, or a transaction was undone."""
        self._known.clear()
        self._learnt.clear()

    def held(self, scope: int) -> tuple[list[int], dict[int, Sighting]]:
        """Return the next held packs of a scope, and what they say of responses by id."""
        packs: list[int] = []
        told: dict[int, Sighting] = {}
        for pack, numbers, records in self._packs.held(scope, _MERGED):
            packs.append(pack)
            names = self._named(numbers, records)
            for record in records:
                known, new = told.get(record[0]), sighting_of(record, names)
                told[record[0]] = new if known is None else merge(known, new)
        return packs, told

    def _learn(self, scope: int) -> set[int]:
        """Return the ids of a scope's responses, those that other processes booked too."""
        version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        revision, learnt_at = self._learnt.get(scope, (-1, -1))
        known = self._known.setdefault(scope, set())
        if version != learnt_at:
            place = (scope, revision)
            known.update(
                id_
                for (id_,) in self._connection.execute(
                    "SELECT id FROM responses WHERE scope = ? AND changed > ?", place
                )
            )
            for (ids,) in self._connection.execute(
                "SELECT ids FROM packs WHERE scope = ? AND is_held = 0 AND changed > ?", place
            ):
                known.update(ids_in(ids))
            self._learnt[scope] = (revision, version)
        return known

    def _named(self, numbers: Numbers, records: Iterable[Record]) -> PackedNames:
        """Return the names that a pack's numbers stand for; of models those of its records."""
        name, model_of = self._names.name, self._names.model
        fast = {record.model: bool(record.flags & IS_FAST) for record in records}
        return PackedNames(
            [name("sessions", each) for each in numbers.sessions],
            [name("projects", each) for each in numbers.projects],
            [
                PackedModel(
                    self._rows.base(each, fast.get(place, False)),
                    fast.get(place, False),
                    model_of.provider(each),
                    "",
                )
                for place, each in enumerate(numbers.models)
            ],
            [name("agents", each) for each in numbers.agents],
        )

    def _numbers(self, names: PackedNames, agent: str) -> Numbers:
        """Return the ledger's numbers of a pack's names."""
        number = self._names.number
        self._names.learn_sessions(names.sessions, agent)
        return Numbers(
            [number("sessions", session, agent) for session in names.sessions],
            [number("projects", project) for project in names.projects],
            [
                self._rows.model(model.name, model.is_fast, agent, model.provider)
                for model in names.models
            ],
            [number("agents", each) for each in names.agents],
        )

    def _parted(
        self, scope: int, pack: Pack, twice: set[int], numbers: Numbers, revision: int
    ) -> Pack:
        """Hold back what a pack has of responses that are known; return the rest of it."""
        own: list[Record] = []
        held: list[Record] = []
        for record in records_in(pack.records):
            (held if record[0] in twice else own).append(record)
        self._packs.keep(
            scope, _packed(held), ids_of(each[0] for each in held), numbers, revision, is_held=True
        )
        return Pack(ids_of(each[0] for each in own), _packed(own), pack.names, sums_of(own))


def _packed(records: Iterable[Record]) -> bytes:
    return b"".join([LAYOUT.pack(*record) for record in records])


def _renumbered(sums: Iterable[tuple[int, ...]], numbers: Numbers) -> Iterator[tuple[int, ...]]:
    sessions, projects, models = numbers.sessions, numbers.projects, numbers.models
    for slot, session, project, model, *rest in sums:
        yield (slot, sessions[session], projects[project], models[model], *rest)
