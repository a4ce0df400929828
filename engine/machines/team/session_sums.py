"""Sums by steps of time from a coarse rollup: whole rows where all of one lies in a step.

Of the others the parts are taken from the finer one. Most sessions lie within a day, and most
days of UTC within one of the zone, so that few rows of the larger tables are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from engine.domain.chosen import LATEST_SLOT, Chosen, Step
from engine.domain.slots import QUARTER, slot_bounds
from engine.machines.team.columns import ROLLUPS, SUMS
from engine.machines.team.conditions import SLOTS_OF_HOUR, condition_of
from engine.machines.team.names import TeamNames
from engine.machines.team.steps import number_of, quarter_of

_SUMS = (*SUMS, "first", "last")


class _Pair(NamedTuple):
    """A coarse rollup and the finer one with the parts of its rows."""

    coarse: str
    fine: str
    keys: tuple[str, ...]
    """What rows of both have in common, beside `of_part`."""
    of_part: str
    """What else tells whose part a row is, as SQL on `whole` and `part`."""
    time: str
    slots: int
    """How many slots one step of `time` has."""


_SESSIONS = _Pair("session_totals", "buckets", ROLLUPS["session_totals"], "true", "slot", 1)
_DAYS = _Pair(
    "days", "hours", ROLLUPS["days"][1:], "part.hour / 24 = whole.day", "hour", SLOTS_OF_HOUR
)


def session_sums(
    chosen: Chosen, step: Step | None, agents: Sequence[str], names: TeamNames
) -> tuple[str, dict[str, Any]]:
    """Return what gives rows of sums by session, as SQL, and its values.

    Each has the keys of `session_totals`, its sums, and `step`: the step's number, 0 without one.
    """
    return _sums(_SESSIONS, chosen, step, agents, names)


def day_sums(
    chosen: Chosen, step: Step | None, agents: Sequence[str], names: TeamNames
) -> tuple[str, dict[str, Any]]:
    """Return the same without sessions and places; steps and what is chosen are of whole hours."""
    return _sums(_DAYS, chosen, step, agents, names)


def _sums(
    pair: _Pair, chosen: Chosen, step: Step | None, agents: Sequence[str], names: TeamNames
) -> tuple[str, dict[str, Any]]:
    condition, values = condition_of(chosen, pair.coarse, agents, names)
    ends = [
        "0" if step is None else number_of(step, f"({time} / {QUARTER})")
        for time in ("first", "last")
    ]
    # As equality it would be taken for rare, and all that comes after it planned for few rows.
    within = [f"{ends[0]} >= {ends[1]}"] if step is not None else []
    reaches, parts = list[str](), [pair.of_part, "part.responses > 0"]
    if chosen.first > 0:
        values |= {"begin": slot_bounds(chosen.first)[0], "from_part": chosen.first // pair.slots}
        within.append("first >= %(begin)s")
        reaches.append("last >= %(begin)s")
        parts.append(f"part.{pair.time} >= %(from_part)s")
    if chosen.before < LATEST_SLOT:
        values |= {"end": slot_bounds(chosen.before)[0], "to_part": chosen.before // pair.slots}
        within.append("last < %(end)s")
        reaches.append("first < %(end)s")
        parts.append(f"part.{pair.time} < %(to_part)s")
    listed = ("person", *pair.keys)
    keys, sums = ", ".join(listed), ", ".join(_SUMS)
    whole = (
        f"SELECT {keys}, {sums}, {ends[0]} AS step FROM ccmon.{pair.coarse}"
        f" WHERE {' AND '.join((condition, *within))}"
    )
    if not within:
        return f"({whole})", values
    # So written it is taken for rare, as it is: parts are looked up, not all of them read.
    across = " AND ".join((condition, *reaches, f"({' AND '.join(within)})::int = 0"))
    number = "0" if step is None else number_of(step, f"({quarter_of(pair.fine)})")
    same = " AND ".join(f"part.{key} = whole.{key}" for key in listed)
    of_parts = (
        f"SELECT {', '.join(f'part.{each}' for each in (*listed, *_SUMS))}, {number} FROM"
        f" (SELECT * FROM ccmon.{pair.coarse} WHERE {across}) whole"
        f" JOIN ccmon.{pair.fine} part ON {same} WHERE {' AND '.join(parts)}"
    )
    return f"({whole} UNION ALL {of_parts})", values


_TOKENS = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
_WORKING = "LEFT JOIN ccmon.sessions s USING (person, agent, session)"


def by_place(source: str, models: Sequence[str], cost: str, unpriced: str) -> str:
    """Return what sums by where sessions work and model, as SQL: their columns, then `Sums`."""
    keys = ", ".join(("workplace", "is_name", *models))
    tokens = ", ".join(f"sum({each})" for each in _TOKENS)
    return (
        f"SELECT {keys}, sum(responses), sum({unpriced}), {tokens}, sum({cost}), min(first),"
        f" max(last), sum(reasoning) FROM {source} each {_WORKING} GROUP BY {keys}"
    )


def sessions_by_place(source: str) -> str:
    """Return what counts sessions by where they work, as SQL."""
    return (
        "SELECT workplace, is_name, count(*) FROM"
        f" (SELECT DISTINCT person, agent, session FROM {source} each) found {_WORKING}"
        " GROUP BY workplace, is_name"
    )


def sessions_by_model(source: str, models: Sequence[str]) -> str:
    """Return what counts sessions by model, as SQL; the last column is 1 for those of all."""
    of = ", ".join(models)
    keys = ", ".join(dict.fromkeys(("person", "session", *models)))
    none = ", ".join(f"NULL::{'bigint' if each == 'machine' else 'text'}" for each in models)
    return (
        f"WITH found AS MATERIALIZED (SELECT DISTINCT {keys} FROM {source} each)"
        f" SELECT {of}, count(*), 0 FROM found GROUP BY {of} UNION ALL"
        f" SELECT {none}, count(*), 1 FROM"
        " (SELECT DISTINCT person, agent, session FROM found) every"
    )


def directories_by_model(source: str, models: Sequence[str]) -> str:
    """Return what finds each model's directories, as SQL, with when it was first used there."""
    keys = ", ".join((*models, "directory"))
    return f"SELECT {keys}, min(first) FROM {source} each GROUP BY {keys}"
