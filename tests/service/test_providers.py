"""Providers over HTTP: what they say, how they are set up, and never a key."""

from __future__ import annotations

from engine.service.endpoint import API
from tests.providers.stubs import ADMIN, ProviderStub
from tests.service.served import Served

KEY = ADMIN["openai"]


def test_a_key_is_taken_and_never_told_again(asking: Served, stub: ProviderStub) -> None:
    assert asking.get("/usage")["providers"] == []
    assert {each["state"] for each in asking.get("/providers")["providers"]} == {"disabled"}
    reply = asking.post(f"{API}/config/openai", {"enabled": True, "api_key": KEY})
    assert reply.status == 200, reply.body
    assert reply.document["key"]["hint"] == f"…{KEY[-4:]}"
    told = asking.post(f"{API}/usage/refresh", {})
    assert told.document["providers"][0]["usage"]["cost_usd"] == 12.5
    asked = len(stub.server.asked)
    one = asking.get("/usage/openai")
    assert one["days"]
    assert asking.get("/usage")["providers"][0]["provider_id"] == "openai"
    assert asking.get("/providers")["providers"]
    assert len(stub.server.asked) == asked, "who reads what is known asks nobody"
    bodies = [reply.body, told.body]
    for path in ("/providers", "/usage", "/usage/openai", "/config/openai", "/config", "/doctor"):
        bodies.append(asking.ask(API + path).body)
    assert all(b"never-seen" not in body for body in bodies)
    assert asking.post(f"{API}/config/openai", {"api_key": None}).document["is_enabled"] is False


def test_what_cannot_hold_is_a_problem_without_the_key(asking: Served) -> None:
    for body in ({"api_key": "two words of a key"}, {"api_key": 5}, {"other": 1}, {"enabled": "x"}):
        reply = asking.post(f"{API}/config/openai", body)
        assert reply.status == 400
        assert b"two words" not in reply.body
    assert asking.post(f"{API}/config/nobody", {"enabled": True}).status == 404
    assert asking.ask(f"{API}/usage/nobody").status == 404
    assert asking.ask(f"{API}/config/openai", headers={}).status == 401
