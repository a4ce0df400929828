"""Steps of local time as SQL, and the rollup that knows them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from engine.domain.chosen import LATEST_SLOT, Chosen, Key, Step
from engine.machines.team.conditions import SLOTS_OF_HOUR

_QUARTERS_OF_HOUR = 4
_QUARTERS_OF_DAY = 96


def smallest_table(by: Sequence[Key], chosen: Chosen, step: Step | None) -> str:
    """Return the smallest rollup that knows what is asked for."""
    needs_time = step is not None or "slot" in by or not chosen.is_of_all_time
    ends = (chosen.first, 0 if chosen.before >= LATEST_SLOT else chosen.before)
    is_hourly = not any(end % SLOTS_OF_HOUR for end in ends) and (
        step is None or not (step.ahead % _QUARTERS_OF_HOUR or step.quarters % _QUARTERS_OF_HOUR)
    )
    has_place = any(
        each is not None for each in (chosen.sessions, chosen.directories, chosen.workplaces)
    )
    if not needs_time:
        return "session_totals" if by or has_place else "days"
    return "hours" if is_hourly and not by and not has_place else "buckets"


def quarter_of(table: str) -> str:
    """Return the number of a quarter hour in a rollup's row, as SQL."""
    return "hour * 4" if table == "hours" else "slot / 2"


def number_of(step: Step, quarter: str) -> str:
    """Return the number of a quarter hour's step as SQL, rounded down also before 1970."""
    return (
        f"({quarter} + {step.ahead + _QUARTERS_OF_DAY}) / {step.quarters}"
        f" - {_QUARTERS_OF_DAY // step.quarters}"
    )


def ahead(column: str, offsets: Sequence[tuple[int, int]]) -> str:
    """Return how far local time is ahead of UTC at a column's moment, as SQL."""
    cases = "".join(
        f" WHEN {column} < {until} THEN {offset}" for (_, offset), (until, _) in pairwise(offsets)
    )
    return f"CASE{cases} ELSE {offsets[-1][1]} END" if cases else str(offsets[-1][1])
