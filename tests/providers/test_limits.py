"""Limits of providers and budgets of what they bill, among all limit windows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from engine.domain.limit_windows import WindowNow
from engine.domain.mistakes import SettingsError
from engine.domain.responses import PICO
from engine.domain.settings import Settings
from engine.domain.times import HOUR
from engine.domain.typed.amounts import one_of_each, parse_budget
from engine.monitor import Monitor
from tests.conftest import NOW
from tests.providers.conftest import MakeAccounts, MakeSettings
from tests.providers.stubs import TODAY, ProviderStub

MakeStub = Callable[[str], ProviderStub]


def _windows(settings: Settings) -> dict[str, WindowNow]:
    with Monitor(replace(settings, is_offline=True)) as monitor:
        return {each.window: each for each in monitor.limits.now().windows}


def test_a_provider_adds_its_limits_and_its_cost_counts_to_budgets(
    make_stub: MakeStub, accounts_of: MakeAccounts, online: MakeSettings
) -> None:
    stub = make_stub("openai")
    accounts_of(stub).refresh()
    texts = ("10usd/month@openai", "5usd/day@openai", "100usd/week@openai", "7usd/day")
    budgets = one_of_each(map(parse_budget, texts))
    settings = online(providers={"openai": stub.options()}, budgets=budgets)
    found = _windows(settings)
    spend = found["provider:openai:spend_limit"]
    assert (spend.label, spend.source) == ("Spend · OpenAI", "provider")
    assert (spend.used_share, spend.used, spend.limit) == (0.125, 12.5 * PICO, 100 * PICO)
    assert not spend.is_gravest
    month = found["budget:month:openai"]
    assert (month.used_share, month.level) == (1.25, "reached")
    assert found["budget:day:openai"].used == 1.25 * PICO
    monday = TODAY - timedelta(days=TODAY.weekday())
    assert found["budget:week:openai"].used == 1.25 * ((TODAY - monday).days + 1) * PICO
    assert found["budget:day"].used == 0
    names = list(found)
    assert names.index("budget:day") < names.index("provider:openai:spend_limit")


def test_an_old_limit_says_at_least_and_one_that_is_over_is_gone(
    make_stub: MakeStub, accounts_of: MakeAccounts, online: MakeSettings
) -> None:
    stub = make_stub("kimi-code")
    accounts_of(stub).refresh()
    given = {"providers": {"kimi-code": stub.options()}}
    later = _windows(online(**given, clock=lambda: NOW + 3 * HOUR))
    assert "provider:kimi-code:five_hour" not in later
    week = later["provider:kimi-code:seven_day"]
    assert week.is_floor
    assert week.state == "last known"


def test_a_budget_of_a_provider_that_is_not_enabled_is_unknown_and_says_so(
    online: MakeSettings,
) -> None:
    window = _windows(online(budgets=(parse_budget("10usd/month@openai"),)))["budget:month:openai"]
    assert window.used_share is None
    assert "ccmon providers enable openai" in window.reason


@pytest.mark.parametrize("text", ["5k/day@openai", "5usd/day@", "5usd/day@a b", "5usd/year@openai"])
def test_a_budget_of_a_provider_is_dollars_of_a_period(text: str) -> None:
    with pytest.raises(SettingsError):
        parse_budget(text)


def test_of_one_period_and_provider_there_is_one_budget() -> None:
    with pytest.raises(SettingsError, match="openai"):
        one_of_each(map(parse_budget, ("5usd/day@openai", "6usd/day@openai", "7usd/day")))
