"""Budgets as people write them: an amount of tokens or money, and a period."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from engine.domain.limit_windows import Budget
from engine.domain.settings import SettingsError
from engine.limits.estimate import LimitChoice, parse_limit

PERIODS: tuple[Literal["day", "week", "month"], ...] = ("day", "week", "month")


def parse_budget(text: str) -> Budget:
    """Return what `20usd/day`, `500k/week` or `$300/month` means; raises `SettingsError`."""
    amount, _, named = text.partition("/")
    period = next((each for each in PERIODS if each == named.strip().lower()), None)
    choice = _choice(amount)
    if choice is None or choice.value is None or period is None:
        raise SettingsError(
            f"'{text}' is no budget: give an amount and a period, such as 20usd/day, 500k/week or"
            " 300usd/month."
        )
    return Budget(period=period, unit=choice.unit, value=choice.value)


def parse_budgets(texts: Iterable[str]) -> tuple[Budget, ...]:
    """Return budgets, at most one of each period; raises `SettingsError`."""
    budgets = [parse_budget(text) for text in texts]
    for period in PERIODS:
        if sum(each.period == period for each in budgets) > 1:
            raise SettingsError(
                f"There are several budgets of a {period}: give one of each period."
            )
    return tuple(budgets)


def _choice(amount: str) -> LimitChoice | None:
    try:
        return parse_limit(amount.strip() or "nothing")
    except SettingsError:
        return None
