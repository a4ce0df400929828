"""Rows of the table of responses: made of what was told, priced, and read back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping

from engine.domain.machines import OWN
from engine.domain.packed_responses import (
    IS_BATCH,
    IS_FAST,
    IS_US,
    NO_COST,
    Kind,
    kind_of,
    run_flags,
)
from engine.domain.responses import FAST, Sighting, billed_name
from engine.ledger.names import Names
from engine.ledger.sums import CONTEXT_BITS
from engine.pricing.cost import Rates, cost_at, rates_of
from engine.pricing.table import PriceTable

COLUMNS = (
    "scope, id, time, is_forked, session, project, is_sidechain, won_at, model, input, output,"
    " cache_read, cache_write_5m, cache_write_1h, flags, searches, recorded, calculated, agent,"
    " changed, reasoning"
)
_KEY = ("scope", "id")
_VALUES = ", ".join(
    f"nullif(?, {NO_COST})" if column in ("recorded", "calculated") else "?"
    for column in COLUMNS.split(", ")
)
INSERT = f"INSERT INTO responses ({COLUMNS}) VALUES ({_VALUES})"
"""Numbers alone are bound, `NO_COST` for none: `sqlite3` asks of each `None` and truth value how
to store it, and that takes several times as long as storing it."""
REPLACE = ", ".join(
    f"{column} = excluded.{column}" for column in COLUMNS.split(", ") if column not in _KEY
)

Row = tuple[int, ...]
"""In the order of `COLUMNS`."""
_Numbers = tuple[int, int, int, int, int, tuple[Rates, ...] | None]


class ResponseRows:
    """Makes rows of what was told of responses, and tells of rows what they say."""

    def __init__(self, connection: sqlite3.Connection, names: Names, prices: PriceTable) -> None:
        self.prices = prices
        self._connection = connection
        self._names = names
        self._agents: dict[int, str] = {}

    def select(
        self, table: str, condition: str, place: dict[str, int]
    ) -> Iterator[tuple[int, Sighting]]:
        """Yield id and what is known of the responses that a condition, as SQL, chooses."""
        name = self._names.name
        for row in self._connection.execute(
            f"SELECT {COLUMNS} FROM {table} WHERE {condition}", place
        ).fetchall():
            yield (
                row[1],
                Sighting(
                    is_sidechain=bool(row[6]),
                    won_at=row[7],
                    model=self.base(row[8], bool(row[14] & IS_FAST)),
                    input=row[9],
                    output=row[10],
                    cache_read=row[11],
                    cache_write_5m=row[12],
                    cache_write_1h=row[13],
                    is_fast=bool(row[14] & IS_FAST),
                    is_us=bool(row[14] & IS_US),
                    is_batch=bool(row[14] & IS_BATCH),
                    searches=row[15],
                    recorded=row[16],
                    agent=name("agents", row[18]),
                    time=row[2],
                    is_forked=bool(row[3]),
                    session=name("sessions", row[4]),
                    project=name("projects", row[5]),
                    provider=self._names.model.provider(row[8]),
                    reasoning=row[20],
                    context=(row[14] >> CONTEXT_BITS) - 1,
                    machine=self._names.model.place(row[8]),
                ),
            )

    def made(self, scope: int, seen: Mapping[int, Sighting], revision: int) -> Iterator[Row]:
        """Yield the rows of responses, priced, in the order of the table."""
        kinds: dict[Kind, _Numbers] = {}
        of = self.agent_of(scope)
        for id_ in sorted(seen):
            new = seen[id_]
            kind = kind_of(new)
            numbers = kinds.get(kind)
            if numbers is None:
                numbers = kinds[kind] = self._numbers(of, kind)
            session, project, model, agent, flags, rates = numbers
            time, searches, recorded = new.time, new.searches, new.recorded
            tokens = (
                new.input,
                new.output,
                new.cache_read,
                new.cache_write_5m,
                new.cache_write_1h,
            )
            yield (
                scope,
                id_,
                time,
                +new.is_forked,
                session,
                project,
                +new.is_sidechain,
                new.won_at,
                model,
                *tokens,
                flags | (new.context + 1) << CONTEXT_BITS,
                searches,
                NO_COST if recorded is None else recorded,
                NO_COST if rates is None else cost_at(rates, time, *tokens, searches),
                agent,
                revision,
                new.reasoning,
            )

    def _numbers(self, of: str, kind: Kind) -> _Numbers:
        """Return what rows of an agent keep in place of names and flags, and the rates."""
        session, project, model, agent, is_fast, is_us, is_batch, provider, machine = kind
        number = self._names.number
        return (
            number("sessions", session, of),
            number("projects", project),
            self.model(model, is_fast, of, provider, machine),
            number("agents", agent),
            run_flags(is_fast, is_us, is_batch),
            rates_of(self.prices, model, is_fast, is_us, is_batch),
        )

    def agent_of(self, scope: int) -> str:
        """Return whose responses a scope holds."""
        if scope not in self._agents:
            rows = self._connection.execute("SELECT scope, agent FROM scopes").fetchall()
            self._agents = dict(rows)
        return self._agents[scope]

    def model(
        self, model: str, is_fast: bool, agent: str, provider: str, machine: int = OWN
    ) -> int:
        """Return a model's number; a new one is kept with the price it is booked at."""
        key = (billed_name(model, is_fast), agent, provider, str(machine) if machine else "")
        if not self._names.remembers("models", *key):
            self._connection.execute(
                "INSERT INTO models (name, agent, provider, machine, price, is_fast)"
                " VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING",
                (*key, self.prices.fingerprint(model), key[0] != model),
            )
        return self._names.number("models", *key)

    def base(self, number: int, is_fast: bool) -> str:
        """Return the model that a number stands for, without the mode it ran in."""
        name = self._names.model(number)
        return name.removesuffix(FAST) if is_fast else name
