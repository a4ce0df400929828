"""What a ledger tells other machines, and what it knows of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.domain.machines import OWN, Machine
from engine.domain.responses import Sighting
from engine.domain.workplaces import Workplace
from engine.ledger.book import Ledger
from engine.ledger.packed_rows import bring_all

_AT_ONCE = 20_000
_CHANGED = "scope = :scope AND id > :after AND changed > :since ORDER BY id LIMIT :most"


def changed_responses(ledger: Ledger, scope: int, since: int) -> Iterator[dict[int, Sighting]]:
    """Yield all rows of a scope that changed after a revision, in parts.

    Those without tokens are among them: such a line may be a response's earliest. They change
    no sum, so all rows are looked through; that takes a tenth of a second of half a million.
    """
    bring_all(ledger, (scope,))
    after = -1
    while True:
        place = {"scope": scope, "since": since, "after": after, "most": _AT_ONCE}
        with ledger.lock:
            told = dict(ledger.writers.rows.select("responses", _CHANGED, place))
        if told:
            yield told
        if len(told) < _AT_ONCE:
            return
        after = max(told)


def changed_workplaces(ledger: Ledger, scope: int, since: int) -> dict[str, Workplace]:
    """Return where sessions work of which that came to be known after a revision."""
    with ledger.lock:
        rows = ledger.connection.execute(
            "SELECT name, rank, time, path FROM session_workplaces JOIN sessions USING (session)"
            " JOIN workplaces USING (workplace) WHERE scope = ? AND changed > ?",
            (scope, since),
        ).fetchall()
    return {name: Workplace(*told) for name, *told in rows}


def own_id(ledger: Ledger) -> str | None:
    """Return the id of the machine that the ledger is of, `None` where it knows of no other."""
    own = ledger.names.machines().get(OWN)
    return own.id if own else None


def keep_machines(ledger: Ledger, machines: Mapping[int, Machine]) -> bool:
    """Keep what machines are called, by place; return whether that is new."""
    known = ledger.names.machines()
    news = {place: each for place, each in machines.items() if known.get(place) != each}
    if not news:
        return False
    with ledger.transaction():
        ledger.connection.executemany(
            "INSERT OR REPLACE INTO machines VALUES (?,?,?,?)",
            [
                (str(place) if place else "", each.id, each.name, each.person)
                for place, each in news.items()
            ],
        )
    ledger.names.learn_machines()
    return True


def machine_totals(ledger: Ledger, scopes: Sequence[int]) -> dict[int, tuple[int, int | None]]:
    """Return of each machine, by place, how many responses it has and when the last one came."""
    found: dict[int, tuple[int, int | None]] = {}
    place_of = ledger.names.model.place
    with ledger.lock:
        rows: list[tuple[int, int, int]] = [
            row
            for scope in scopes
            for row in ledger.connection.execute(
                "SELECT model, sum(responses), max(last) FROM slot_totals"
                " WHERE scope = ? AND responses > 0 GROUP BY model",
                (scope,),
            )
        ]
    for model, responses, last in rows:
        before, latest = found.get(place_of(model), (0, None))
        found[place_of(model)] = (before + responses, max(latest or last, last))
    return found
