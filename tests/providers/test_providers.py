"""What each provider's answers come to, read from a server of its published schema."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.domain.provider_usage import Amount
from engine.domain.responses import PICO, Tokens
from engine.providers.registry import OWN
from tests.providers.conftest import MakeAccounts
from tests.providers.stubs import ADMIN, PLAIN, RESOURCE, SIGN_IN, ProviderStub

MakeStub = Callable[[str], ProviderStub]


def _usd(dollars: float) -> Amount:
    return Amount("USD", round(dollars * PICO))


def _fetched(accounts_of: MakeAccounts, stub: ProviderStub, key: str = "", **given: object):  # type: ignore[no-untyped-def]
    accounts = accounts_of(stub, key, **given)
    accounts.refresh()
    account = accounts.one(stub.provider)
    assert account.state == "ok", account.sentence
    assert account.usage is not None
    return account


def _lacks(account) -> set[str]:  # type: ignore[no-untyped-def]
    assert account.usage is not None
    for each in account.usage.unsupported:
        assert each.reason
        assert each.where.startswith("https://")
    return {each.capability for each in account.usage.unsupported}


def test_openai_tells_costs_tokens_and_the_spend_limit(
    make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    account = _fetched(accounts_of, make_stub("openai"))
    assert account.month.cost == (_usd(12.5),)
    assert account.today.cost == (_usd(1.25),)
    assert account.month.requests == 10 * (3 + 3 + 1)
    assert account.today.tokens == Tokens(500 * 2 + 10, 50 * 2, 400 * 2, 100 * 2)
    (limit,) = account.usage.limits
    assert (limit.used_share, limit.limit, limit.unit) == (0.125, 100 * PICO, "USD")
    assert limit.resets_at == 1_796_083_200_000
    assert account.course[-10:] == (round(1.25 * PICO),) * 10
    assert account.course[:-10] == (0,) * 20
    assert _lacks(account) == {"balance"}


def test_anthropic_tells_usage_by_model_and_product(
    make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    account = _fetched(accounts_of, make_stub("anthropic"))
    assert account.month.cost == (_usd(20 * 0.125),)
    assert account.month.tokens == Tokens(2_000, 800, 20_000, 400, 600)
    assert account.month.requests == 40
    assert account.today.cost == (_usd(0),)
    assert account.today.tokens == Tokens()
    products = {part.product for day in account.usage.days for part in day.parts}
    assert products == {"claude_code", "messages_api"}
    assert account.usage.fresh_until == 1_795_348_800_000
    assert _lacks(account) == {"balance", "limits"}


def test_anthropics_older_reports_are_read_where_there_are_no_analytics(
    make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    stub = make_stub("anthropic")
    stub.routes = {key: route for key, route in stub.routes.items() if "analytics" not in key[1]}
    account = _fetched(accounts_of, stub)
    assert account.month.cost == (_usd(20 * 0.125),)
    assert account.month.tokens == Tokens(2_000, 800, 20_000, 400, 600)


def test_google_checks_a_key_and_reads_requests_of_a_sign_in(
    make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    stub = make_stub("google")
    account = _fetched(accounts_of, stub)
    assert _lacks(account) == {"usage", "cost", "balance", "limits"}
    assert account.month.cost == ()
    assert account.month.tokens is account.month.requests is None
    assert all(ADMIN["google"] not in each.path for each in stub.server.asked)
    base = stub.base.removesuffix("/v1beta")
    options = {"project": "harbour", "monitoring-url": f"{base}/v3"}
    signed_in = _fetched(accounts_of, stub, SIGN_IN["google"], options=options)
    assert (signed_in.month.requests, signed_in.today.requests) == (28, 14)
    assert signed_in.month.tokens is None
    assert signed_in.month.cost == ()


def test_azure_checks_a_key_and_reads_tokens_and_money_of_a_sign_in(
    make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    stub = make_stub("azure-openai")
    assert _lacks(_fetched(accounts_of, stub)) == {"usage", "cost", "balance", "limits"}
    options = {"resource-id": RESOURCE, "scope": "/subscriptions/s", "management-url": stub.base}
    account = _fetched(accounts_of, stub, SIGN_IN["azure-openai"], options=options)
    assert account.month.tokens == Tokens(1_800, 200)
    assert account.month.requests == 10
    assert account.month.cost == (Amount("EUR", round(3.75 * PICO)),)
    assert account.course_currency == "EUR"


def test_cohere_tells_that_a_key_is_good_and_nothing_else(
    make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    account = _fetched(accounts_of, make_stub("cohere"))
    assert _lacks(account) == {"usage", "cost", "balance", "limits"}
    assert (account.month.requests, account.month.tokens, account.month.cost) == (None, None, ())


def test_mistral_tells_volumes_times_prices_to_an_admin_key(
    make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    account = _fetched(accounts_of, make_stub("mistral"))
    of_a_day = round((1_000 * 0.000002 + 200 * 0.000006) * PICO)
    assert account.month.cost == account.today.cost == (Amount("EUR", of_a_day),)
    assert account.month.tokens == Tokens(1_100, 300)
    (limit,) = account.usage.limits
    assert (limit.used, limit.limit, limit.unit) == (of_a_day, 50 * PICO, "EUR")
    plain = _fetched(accounts_of, make_stub("mistral"), PLAIN["mistral"])
    assert _lacks(plain) == {"usage", "cost", "balance", "limits"}


def test_openrouter_tells_a_plain_key_its_own_and_a_management_key_all(
    make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    account = _fetched(accounts_of, make_stub("openrouter"))
    assert account.month.cost == (_usd(3.0),)
    assert account.month.tokens == Tokens(1_600, 800, 2_400)
    assert [each.amount for each in account.usage.balances] == [_usd(100.25)]
    assert account.usage.limits[0].used_share == 0.25
    plain = _fetched(accounts_of, make_stub("openrouter"), PLAIN["openrouter"])
    assert (plain.today.cost, plain.month.cost) == ((_usd(1.5),), (_usd(25.0),))
    assert plain.month.tokens is None
    assert _lacks(plain) == {"usage", "balance"}


def test_balances_keep_their_currencies(make_stub: MakeStub, accounts_of: MakeAccounts) -> None:
    deepseek = _fetched(accounts_of, make_stub("deepseek")).usage.balances
    totals = [each.amount for each in deepseek if each.name == "balance"]
    assert totals == [Amount("CNY", 110 * PICO), _usd(5.25)]
    moonshot = {
        each.name: each.amount
        for each in _fetched(accounts_of, make_stub("moonshot")).usage.balances
    }
    assert moonshot == {"balance": _usd(49.58), "vouchers": _usd(50), "cash": _usd(-0.42)}
    xai = _fetched(accounts_of, make_stub("xai"))
    assert [each.amount for each in xai.usage.balances] == [_usd(42.5)]
    assert (xai.today.cost, xai.month.cost) == ((_usd(1.25),), (_usd(1.75),))


def test_plans_tell_their_windows(make_stub: MakeStub, accounts_of: MakeAccounts) -> None:
    week, hours = _fetched(accounts_of, make_stub("kimi-code")).usage.limits
    assert (week.name, week.used_share, week.limit) == ("seven_day", 0.25, 2_048)
    assert (hours.name, hours.used_share, hours.used) == ("five_hour", 0.1, 20)
    zai = _fetched(accounts_of, make_stub("zai")).usage
    assert [(each.name, each.used_share) for each in zai.limits] == [
        ("five_hour", 0.37),
        ("tool_calls", 0.12),
    ]
    assert zai.plan == "pro"


def test_copilot_tells_a_bill_and_its_quota(make_stub: MakeStub, accounts_of: MakeAccounts) -> None:
    account = _fetched(accounts_of, make_stub("github-copilot"))
    assert (account.today.cost, account.month.cost) == ((_usd(0.5),), (_usd(2.0),))
    (limit,) = account.usage.limits
    assert (limit.used_share, limit.used, limit.limit) == (0.75, 225, 300)


def test_cursor_tells_a_teams_events_page_by_page(
    make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    account = _fetched(accounts_of, make_stub("cursor"))
    assert account.month.cost == (_usd(0.375),)
    assert account.month.tokens == Tokens(300, 30, 3_000, 150)
    assert account.month.requests == 3


@pytest.mark.parametrize("provider", OWN)
def test_a_check_takes_a_good_key_and_refuses_another(
    provider: str, make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    stub = make_stub(provider)
    found, sentence = accounts_of(stub).check(provider)
    assert found is not None, sentence
    found, sentence = accounts_of(stub, "another-key-that-is-wrong").check(provider)
    assert found is None
    assert "another-key" not in sentence
    assert "set another" in sentence


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_plain_key_where_an_admin_key_is_needed_is_a_state_of_its_own(
    provider: str, make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    accounts = accounts_of(make_stub(provider), PLAIN[provider])
    accounts.refresh()
    account = accounts.one(provider)
    assert account.state == "needs_admin_key"
    assert account.usage is None
    found, _ = accounts.check(provider)
    assert found is not None
    assert found.kind == "plain"
