"""What chooses rows of a team's database, as SQL and its values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.domain.chosen import LATEST_SLOT, Chosen
from engine.domain.slots import slot_bounds
from engine.machines.team.names import TeamNames

SLOTS_OF_HOUR = 8
_ARRAYS = {"is_name": "boolean", "machine": "bigint"}
_TIMES = {"buckets": "slot", "hours": "hour", "responses": "time"}
_OF_ALL_TIME = ("session_totals", "session_spans", "days")


def condition_of(
    chosen: Chosen, table: str, agents: Sequence[str], names: TeamNames
) -> tuple[str, dict[str, Any]]:
    """Return what chooses the rows of a table that are of some agents."""
    conditions, values = ["agent = ANY(%(agents)s)"], dict[str, Any](agents=list(agents))
    if table != "responses":
        conditions.append("responses > 0")
    for name, bound, sign in (("first", chosen.first, ">="), ("before", chosen.before, "<")):
        if table not in _OF_ALL_TIME and 0 < bound < LATEST_SLOT:
            conditions.append(f"{_TIMES[table]} {sign} %({name})s")
            values[name] = _bound(table, bound)
    if chosen.directories is not None:
        conditions.append("directory = ANY(%(directories)s)")
        values["directories"] = [names.name("projects", number) for number in chosen.directories]
    for name, columns, rows in _listed(chosen, names):
        made = ", ".join(
            f"%({name}{place})s::{_ARRAYS.get(column, 'text')}[]"
            for place, column in enumerate(columns)
        )
        told = ", ".join(columns)
        picked = f"SELECT * FROM unnest({made})"
        if name == "workplaces":
            told = "person, agent, session"
            picked = (
                "SELECT person, agent, session FROM ccmon.sessions WHERE (workplace, is_name)"
                f" IN ({picked})"
            )
        conditions.append(f"({told}) IN ({picked})")
        for place in range(len(columns)):
            values[f"{name}{place}"] = [row[place] for row in rows]
    return " AND ".join(conditions), values


def _listed(
    chosen: Chosen, names: TeamNames
) -> Iterator[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
    """Yield what is chosen by lists: a name, columns, and their values."""
    if chosen.sessions is not None:
        rows: list[tuple[Any, ...]] = [names.row("sessions", n) for n in chosen.sessions]
        yield "sessions", ("session", "agent", "person"), rows
    if chosen.workplaces is not None:
        known = names.workplaces()
        yield "workplaces", ("workplace", "is_name"), [known[n] for n in chosen.workplaces]
    if chosen.models is not None:
        columns = names.model_columns
        rows = [names.model_key(number)[: len(columns)] for number in chosen.models]
        yield "models", columns, rows


def _bound(table: str, slot: int) -> int:
    """Return what a slot is by the column that tells a table's time."""
    if table == "responses":
        return slot_bounds(slot)[0]
    return slot // SLOTS_OF_HOUR if table == "hours" else slot
