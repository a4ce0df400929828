"""What goes wrong with a provider is told apart, keeps the last good answer, and tells no key."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise

import pytest

from engine.domain.provider_usage import ProviderAccount
from engine.domain.times import HOUR, MINUTE, SECOND
from engine.providers.accounts import Accounts
from engine.providers.registry import OWN
from tests.conftest import NOW
from tests.providers.conftest import MakeAccounts
from tests.providers.stubs import ADMIN, ProviderStub
from tests.stub_server import StubHandler, serving

MakeStub = Callable[[str], ProviderStub]
HTML = b"<!DOCTYPE html><html>Sign in</html>"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


def _break_off(handler: StubHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"data": [')
    handler.close_connection = True


def _dribble(handler: StubHandler) -> None:
    handler.drip_raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500, 0.05)


def _echo(handler: StubHandler) -> None:
    key = ADMIN_OF[handler.server]
    handler.send(400, json.dumps({"error": {"message": f"bad key {key}"}}).encode())


ADMIN_OF: dict[object, str] = {}
MODES: dict[str, tuple[Callable[[StubHandler], None], set[str]]] = {
    "throttled": (lambda handler: handler.send(429, b"{}", Retry_After="120"), {"rate_limited"}),
    "at fault": (lambda handler: handler.send(503, b"busy"), {"unavailable"}),
    "broken off": (_break_off, {"unavailable"}),
    "a web page": (lambda handler: handler.send(200, HTML), {"unreadable"}),
    "gone": (lambda handler: handler.send(404, b"{}"), {"unreadable", "invalid_key"}),
    "refused": (lambda handler: handler.send(401, b"{}"), {"invalid_key"}),
    "echoing": (_echo, {"unreadable", "invalid_key"}),
}


def _good_one(accounts_of: MakeAccounts, stub: ProviderStub, clock: Clock) -> Accounts:
    accounts = accounts_of(stub, clock=clock, timeout=5.0)
    accounts.refresh()
    assert accounts.one(stub.provider).state == "ok"
    return accounts


def _is_without_secret(account: ProviderAccount, secret: str) -> bool:
    return secret not in repr(account) and "never" not in account.sentence


@pytest.mark.parametrize("provider", OWN)
def test_every_failure_is_told_apart_and_keeps_the_last_good_answer(
    provider: str, make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    stub, clock = make_stub(provider), Clock()
    ADMIN_OF[stub.server] = ADMIN[provider]
    accounts = _good_one(accounts_of, stub, clock)
    good = accounts.one(provider).usage
    for mode, (misbehave, states) in MODES.items():
        clock.now += HOUR
        stub.misbehave = misbehave
        accounts.refresh(is_forced=True)
        account = accounts.one(provider)
        assert account.state in states, (mode, account.state)
        assert account.usage == good, mode
        assert account.is_stale, mode
        assert account.sentence, mode
        assert _is_without_secret(account, ADMIN[provider]), mode
        asked = stub.count
        clock.now += 11 * SECOND
        accounts.refresh()
        assert stub.count == asked, f"{mode}: asked again at once"
    clock.now += HOUR
    stub.misbehave = None
    accounts.refresh(is_forced=True)
    assert accounts.one(provider).state == "ok"
    assert not accounts.one(provider).is_stale


@pytest.mark.parametrize("provider", OWN)
def test_headers_that_dribble_keep_nobody_waiting(
    provider: str, make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    stub = make_stub(provider)
    stub.misbehave = _dribble
    accounts = accounts_of(stub, timeout=0.1)
    accounts.refresh()
    assert accounts.one(provider).state == "timeout"


@pytest.mark.parametrize("provider", OWN)
def test_no_redirect_is_followed_and_carries_no_key(
    provider: str, make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    stub = make_stub(provider)
    with serving() as other:
        place = other.url
        stub.misbehave = lambda handler: handler.send(307, b"", Location=place)
        accounts = accounts_of(stub)
        accounts.refresh()
        assert accounts.one(provider).state == "unavailable"
        assert "redirect" in accounts.one(provider).sentence
        assert other.asked == []


LIES = (
    b"null",
    b"[]",
    b'"text"',
    b"12",
    b"{}",
    b'{"data": {"data": []}, "usage": [], "limits": {}, "timeSeries": {}, "has_more": true}',
    b'{"data": [{"results": [1, null, {"amount": "x"}], "start_time": {}}], "has_more": "yes"}',
    b'{"data": {"limits": [[], {"unit": {}, "number": -1}], "available_balance": []}}',
    b'{"balance_infos": [{"currency": 5, "total_balance": "1e999"}], "usageItems": [[]]}',
    b'{"usage": {"limit": -5, "used": "x"}, "limits": [{"window": 3}], "usageEvents": [{}]}',
    b'{"total": {"val": "many"}, "timeSeries": [{"dataPoints": [{"values": {}}]}]}',
    b'{"currency": 1, "completion": {"models": {"a": {"input": [{"value": []}]}}}}',
    b"[" * 5_000,
    b"\xff\xfe{}",
)


@pytest.mark.parametrize("provider", OWN)
def test_lies_about_types_break_nothing_and_invent_nothing(
    provider: str, make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    stub, clock = make_stub(provider), Clock()
    accounts = accounts_of(stub, clock=clock)
    for lie in LIES:
        clock.now += HOUR
        stub.misbehave = lambda handler, lie=lie: handler.send(200, lie)  # type: ignore[misc]
        accounts.refresh(is_forced=True)
        account = accounts.one(provider)
        assert account.state in ("unreadable", "invalid_key", "ok", "unconfigured"), lie
        for amount in (*(account.month.cost if account.month else ()),):
            assert amount.value == 0, lie
        assert all(
            each.used_share is None for each in (account.usage.limits if account.usage else ())
        ), lie


def test_a_throttled_provider_is_left_alone_as_long_as_it_asks(
    make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    stub, clock = make_stub("deepseek"), Clock()
    stub.misbehave = lambda handler: handler.send(429, b"", Retry_After="3600")
    accounts = accounts_of(stub, clock=clock)
    accounts.refresh()
    assert accounts.one("deepseek").retry_at == NOW + HOUR
    for minutes in (1, 31, 59):
        clock.now = NOW + minutes * MINUTE
        accounts.refresh(is_forced=True)
    assert stub.count == 1
    clock.now = NOW + HOUR
    stub.misbehave = None
    accounts.refresh()
    assert accounts.one("deepseek").state == "ok"


def test_pauses_grow_to_half_an_hour_and_one_refresh_has_one_retry(
    make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    stub, clock = make_stub("deepseek"), Clock()
    stub.misbehave = lambda handler: handler.send(503)
    accounts = accounts_of(stub, clock=clock)
    times = []
    for minute in range(240):
        clock.now = NOW + minute * MINUTE
        before = stub.count
        accounts.refresh()
        if stub.count != before:
            assert stub.count == before + 2
            times.append(minute)
    pauses = [after - before for before, after in pairwise(times)]
    assert pauses[:5] == [2, 4, 8, 16, 30]
    assert set(pauses[5:]) == {30}


def test_what_only_another_key_helps_is_not_tried_again(
    make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    stub, clock = make_stub("cohere"), Clock()
    accounts = accounts_of(stub, "a-wrong-key-of-cohere", clock=clock)
    accounts.refresh()
    assert accounts.one("cohere").state == "invalid_key"
    clock.now += 24 * HOUR
    accounts.refresh()
    assert stub.count == 1
    accounts.set_key("cohere", ADMIN["cohere"])
    assert accounts.one("cohere").state == "unasked"
    accounts.refresh()
    assert accounts.one("cohere").state == "ok"


def test_a_broken_provider_delays_nobody(
    make_stub: MakeStub, accounts_of: MakeAccounts, online: Callable[..., object]
) -> None:
    slow, quick = make_stub("deepseek"), make_stub("moonshot")
    slow.misbehave = StubHandler.say_nothing
    settings = online(providers={each.provider: each.options() for each in (slow, quick)})
    accounts = Accounts(settings, timeout=0.3)  # type: ignore[arg-type]
    for stub in (slow, quick):
        accounts.set_key(stub.provider, ADMIN[stub.provider])
    accounts.refresh()
    assert accounts.one("deepseek").state == "timeout"
    assert accounts.one("moonshot").state == "ok"


@pytest.mark.parametrize("address", ["http://example.org/v1", "ftp://example.org", "nonsense"])
def test_a_key_goes_over_https_alone(
    address: str, make_stub: MakeStub, accounts_of: MakeAccounts
) -> None:
    stub = make_stub("deepseek")
    accounts = accounts_of(stub, options={"base-url": address})
    accounts.refresh()
    account = accounts.one("deepseek")
    assert account.state == "unconfigured"
    assert "https" in account.sentence
