"""Providers over HTTP: what they say, how they are set up, and never a key."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.service.endpoint import API
from tests.providers.stubs import ADMIN, ProviderStub
from tests.service.served import Served, made_settings, serving
from tests.stub_server import hide_proxies
from tests.stub_server import serving as serving_stub

KEY = ADMIN["openai"]


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderStub]:
    hide_proxies(monkeypatch)
    with serving_stub() as server:
        yield ProviderStub(server, "openai")


@pytest.fixture
def server(tmp_path: Path, stub: ProviderStub) -> Iterator[Served]:
    made = made_settings(tmp_path)
    settings = replace(
        made,
        is_offline=False,
        providers={"openai": stub.options()},
        environment={
            **made.environment,
            "CCMON_DATA_DIR": str(tmp_path / "data"),
            "CCMON_PRICES_URL": stub.server.url,
        },
    )
    with serving(settings) as server:
        yield server


def test_a_key_is_taken_and_never_told_again(server: Served, stub: ProviderStub) -> None:
    assert server.get("/usage")["providers"] == []
    assert {each["state"] for each in server.get("/providers")["providers"]} == {"disabled"}
    reply = server.post(f"{API}/config/openai", {"enabled": True, "api_key": KEY})
    assert reply.status == 200, reply.body
    assert reply.document["key"]["hint"] == f"…{KEY[-4:]}"
    told = server.post(f"{API}/usage/refresh", {})
    assert told.document["providers"][0]["usage"]["cost_usd"] == 12.5
    asked = len(stub.server.asked)
    one = server.get("/usage/openai")
    assert one["days"]
    assert server.get("/usage")["providers"][0]["provider_id"] == "openai"
    assert server.get("/providers")["providers"]
    assert len(stub.server.asked) == asked, "who reads what is known asks nobody"
    bodies = [reply.body, told.body]
    for path in ("/providers", "/usage", "/usage/openai", "/config/openai", "/config", "/doctor"):
        bodies.append(server.ask(API + path).body)
    assert all(b"never-seen" not in body for body in bodies)
    assert server.post(f"{API}/config/openai", {"api_key": None}).document["is_enabled"] is False


def test_what_cannot_hold_is_a_problem_without_the_key(server: Served) -> None:
    for body in ({"api_key": "two words of a key"}, {"api_key": 5}, {"other": 1}, {"enabled": "x"}):
        reply = server.post(f"{API}/config/openai", body)
        assert reply.status == 400
        assert b"two words" not in reply.body
    assert server.post(f"{API}/config/nobody", {"enabled": True}).status == 404
    assert server.ask(f"{API}/usage/nobody").status == 404
    assert server.ask(f"{API}/config/openai", headers={}).status == 401


def test_the_page_has_a_view_of_them_where_one_is_enabled(server: Served, tmp_path: Path) -> None:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("there is no Chromium to look at it with")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    server.post(f"{API}/config/openai", {"api_key": KEY})
    server.post(f"{API}/usage/refresh", {})
    with api.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 900, "height": 700})
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        code = server.post(f"{API}/codes", {}).document["code"]
        page.goto(f"http://{server.host}/login?code={code}")
        page.click("nav a[href='#/providers']")
        page.get_by_text("$12.50").first.wait_for()
        text = page.inner_text("main")
        page.screenshot(path=str(tmp_path / "page.png"))
        browser.close()
    assert "Spend 13%" in text or "Spend 12%" in text
    assert "no balance: OpenAI tells no balance" in text
    assert faults == []
