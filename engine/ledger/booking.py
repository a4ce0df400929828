"""Books responses: a new or replaced one is a difference on the three sums.

Merging and pricing happen here row by row, summing in SQLite; the caller's transaction
makes responses, sums and cursors one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping

from engine.ledger.names import Names
from engine.ledger.sums import ADD, SLOT, SPAN_ANEW, TAKE_AWAY, TEMPORARY_TABLES
from engine.pricing.cost import calculated_cost
from engine.pricing.table import PriceTable
from engine.responses import FAST, Sighting, Tokens, billed_name, merge

_COLUMNS = (
    "scope, id, time, is_forked, session, project, is_sidechain, won_at, model, input, output,"
    " cache_read, cache_write_5m, cache_write_1h, flags, searches, recorded, calculated, agent,"
    " changed, reasoning"
)
_CHUNK = 400


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
        known = dict(self._known(scope, seen))
        changed: dict[int, Sighting] = {}
        for id_, sighting in seen.items():
            old = known.get(id_)
            if old is None:
                changed[id_] = sighting
            elif (new := merge(old, sighting)) != old:
                changed[id_] = new
        if not changed:
            return
        moved = [id_ for id_, new in changed.items() if id_ in known and _moves(known[id_], new)]
        place = {"scope": scope, "revision": revision}
        replaced = [id_ for id_ in changed if id_ in known]
        if replaced:
            self._note_moved(scope, moved)
            self._sum(TAKE_AWAY, replaced, place)
        self._connection.executemany(
            f"INSERT OR REPLACE INTO responses ({_COLUMNS}) VALUES ({','.join('?' * 21)})",
            [self._row(scope, id_, changed[id_], revision) for id_ in sorted(changed)],
        )
        self._sum(ADD, changed, place)
        self._note_other_prices(changed.values())
        if moved:
            for statement in SPAN_ANEW:
                self._connection.execute(statement, place)

    def _sum(self, statements: tuple[str, ...], ids: Iterable[int], place: dict[str, int]) -> None:
        self._connection.execute("DELETE FROM temp.booked")
        self._connection.executemany(
            "INSERT INTO temp.booked VALUES (?)", [(id_,) for id_ in sorted(ids)]
        )
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

    def _known(self, scope: int, ids: Iterable[int]) -> Iterator[tuple[int, Sighting]]:
        """Yield the responses already booked among some ids."""
        if not self._connection.execute(
            "SELECT 1 FROM responses WHERE scope = ? LIMIT 1", (scope,)
        ).fetchone():
            return
        asked = sorted(ids)
        for start in range(0, len(asked), _CHUNK):
            chunk = asked[start : start + _CHUNK]
            yield from self._select(
                f"scope = ? AND id IN ({','.join('?' * len(chunk))})", (scope, *chunk)
            )

    def responses(self, scope: int, after: int, most: int) -> dict[int, Sighting]:
        """Return the next responses of a scope by id."""
        return dict(self._select("scope = ? AND id > ? ORDER BY id LIMIT ?", (scope, after, most)))

    def _select(self, condition: str, values: tuple[int, ...]) -> Iterator[tuple[int, Sighting]]:
        name = self._names.name
        for row in self._connection.execute(
            f"SELECT {_COLUMNS} FROM responses WHERE {condition}", values
        ).fetchall():
            yield (
                row[1],
                Sighting(
                    key=f"#{row[1]}",
                    is_sidechain=bool(row[6]),
                    won_at=row[7],
                    model=self._base(row[8], bool(row[14] & 1)),
                    tokens=Tokens(*row[9:14]),
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
                ),
            )

    def _row(self, scope: int, id_: int, new: Sighting, revision: int) -> tuple[int | None, ...]:
        number = self._names.number
        agent = self._agent_of(scope)
        tokens = new.tokens
        return (
            scope,
            id_,
            new.time,
            new.is_forked,
            number("sessions", new.session, agent),
            number("projects", new.project),
            new.is_sidechain,
            new.won_at,
            self._model(new, agent),
            tokens.input,
            tokens.output,
            tokens.cache_read,
            tokens.cache_write_5m,
            tokens.cache_write_1h,
            new.is_fast | new.is_us << 1 | new.is_batch << 2,
            new.searches,
            new.recorded,
            self._price(new),
            number("agents", new.agent),
            revision,
            new.reasoning,
        )

    def _price(self, response: Sighting) -> int | None:
        return calculated_cost(
            self.prices,
            model=response.model,
            tokens=response.tokens,
            is_fast=response.is_fast,
            is_us=response.is_us,
            is_batch=response.is_batch,
            searches=response.searches,
            time=response.time,
        )

    def _agent_of(self, scope: int) -> str:
        """Return whose responses a scope holds."""
        if scope not in self._agents:
            rows = self._connection.execute("SELECT scope, agent FROM scopes").fetchall()
            self._agents = dict(rows)
        return self._agents[scope]

    def _model(self, response: Sighting, agent: str) -> int:
        """Return a model's number; a new one is kept with the price it is booked at."""
        model = response.model
        key = (billed_name(model, response.is_fast), agent, response.provider)
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
        self._sum(TAKE_AWAY, ids, place)
        self._connection.create_function("priced", 8, self._priced(self._priced_as(model)))
        self._connection.execute(
            "UPDATE responses SET changed = :revision, calculated = priced(input, output,"
            " cache_read, cache_write_5m, cache_write_1h, flags, searches, time)"
            " WHERE scope = :scope AND id IN (SELECT id FROM temp.booked)",
            place,
        )
        self._sum(ADD, ids, place)
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
    ) or (bool(new.tokens.total or new.recorded) < bool(old.tokens.total or old.recorded))
