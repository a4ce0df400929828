"""Books responses: a new or replaced one is a difference on the three sums.

Merging and pricing happen here row by row, summing in SQLite; the caller's transaction
makes responses, sums and cursors one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from engine.domain.responses import FAST, Sighting, Tokens, billed_name, merge
from engine.ledger.names import Names
from engine.ledger.sums import (
    ADD,
    CONTEXT_BITS,
    COUNTS,
    SLOT,
    SPAN_ANEW,
    TAKE_AWAY,
    TEMPORARY_TABLES,
)
from engine.pricing.cost import Rates, calculated_cost, cost_at, rates_of
from engine.pricing.table import PriceTable

_KEY = ("scope", "id")
_COLUMNS = (
    "scope, id, time, is_forked, session, project, is_sidechain, won_at, model, input, output,"
    " cache_read, cache_write_5m, cache_write_1h, flags, searches, recorded, calculated, agent,"
    " changed, reasoning"
)
_NO_COST = -1
"""Stands for an absent cost, which is never negative."""
_VALUES = ", ".join(
    f"nullif(?, {_NO_COST})" if column in ("recorded", "calculated") else "?"
    for column in _COLUMNS.split(", ")
)
_INSERT = f"INSERT INTO responses ({_COLUMNS}) VALUES ({_VALUES})"
"""Numbers alone are bound: `sqlite3` asks of each `None` and truth value how to store it, and
that takes several times as long as storing it."""
_REPLACE = ", ".join(
    f"{column} = excluded.{column}" for column in _COLUMNS.split(", ") if column not in _KEY
)

_EMPTY = (
    "UPDATE responses SET input = 0, output = 0, cache_read = 0, cache_write_5m = 0,"
    " cache_write_1h = 0, searches = 0, recorded = NULL, calculated = NULL, reasoning = 0,"
    " changed = :revision WHERE scope = :scope AND id IN (SELECT id FROM temp.booked)"
)


_Row = tuple[int, ...]
_Kind = tuple[str, str, str, str, bool, bool, bool, str]
"""Session, project, model, sub-agent, whether fast, US only and a batch, and the provider."""
_Numbers = tuple[int, int, int, int, int, tuple[Rates, ...] | None]


class FiguresTooLarge(Exception):
    """Sums would pass what a 64-bit integer holds; nothing was booked."""


class Booking:
    """Writes responses and their sums through one connection."""

    def __init__(self, connection: sqlite3.Connection, names: Names, prices: PriceTable) -> None:
        self.prices = prices
        self._connection = connection
        self._names = names
        self._agents: dict[int, str] = {}
        for statement in TEMPORARY_TABLES:
            connection.execute(statement)

    def book(self, scope: int, seen: Mapping[int, Sighting], revision: int) -> None:
        """Merge sightings, by response id, into a scope's responses and sums."""
        if not seen:
            return
        booked = self._connection.executemany(
            f"{_INSERT} ON CONFLICT DO NOTHING", self._rows(scope, seen, revision)
        ).rowcount
        self._list(seen)
        place = {"scope": scope, "revision": revision}
        if booked < len(seen):
            self._replace(seen, place)
        else:
            self._sum(ADD, place)
            self._note_other_prices(seen.values())

    def withdraw(self, scope: int, ids: Iterable[int], revision: int) -> None:
        """Take responses out of a scope's sums, leaving rows without tokens: no responses."""
        if not ids:
            return
        place = {"scope": scope, "revision": revision}
        self._list(ids)
        known = self._connection.execute(
            f"SELECT id FROM temp.booked CROSS JOIN responses USING (id)"
            f" WHERE scope = :scope AND {COUNTS}",
            place,
        ).fetchall()
        if not known:
            return
        self._note_moved(scope, [id_ for (id_,) in known])
        self._list(id_ for (id_,) in known)
        self._sum(TAKE_AWAY, place)
        self._connection.execute(_EMPTY, place)
        for statement in SPAN_ANEW:
            self._connection.execute(statement, place)

    def _replace(self, seen: Mapping[int, Sighting], place: dict[str, int]) -> None:
        """Bring sightings, of which some were new and are booked, to those known before."""
        known = dict(self._known_before(place))
        changed = {id_: new for id_, old in known.items() if (new := merge(old, seen[id_])) != old}
        moved = [id_ for id_, new in changed.items() if _moves(known[id_], new)]
        if changed:
            self._note_moved(place["scope"], moved)
            self._list(changed)
            self._sum(TAKE_AWAY, place)
            self._connection.executemany(
                f"{_INSERT} ON CONFLICT DO UPDATE SET {_REPLACE}",
                self._rows(place["scope"], changed, place["revision"]),
            )
        booked = [id_ for id_ in seen if id_ in changed or id_ not in known]
        self._list(booked)
        self._sum(ADD, place)
        self._note_other_prices(changed.get(id_, seen[id_]) for id_ in booked)
        if moved:
            for statement in SPAN_ANEW:
                self._connection.execute(statement, place)

    def _list(self, ids: Iterable[int]) -> None:
        """List the responses that are to be summed.

        As one text that SQLite takes apart: binding each id takes several times as long.
        """
        self._connection.execute("DELETE FROM temp.booked")
        self._connection.execute(
            "INSERT INTO temp.booked SELECT value FROM json_each(?)",
            (msgspec.json.encode(sorted(ids)).decode("ascii"),),
        )

    def _sum(self, statements: tuple[str, ...], place: dict[str, int]) -> None:
        try:
            for statement in statements:
                self._connection.execute(statement, place)
        except sqlite3.OperationalError as error:
            if "overflow" in str(error):
                raise FiguresTooLarge from error
            raise

    def _note_moved(self, scope: int, ids: list[int]) -> None:
        """List the buckets that responses are about to leave."""
        self._connection.execute("DELETE FROM temp.moved")
        self._connection.executemany(
            f"INSERT INTO temp.moved SELECT {SLOT}, session, project, model FROM responses"
            " WHERE scope = ? AND id = ?",
            [(scope, id_) for id_ in ids],
        )

    def _known_before(self, place: dict[str, int]) -> Iterator[tuple[int, Sighting]]:
        """Yield those of the listed responses that an earlier transaction booked."""
        return self._select(
            "temp.booked CROSS JOIN responses USING (id)",
            "scope = :scope AND changed <> :revision",
            place,
        )

    def responses(self, scope: int, after: int, most: int) -> dict[int, Sighting]:
        """Return the next responses of a scope by id."""
        condition = "scope = :scope AND id > :after ORDER BY id LIMIT :most"
        place = {"scope": scope, "after": after, "most": most}
        return dict(self._select("responses", condition, place))

    def _select(
        self, table: str, condition: str, place: dict[str, int]
    ) -> Iterator[tuple[int, Sighting]]:
        name = self._names.name
        for row in self._connection.execute(
            f"SELECT {_COLUMNS} FROM {table} WHERE {condition}", place
        ).fetchall():
            yield (
                row[1],
                Sighting(
                    is_sidechain=bool(row[6]),
                    won_at=row[7],
                    model=self._base(row[8], bool(row[14] & 1)),
                    input=row[9],
                    output=row[10],
                    cache_read=row[11],
                    cache_write_5m=row[12],
                    cache_write_1h=row[13],
                    is_fast=bool(row[14] & 1),
                    is_us=bool(row[14] & 2),
                    is_batch=bool(row[14] & 4),
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
                ),
            )

    def _rows(self, scope: int, seen: Mapping[int, Sighting], revision: int) -> Iterator[_Row]:
        """Yield the rows of responses, priced, in the order of the table."""
        kinds: dict[_Kind, _Numbers] = {}
        of = self._agent_of(scope)
        for id_ in sorted(seen):
            new = seen[id_]
            kind = (
                new.session,
                new.project,
                new.model,
                new.agent,
                new.is_fast,
                new.is_us,
                new.is_batch,
                new.provider,
            )
            numbers = kinds.get(kind)
            if numbers is None:
                numbers = kinds[kind] = self._numbers(of, *kind)
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
                _NO_COST if recorded is None else recorded,
                _NO_COST if rates is None else cost_at(rates, time, *tokens, searches),
                agent,
                revision,
                new.reasoning,
            )

    def _numbers(
        self,
        of: str,
        session: str,
        project: str,
        model: str,
        agent: str,
        is_fast: bool,
        is_us: bool,
        is_batch: bool,
        provider: str,
    ) -> _Numbers:
        """Return what rows of an agent keep in place of names and flags, and the rates."""
        number = self._names.number
        return (
            number("sessions", session, of),
            number("projects", project),
            self._model(model, is_fast, of, provider),
            number("agents", agent),
            is_fast | is_us << 1 | is_batch << 2,
            rates_of(self.prices, model, is_fast, is_us, is_batch),
        )

    def _agent_of(self, scope: int) -> str:
        """Return whose responses a scope holds."""
        if scope not in self._agents:
            rows = self._connection.execute("SELECT scope, agent FROM scopes").fetchall()
            self._agents = dict(rows)
        return self._agents[scope]

    def _model(self, model: str, is_fast: bool, agent: str, provider: str) -> int:
        """Return a model's number; a new one is kept with the price it is booked at."""
        key = (billed_name(model, is_fast), agent, provider)
        if not self._names.remembers("models", *key):
            self._connection.execute(
                "INSERT INTO models (name, agent, provider, price, is_fast) VALUES (?,?,?,?,?)"
                " ON CONFLICT DO NOTHING",
                (*key, self.prices.fingerprint(model), key[0] != model),
            )
        return self._names.number("models", *key)

    def _base(self, number: int, is_fast: bool) -> str:
        """Return the model that a number stands for, without the mode it ran in."""
        name = self._names.model(number)
        return name.removesuffix(FAST) if is_fast else name

    def _note_other_prices(self, changed: Iterable[Sighting]) -> None:
        """Mark models that another process has booked at another price than ours.

        Their responses are calculated anew at the next start.
        """
        for model, is_fast in {(response.model, response.is_fast) for response in changed}:
            self._connection.execute(
                "UPDATE models SET price = 'mixed' WHERE name = ? AND price <> ?",
                (billed_name(model, is_fast), self.prices.fingerprint(model)),
            )

    def repriced_models(self) -> list[int]:
        """Return the models whose price differs from the one they were booked at."""
        rows = self._connection.execute("SELECT model, price FROM models").fetchall()
        return [
            model
            for model, price in rows
            if self.prices.fingerprint(self._priced_as(model)) != price
        ]

    def _priced_as(self, model: int) -> str:
        """Return the name under which a model's price is looked for."""
        is_fast = self._connection.execute(
            "SELECT is_fast FROM models WHERE model = ?", (model,)
        ).fetchone()[0]
        return self._base(model, bool(is_fast))

    def note_price(self, model: int) -> None:
        """Keep that all of a model's responses bear its present price."""
        self._connection.execute(
            "UPDATE models SET price = ? WHERE model = ?",
            (self.prices.fingerprint(self._priced_as(model)), model),
        )

    def reprice(self, model: int, scope: int, after: int, most: int, revision: int) -> int | None:
        """Calculate a model's next responses anew; return the last id, `None` at the end."""
        rows = self._connection.execute(
            "SELECT id FROM responses WHERE scope = ? AND id > ? AND model = ? ORDER BY id LIMIT ?",
            (scope, after, model, most),
        ).fetchall()
        if not rows:
            return None
        ids = [row[0] for row in rows]
        place = {"scope": scope, "revision": revision}
        self._list(ids)
        self._sum(TAKE_AWAY, place)
        self._connection.create_function("priced", 8, self._priced(self._priced_as(model)))
        self._connection.execute(
            "UPDATE responses SET changed = :revision, calculated = priced(input, output,"
            " cache_read, cache_write_5m, cache_write_1h, flags, searches, time)"
            " WHERE scope = :scope AND id IN (SELECT id FROM temp.booked)",
            place,
        )
        self._sum(ADD, place)
        return ids[-1] if len(ids) == most else None

    def _priced(self, name: str) -> Callable[..., int | None]:
        """Return the SQL function that prices a response of one model."""

        def priced(*row: int) -> int | None:
            return calculated_cost(
                self.prices,
                model=name,
                tokens=Tokens(*row[:5]),
                is_fast=bool(row[5] & 1),
                is_us=bool(row[5] & 2),
                is_batch=bool(row[5] & 4),
                searches=row[6],
                time=row[7],
            )

        return priced


def _moves(old: Sighting, new: Sighting) -> bool:
    """Say whether a response leaves its bucket, its place in it, or the count."""
    return (old.time, old.session, old.project, old.model, old.is_fast) != (
        new.time,
        new.session,
        new.project,
        new.model,
        new.is_fast,
    ) or (bool(new.total or new.recorded) < bool(old.total or old.recorded))
