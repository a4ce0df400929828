"""Amounts of tokens and money: limits, and budgets of a day, a week or a month."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from engine.domain.levels import LEVELS, Levels
from engine.domain.limit_windows import Budget
from engine.domain.mistakes import SettingsError
from engine.domain.responses import PICO

PERIODS: tuple[Literal["day", "week", "month"], ...] = ("day", "week", "month")

_MOST = 10**15
_FEW_TOKENS = 1_000
"""Nobody means so few: who writes 20/day means dollars."""
_MOST_DOLLARS = 10**6
_PROVIDER = re.compile(r"[a-z0-9][a-z0-9-]{0,40}\Z", re.ASCII)
_FACTORS = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
_ASKED = re.compile(
    r"(?P<cost>\$?)(?P<number>\d+(?:[,_]\d{3})*(?:\.\d+)?)(?P<factor>[kmb]?)(?P<usd>(?: ?usd)?)\Z",
    re.ASCII | re.IGNORECASE,
)
"""Commas stand between thousands only: `1,5M` may mean 1.5M or 15M."""


class LimitChoice(Struct, frozen=True):
    """What the user asked to be measured against."""

    source: Literal["given", "p90", "max", "median"]
    unit: Literal["tokens", "cost"] = "tokens"
    value: int | None = None
    """Tokens or pico-dollars, of a given limit."""
    levels: Levels = LEVELS
    is_asked: bool = False
    """Whether the user said so: nothing else takes its place."""

    def __str__(self) -> str:
        if self.value is None:
            return self.source
        return f"{self.value / PICO:g}usd" if self.unit == "cost" else str(self.value)


def parse_limit(text: str | None) -> LimitChoice:
    """Return what `500k`, `1.5M`, `$20`, `20usd`, `max`, `median` or `p90` (`None`) means.

    Raises `SettingsError` for anything else.
    """
    asked = (text or "p90").strip()
    named: dict[str, LimitChoice] = {
        "p90": LimitChoice("p90"),
        "max": LimitChoice("max"),
        "median": LimitChoice("median"),
    }
    if asked.lower() in named:
        return named[asked.lower()]
    match = _ASKED.match(asked)
    amount = 0.0
    if match is not None:
        number = match["number"].replace(",", "").replace("_", "")
        amount = float(number) * _FACTORS[match["factor"].lower()]
    is_cost = match is not None and bool(match["cost"] or match["usd"])
    value = round(amount * PICO if is_cost else amount) if amount < _MOST else 0
    if value < 1 or (is_cost and amount > _MOST_DOLLARS):
        raise SettingsError(
            f"'{text}' is not a limit: give tokens such as 500k or 1.5M, dollars such as 20usd or"
            " '$20' (in quotes, for the shell), or one of max, median and p90."
        )
    return LimitChoice("given", "cost" if is_cost else "tokens", value)


def parse_token_limit(text: str) -> int | Literal["max"]:
    """Return what `500k`, `1.5M`, `500_000` or `max` means, in tokens.

    Raises `SettingsError` for anything else.
    """
    try:
        choice = parse_limit(text)
    except SettingsError:
        choice = None
    if choice is not None and choice.source == "max":
        return "max"
    if choice is None or choice.value is None or choice.unit != "tokens":
        raise SettingsError(
            f"'{text}' is not a token limit: give tokens such as 500k, 1.5M or 500_000, or max, the"
            " largest of all finished blocks."
        )
    return choice.value


def parse_budget(text: str) -> Budget:
    """Return what `20usd/day`, `500k/week` or `$300/month@openai` means; raises `SettingsError`.

    With a provider it is of what that one bills.
    """
    amount, _, said = text.partition("/")
    named, at, provider = said.partition("@")
    period = next((each for each in PERIODS if each == named.strip().lower()), None)
    choice = _choice(amount)
    is_billed = not at or (choice is not None and choice.unit == "cost")
    if at and not (_PROVIDER.match(provider.strip()) and is_billed):
        raise SettingsError(
            f"'{text}' is not a budget of a provider: give dollars, a period and its id, such as"
            " 100usd/month@openai."
        )
    if choice is None or choice.value is None or period is None:
        raise SettingsError(
            f"'{text}' is not a budget: give an amount and a period, such as 20usd/day, 500k/week"
            " or 300usd/month."
        )
    if choice.unit == "tokens" and choice.value < _FEW_TOKENS:
        raise SettingsError(
            f"'{text}' would be {choice.value} token{'' if choice.value == 1 else 's'} a {period}:"
            f" write {choice.value}usd/{period} for dollars, {choice.value}k/{period} for thousands"
            " of tokens."
        )
    return Budget(period=period, unit=choice.unit, value=choice.value, provider=provider.strip())


def one_of_each(budgets: Iterable[Budget]) -> tuple[Budget, ...]:
    """Return budgets; raises `SettingsError` where two are of one period and provider."""
    given = tuple(budgets)
    for each in given:
        same = [other for other in given if _place(other) == _place(each)]
        if len(same) > 1:
            of = f" of {each.provider}" if each.provider else ""
            raise SettingsError(
                f"There are several budgets of a {each.period}{of}: give one of each period."
            )
    return given


def _place(budget: Budget) -> tuple[str, str]:
    return budget.period, budget.provider


def _choice(amount: str) -> LimitChoice | None:
    try:
        return parse_limit(amount.strip() or "nothing")
    except SettingsError:
        return None
