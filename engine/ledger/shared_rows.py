"""What a ledger tells other machines, and what it knows of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.domain.machines import OWN, Machine
from engine.domain.responses import Sighting
from engine.domain.slots import spans_of
from engine.domain.workplaces import Workplace
from engine.ledger.book import Ledger
from engine.ledger.packed_rows import bring_between
from engine.ledger.sums import CONTEXT_BITS, COUNTS

_ROWS_ASKED = 20_000


def changed_responses(
    ledger: Ledger, scope: int, since: int
) -> Iterator[tuple[dict[int, Sighting], set[int]]]:
    """Yield a scope's responses that changed after a revision, in parts.

    Beside each part stand the ids of rows that are no responses any more. A response that
    changes changes its slot's sums, and by these it is found.
    """
    with ledger.lock:
        slots = ledger.connection.execute(
            "SELECT DISTINCT slot FROM slot_totals WHERE scope = ? AND changed > ? ORDER BY slot",
            (scope, since),
        ).fetchall()
    told: dict[int, Sighting] = {}
    void: set[int] = set()
    for start, end in spans_of(slot for (slot,) in slots):
        bring_between(ledger, (scope,), start, end + 1)
        place = {"scope": scope, "since": since, "start": start, "end": end}
        within = "scope = :scope AND time BETWEEN :start AND :end AND changed > :since"
        with ledger.lock:
            told.update(ledger.writers.rows.select("responses", f"{within} AND {COUNTS}", place))
            if since:
                rows = ledger.connection.execute(
                    f"SELECT id FROM responses WHERE {within} AND NOT {COUNTS}"
                    f" AND flags >> {CONTEXT_BITS} = 0",
                    place,
                )
                void.update(id_ for (id_,) in rows)
        if len(told) >= _ROWS_ASKED:
            yield told, void
            told, void = {}, set()
    yield told, void


def changed_workplaces(ledger: Ledger, scope: int, since: int) -> dict[str, Workplace]:
    """Return where sessions work of which that came to be known after a revision."""
    with ledger.lock:
        rows = ledger.connection.execute(
            "SELECT name, rank, time, path FROM session_workplaces JOIN sessions USING (session)"
            " JOIN workplaces USING (workplace) WHERE scope = ? AND changed > ?",
            (scope, since),
        ).fetchall()
    return {name: Workplace(*told) for name, *told in rows}


def has_changed(ledger: Ledger, scopes: Sequence[int], since: int) -> bool:
    """Say whether any response of some scopes changed after a revision."""
    with ledger.lock:
        return any(
            ledger.connection.execute(
                "SELECT 1 FROM slot_totals WHERE scope = ? AND changed > ? LIMIT 1",
                (scope, since),
            ).fetchone()
            for scope in scopes
        )


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
