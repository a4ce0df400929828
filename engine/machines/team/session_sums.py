"""Sums by session and step of time: a session's totals where it lies within one, else its slots.

Most sessions lie within a day, so that few rows of the largest rollup are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.domain.chosen import LATEST_SLOT, Chosen, Step
from engine.domain.slots import QUARTER, slot_bounds
from engine.machines.team.columns import ROLLUPS, SUMS
from engine.machines.team.conditions import condition_of
from engine.machines.team.names import TeamNames
from engine.machines.team.steps import number_of

_KEYS = ("person", *ROLLUPS["session_totals"])
_SUMS = (*SUMS, "first", "last")


def session_sums(
    chosen: Chosen, step: Step | None, agents: Sequence[str], names: TeamNames
) -> tuple[str, dict[str, Any]]:
    """Return what gives rows of sums by session, as SQL, and its values.

    Each has the keys of `session_totals`, its sums, and `step`: the step's number, 0 without one.
    """
    condition, values = condition_of(chosen, "session_totals", agents, names)
    ends = [
        "0" if step is None else number_of(step, f"({time} / {QUARTER})")
        for time in ("first", "last")
    ]
    within = [f"{ends[0]} = {ends[1]}"] if step is not None else []
    reaches, slots = list[str](), list[str]()
    if chosen.first > 0:
        values |= {"begin": slot_bounds(chosen.first)[0], "first_slot": chosen.first}
        within.append("first >= %(begin)s")
        reaches.append("last >= %(begin)s")
        slots.append("slot >= %(first_slot)s")
    if chosen.before < LATEST_SLOT:
        values |= {"end": slot_bounds(chosen.before)[0], "before_slot": chosen.before}
        within.append("last < %(end)s")
        reaches.append("first < %(end)s")
        slots.append("slot < %(before_slot)s")
    keys, sums = ", ".join(_KEYS), ", ".join(_SUMS)
    whole = (
        f"SELECT {keys}, {sums}, {ends[0]} AS step FROM ccmon.session_totals"
        f" WHERE {' AND '.join((condition, *within))}"
    )
    if not within:
        return f"({whole})", values
    across = " AND ".join((condition, *reaches, f"NOT ({' AND '.join(within)})"))
    number = "0" if step is None else number_of(step, "(slot / 2)")
    parts = (
        f"SELECT {keys}, {', '.join(f'b.{each}' for each in _SUMS)}, {number} FROM"
        f" (SELECT {keys} FROM ccmon.session_totals WHERE {across}) across"
        f" JOIN ccmon.buckets b USING ({keys})"
        f" WHERE {' AND '.join(('b.responses > 0', *slots))}"
    )
    return f"({whole} UNION ALL {parts})", values


def placed_statement(source: str, models: Sequence[str], cost: str, unpriced: str) -> str:
    """Return what sums by where sessions work: three kinds of rows, as SQL.

    Each is a kind, workplace, whether that is a name, the model's columns, a directory, sums as
    `Sums` has them, and a number of sessions.
    """
    of, sums = ", ".join(models), _summed(cost, unpriced)
    told = ", ".join(f"sum({each})" for each in ("responses", "unpriced", *_TOKENS, "cost"))
    none = ", ".join(f"NULL::{_type(each)}" for each in models)
    keys = ", ".join(dict.fromkeys(("person", "session", *models)))
    return (
        f"WITH rows AS MATERIALIZED (SELECT {keys}, "
        f"{sums} FROM {source} each GROUP BY {keys}),"
        f" placed AS MATERIALIZED (SELECT s.workplace, s.is_name, rows.*"
        " FROM rows LEFT JOIN ccmon.sessions s USING (person, agent, session))"
        f" SELECT 0, workplace, is_name, {of}, NULL::text, {told}, min(first), max(last),"
        f" sum(reasoning), count(*) FROM placed GROUP BY workplace, is_name, {of}"
        f" UNION ALL SELECT 1, workplace, is_name, {none}, NULL, {', '.join(['NULL'] * 11)},"
        " count(*) FROM (SELECT DISTINCT workplace, is_name, person, agent, session FROM placed)"
        " each GROUP BY workplace, is_name"
        f" UNION ALL SELECT 2, NULL, NULL, {of}, directory, {', '.join(['NULL'] * 8)}, min(first),"
        f" NULL, NULL, NULL FROM {source} each GROUP BY {of}, directory"
    )


_TOKENS = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")


def _summed(cost: str, unpriced: str) -> str:
    """Return the columns of `Sums`, each summed."""
    tokens = ", ".join(f"sum({each}) AS {each}" for each in _TOKENS)
    return (
        f"sum(responses) AS responses, sum({unpriced}) AS unpriced, {tokens},"
        f" sum({cost}) AS cost, min(first) AS first, max(last) AS last,"
        " sum(reasoning) AS reasoning"
    )


def _type(column: str) -> str:
    return "bigint" if column == "machine" else "text"
