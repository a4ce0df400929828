"""The vendors' own libraries read the same servers and come to the same sums.

So the servers are as the vendors are, and no invention of ours. The libraries are the extra `sdk`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.domain.provider_usage import ProviderAccount
from engine.domain.responses import PICO
from tests.providers.conftest import MakeAccounts
from tests.providers.stubs import ADMIN, TODAY, ProviderStub

MakeStub = Callable[[str], ProviderStub]
BEGIN = TODAY - timedelta(days=30)
pytestmark = pytest.mark.filterwarnings("ignore")
"""What the libraries warn of is theirs to mend."""


def _library(name: str) -> Any:
    reason = "the extra `sdk` is not installed: pip install -e '.[sdk]'"
    return pytest.importorskip(name, reason=reason)


def _ours(accounts_of: MakeAccounts, stub: ProviderStub) -> ProviderAccount:
    accounts = accounts_of(stub)
    accounts.refresh()
    account = accounts.one(stub.provider)
    assert account.state == "ok", account.sentence
    assert account.usage is not None
    return account


def test_openais_library_reads_the_same_sums(
    make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    openai = _library("openai")
    stub = make_stub("openai")
    ours = _ours(accounts_of, stub)
    client = openai.OpenAI(
        api_key="unused", admin_api_key=ADMIN["openai"], base_url=stub.base, max_retries=0
    )
    usage = client.admin.organization.usage
    start = int(datetime(BEGIN.year, BEGIN.month, BEGIN.day, tzinfo=UTC).timestamp())

    def results(ask: Callable[..., Any], **more: Any) -> list[Any]:
        found, page = [], None
        while True:
            told = ask(start_time=start, limit=31, **more, **({"page": page} if page else {}))
            found += [result for bucket in told.data for result in bucket.results]
            page = told.next_page
            if not told.has_more:
                return found

    costs = results(usage.costs)
    assert ours.month is not None
    assert ours.month.tokens is not None
    dollars = sum(Decimal(str(each.amount.value)) for each in costs)
    assert round(dollars * PICO) == ours.month.cost[0].value
    tokens = results(usage.completions, group_by=["model"])
    tokens += results(usage.embeddings, group_by=["model"])
    total = sum(each.input_tokens + (getattr(each, "output_tokens", 0) or 0) for each in tokens)
    assert total == ours.month.tokens.total
    assert sum(each.num_model_requests for each in tokens) == ours.month.requests
    assert {each.model for each in tokens} == {
        part.model for day in ours.usage.days for part in day.parts if part.model
    }


def test_anthropics_library_reads_the_same_sums(
    make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    anthropic = _library("anthropic")
    stub = make_stub("anthropic")
    ours = _ours(accounts_of, stub)
    client = anthropic.Anthropic(
        api_key=ADMIN["anthropic"], base_url=stub.base.removesuffix("/v1"), max_retries=0
    )
    analytics = client.beta.organization.analytics
    asked: dict[str, Any] = {
        "starting_at": f"{BEGIN}T00:00:00Z",
        "ending_at": f"{TODAY + timedelta(days=1)}T00:00:00Z",
        "time_bucket_width": "1d",
        "group_by": ["model", "product"],
    }
    rows = list(analytics.usage.list(**asked))
    assert ours.month is not None
    assert ours.month.tokens is not None
    assert sum(row.usage.total_tokens for row in rows) == ours.month.tokens.total
    assert sum(row.usage.requests for row in rows) == ours.month.requests
    costs = list(analytics.cost.list(**asked))
    cents = sum(Decimal(row.cost.amount) for row in costs)
    assert round(cents * PICO / 100) == ours.month.cost[0].value


def test_openrouters_library_reads_the_same_sums(
    make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    openrouter = _library("openrouter")
    stub = make_stub("openrouter")
    ours = _ours(accounts_of, stub)
    with openrouter.OpenRouter(api_key=ADMIN["openrouter"], server_url=stub.base) as client:
        key = client.api_keys.get_current_key_metadata().data
        credits = client.credits.get_credits().data
        activity = client.analytics.get_user_activity().data
    assert ours.month is not None
    assert ours.month.tokens is not None
    spent = sum(Decimal(str(each.usage)) for each in activity)
    assert round(spent * PICO) == ours.month.cost[0].value
    tokens = sum(each.prompt_tokens + each.completion_tokens for each in activity)
    assert tokens == ours.month.tokens.total
    left = Decimal(str(credits.total_credits)) - Decimal(str(credits.total_usage))
    assert round(left * PICO) == ours.usage.balances[0].amount.value
    assert ours.usage.limits[0].used_share == 1 - key.limit_remaining / key.limit


def test_coheres_library_finds_the_same_key_good(
    make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    cohere = _library("cohere.base_client")
    stub = make_stub("cohere")
    _ours(accounts_of, stub)
    client = cohere.BaseCohere(token=ADMIN["cohere"], base_url=stub.base.removesuffix("/v1"))
    assert client.check_api_key().valid is True


def test_mistrals_library_finds_a_plain_key_good(
    make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    client_of = _library("mistralai.client")
    from tests.providers.stubs import PLAIN

    stub = make_stub("mistral")
    accounts = accounts_of(stub, PLAIN["mistral"])
    accounts.refresh()
    assert accounts.one("mistral").state == "ok"
    with client_of.Mistral(
        api_key=PLAIN["mistral"], server_url=stub.base.removesuffix("/v1")
    ) as client:
        assert client.models.list().data == []
