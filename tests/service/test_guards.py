"""Who is let in, over TCP: names, pages, tokens, sizes, and time."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from engine.service import connections
from engine.service.endpoint import API
from engine.service.endpoints import ENDPOINTS
from engine.service.guards import MOST_BODY
from engine.service.hub import MOST_LISTENERS
from tests.patience import PATIENCE
from tests.service.served import TOKEN, TRUSTED, Served, made_settings, raw, serving

JSON = {"Content-Type": "application/json"}
PATHS = [f"{API}{each.path.replace('{id}', 's1')}" for each in ENDPOINTS]
CLOSED = [*PATHS, f"{API}/stream", f"{API}/config", f"{API}/openapi.json", f"{API}/nothing"]
CHANGES = [f"{API}/refresh", f"{API}/config", f"{API}/codes"]


@pytest.mark.parametrize("path", ["/health", f"{API}/live"])
@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8080", "127.0.0.1.evil.example", "10.0.0.1", "localhost."),
        *(
            "127.0.0.1:80@evil.example",
            "localhost:x",
            "127.0.0.1@evil.example",
            "::1",
            "0.0.0.0",
            "",
        ),
    ],
)
def test_a_name_that_leads_here_but_is_not_this_machines_is_refused(
    served: Served, path: str, host: str
) -> None:
    reply = served.ask(path, headers={**TRUSTED, "Host": host})
    assert reply.status == 421
    assert b"responses" not in reply.body


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "LOCALHOST"])
def test_this_machines_own_names_are_answered(served: Served, host: str) -> None:
    for name in (host, f"{host}:{served.port}"):
        assert served.ask("/health", headers={"Host": name}).status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:1", "file://"])
def test_pages_of_others_are_refused(served: Served, origin: str) -> None:
    headers = {**TRUSTED, **JSON, "Origin": origin}
    assert served.ask(f"{API}/refresh", "POST", b"{}", headers).status == 403
    assert served.ask(f"{API}/live", headers=headers).status == 403
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://{served.host}{API}/ws", additional_headers=headers)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_port_cannot_even_load_a_script_of_ours(
    served: Served, site: str
) -> None:
    fetched = {**TRUSTED, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}
    assert served.ask(f"{API}/live", headers=fetched).status == 403
    visited = {**TRUSTED, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
    assert served.ask("/health", headers=visited).status == 200


def test_of_two_pages_in_one_request_both_have_to_be_ours(served: Served) -> None:
    lines = (
        f"GET {API}/live HTTP/1.1",
        f"Host: {served.host}",
        f"Authorization: Bearer {TOKEN}",
        f"Origin: http://{served.host}",
        "Origin: http://evil.example",
    )
    assert raw(served.port, "\r\n".join((*lines, "", "")).encode()).startswith(b"HTTP/1.1 403 ")


def test_the_page_of_the_service_itself_may_ask(served: Served) -> None:
    headers = {**TRUSTED, **JSON, "Origin": f"http://{served.host}"}
    assert served.ask(f"{API}/refresh", "POST", b"{}", headers).status == 202
    assert "Access-Control-Allow-Origin" not in served.ask(f"{API}/live", headers=headers).headers


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
        {"Cookie": f"ccmon={TOKEN}"},
    ],
)
def test_nothing_is_told_without_the_token(
    served: Served, path: str, headers: dict[str, str]
) -> None:
    reply = served.ask(path, headers=headers)
    assert reply.status == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", CHANGES)
def test_nothing_is_changed_without_the_token(served: Served, path: str) -> None:
    assert served.ask(path, "POST", b"{}", JSON).status == 401


def test_the_token_is_not_taken_from_an_address(served: Served) -> None:
    for query in (f"token={TOKEN}", f"access_token={TOKEN}"):
        assert served.ask(f"{API}/live?{query}", headers={}).status == 401


def test_a_websocket_needs_the_token(served: Served) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://{served.host}{API}/ws")
    assert refused.value.response.status_code == 401


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_what_a_form_of_another_page_can_send_changes_nothing(served: Served, kind: str) -> None:
    for path in CHANGES:
        reply = served.ask(path, "POST", b"{}", {**TRUSTED, "Content-Type": kind})
        assert reply.status == 415


def test_a_large_body_is_refused_unread(served: Served) -> None:
    head = (
        f"POST {API}/refresh HTTP/1.1\r\nHost: {served.host}\r\nAuthorization: Bearer {TOKEN}\r\n"
        "Content-Type: application/json\r\nContent-Length: 20971520\r\n\r\n"
    )
    assert raw(served.port, head.encode()).startswith(b"HTTP/1.1 413 ")


def test_a_large_body_without_a_length_is_refused_on_the_way(served: Served) -> None:
    head = (
        f"POST {API}/refresh HTTP/1.1\r\nHost: {served.host}\r\nAuthorization: Bearer {TOKEN}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    piece = b"%x\r\n%s\r\n" % (1 << 16, b" " * (1 << 16))
    with socket.create_connection(("127.0.0.1", served.port), 10) as connection:
        connection.sendall(head.encode())
        for _ in range(MOST_BODY // (1 << 16) + 1):
            connection.sendall(piece)
        assert connection.recv(1_000).startswith(b"HTTP/1.1 413 ")


def test_an_endless_address_and_endless_nesting_are_refused(served: Served) -> None:
    assert served.ask(f"/?{'a' * 20_000}").status == 414
    for body in (b"[" * 100_000, b'{"a":' * 100_000):
        reply = served.ask(f"{API}/config", "POST", body, {**TRUSTED, **JSON})
        assert reply.status in (400, 404)
        reply = served.ask(f"{API}/refresh", "POST", body, {**TRUSTED, **JSON})
        assert (reply.status, b"nested too deeply" in reply.body) == (400, True)


def test_long_headers_are_refused(served: Served) -> None:
    head = f"GET /health HTTP/1.1\r\nHost: {served.host}\r\nX: {'x' * 100_000}\r\n\r\n"
    assert raw(served.port, head.encode())[:13] in (b"HTTP/1.1 431 ", b"HTTP/1.1 400 ")


def test_a_connection_that_asks_nothing_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "PATIENCE", 0.1)
    with serving(made_settings(tmp_path)) as server:
        begun = time.monotonic()
        assert raw(server.port, b"GET /health HTTP/1.1\r\nHo") == b""
        assert time.monotonic() - begun < 5
        with connect(f"ws://{server.host}{API}/ws", additional_headers=TRUSTED) as websocket:
            time.sleep(0.3)
            websocket.ping().wait(PATIENCE)


def test_an_answer_that_takes_too_long_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(made_settings(tmp_path), deadline=0.2) as server:
        snapshot = server.service.source.monitor.snapshot
        monkeypatch.setattr(
            server.service.source.monitor, "snapshot", lambda: (time.sleep(1), snapshot())[1]
        )
        assert server.ask(f"{API}/live").status == 504


def test_so_many_listen_and_no_more(served: Served) -> None:
    from contextlib import ExitStack

    with ExitStack() as stack:
        for _ in range(MOST_LISTENERS):
            next(stack.enter_context(served.streaming()))
        reply = served.ask(f"{API}/stream")
        assert reply.status == 503
        assert "listen already" in reply.document["detail"]
    end = time.monotonic() + 10
    while served.service.hub is not None and served.service.hub.listeners:
        assert time.monotonic() < end
        time.sleep(0.01)
    with served.streaming() as events:
        assert next(events)["event"] == "snapshot"


def test_every_answer_forbids_what_pages_of_others_could_do_with_it(served: Served) -> None:
    for path in ("/health", f"{API}/live", f"{API}/nothing", "/login?code=x"):
        for headers in (TRUSTED, {}):
            told = served.ask(path, headers=headers).headers
            policy = told["content-security-policy"]
            assert "default-src 'self'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "http" not in policy
            assert told["x-content-type-options"] == "nosniff"
            assert told["referrer-policy"] == "no-referrer"
            assert "server" not in {name.lower() for name in told}


def test_a_browser_is_let_in_once_with_a_code(served: Served) -> None:
    code = served.post(f"{API}/codes", {}).document["code"]
    entered = served.ask(f"/login?code={code}", headers={})
    assert (entered.status, entered.headers["location"]) == (303, "/")
    told = entered.headers["set-cookie"]
    assert "httponly" in told.lower()
    assert "samesite=strict" in told.lower()
    cookie = {"Cookie": told.partition(";")[0]}
    assert served.ask(f"{API}/live", headers=cookie).status == 200
    assert served.ask(f"/login?code={code}", headers={}).status == 401
    assert served.ask("/login?code=guessed", headers={}).status == 401
    own = {**cookie, **JSON, "Origin": f"http://{served.host}"}
    assert served.ask(f"{API}/refresh", "POST", b"{}", own).status == 202
    nameless = {**cookie, **JSON}
    assert served.ask(f"{API}/refresh", "POST", b"{}", nameless).status == 403
    with connect(
        f"ws://{served.host}{API}/ws", additional_headers={**cookie, "Origin": own["Origin"]}
    ):
        pass


def test_where_others_may_reach_it_an_address_is_a_right_name_and_a_name_is_not(
    tmp_path: Path,
) -> None:
    with serving(made_settings(tmp_path), takes_addresses=True, hosts=frozenset({"box"})) as server:
        for host, status in (("192.0.2.7:80", 200), ("box", 200), ("evil.example", 421)):
            assert server.ask("/health", headers={"Host": host}).status == status
