"""The user's own budgets, as windows of the calendar."""

from __future__ import annotations

from datetime import date, timedelta

from engine.aggregates.history import History
from engine.domain.limit_windows import Budget, WindowNow
from engine.domain.slots import slot_of
from engine.domain.times import day_of, start_of_day, start_of_week
from engine.limits.estimate import LimitBasis
from engine.limits.labels import BUDGET, basis_of
from engine.limits.windows import LevelsOf, LocalUse, Use, local_window


def budget_window(
    budget: Budget, history: History, week_start: int, now: int, levels_of: LevelsOf
) -> WindowNow:
    """Return a budget's day, week or month with what this machine used in it."""
    first, after = days_of(budget, day_of(now, history.zone), week_start)
    bounds = start_of_day(first, history.zone), start_of_day(after, history.zone)
    uses: list[Use] = []
    for slot in history.slots_between(slot_of(bounds[0]), slot_of(bounds[1])):
        models = history.slots[slot].values()
        tokens = sum(sum(sums[2:7]) for sums in models)
        uses.append((history.span_of(slot)[1], tokens, sum(sums[7] for sums in models)))
    used = sum(use[1] for use in uses), sum(use[2] for use in uses)
    local = LocalUse(bounds, used, lambda: uses)
    basis = LimitBasis("given", budget.unit, budget.value, basis_of("budget"))
    name = f"{BUDGET}:{budget.period}"
    return local_window(name, (basis, "budget"), local, now, levels_of)


def days_of(budget: Budget, today: date, week_start: int) -> tuple[date, date]:
    """Return the first day of a budget's period, and the one after its last."""
    if budget.period == "day":
        return today, today + timedelta(days=1)
    if budget.period == "week":
        first = start_of_week(today, week_start)
        return first, first + timedelta(days=7)
    first = today.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)
