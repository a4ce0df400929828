"""Posting warnings to a server that answers in every way there is."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate

import pytest

from engine.domain.mistakes import SettingsError
from engine.net.addresses import retry_after
from engine.notify.webhook import PAUSES, WebhookChannel, checked_host
from tests.conftest import NOW
from tests.made_messages import message
from tests.patience import PATIENCE, done_within, wait_until
from tests.stub_server import StubHandler, StubServer, hide_proxies, serving


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StubServer]:
    hide_proxies(monkeypatch)
    with serving() as server:
        yield server


def in_turn(*answers: Callable[[StubHandler], None]) -> Callable[[StubHandler], None]:
    """Answer each request by the next, and from then on by the last."""
    left = list(answers)
    return lambda handler: (left.pop(0) if len(left) > 1 else left[0])(handler)


def refusing(status: int, **headers: str) -> Callable[[StubHandler], None]:
    return lambda handler: handler.send(status, b"no", **headers)


def posted(url: str, pauses: tuple[float, ...] = (0.0, 0.0, 0.0), timeout: float = 5) -> list[str]:
    """Post one warning and return the notices of it."""
    notices: list[str] = []
    channel = WebhookChannel(url, notices.append, pauses=pauses, timeout=timeout, clock=lambda: NOW)
    channel.hand_over(message())
    return notices


def test_the_pauses_between_tries_grow() -> None:
    assert PAUSES == (1.0, 4.0, 16.0)


def test_a_message_is_posted_as_json(server: StubServer) -> None:
    assert posted(server.url) == []
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/the/path")
    assert asked.headers["Content-Type"] == "application/json"
    assert json.loads(asked.body)["text"] == message().text


def test_what_passes_is_tried_again_until_it_works(server: StubServer) -> None:
    server.answer = in_turn(refusing(500), refusing(429), lambda handler: handler.send(204))
    assert posted(server.url) == []
    assert len(server.asked) == 3


def test_after_three_more_tries_there_is_one_notice(server: StubServer) -> None:
    server.answer = refusing(503)
    assert posted(server.url) == [
        "A warning did not reach the webhook at 127.0.0.1: it answered with HTTP status 503."
    ]
    assert len(server.asked) == 4


@pytest.mark.parametrize("status", [400, 401, 404, 410])
def test_what_does_not_pass_is_not_tried_again(server: StubServer, status: int) -> None:
    server.answer = refusing(status)
    (notice,) = posted(server.url)
    assert f"status {status}" in notice
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(server: StubServer, status: int) -> None:
    with serving() as other:
        server.answer = refusing(status, Location=other.url)
        (notice,) = posted(server.url)
        assert other.asked == []
    assert "redirects" in notice
    assert len(server.asked) == 1


def test_retry_after_lengthens_a_pause(server: StubServer) -> None:
    server.answer = in_turn(refusing(429, Retry_After="0.3"), lambda handler: handler.send(200))
    start = time.monotonic()
    assert posted(server.url) == []
    assert time.monotonic() - start >= 0.3


@pytest.mark.parametrize("asked_for", ["3600", formatdate(NOW / 1000 + 3600, usegmt=True)])
def test_a_server_that_asks_for_an_hour_is_not_tried_again(
    server: StubServer, asked_for: str
) -> None:
    server.answer = refusing(429, Retry_After=asked_for)
    assert len(posted(server.url)) == 1
    assert len(server.asked) == 1


def test_a_server_that_is_not_there_is_a_notice_without_its_secret_path() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/services/SECRET"
        (notice,) = posted(url)
    assert notice == (
        "A warning did not reach the webhook at 127.0.0.1: no connection (ConnectError)."
    )


def test_a_server_that_says_nothing_is_given_up(server: StubServer) -> None:
    server.answer = StubHandler.say_nothing
    (notice,) = done_within(2, lambda: posted(server.url, pauses=(), timeout=0.2))
    assert "no answer within 0.2 s" in notice


def test_a_body_that_drips_is_not_waited_for(server: StubServer) -> None:
    server.answer = lambda handler: handler.drip(200, b"x" * 100, 0.1)
    assert done_within(2, lambda: posted(server.url)) == []


def test_closing_ends_a_pause_at_once(server: StubServer) -> None:
    server.answer = refusing(500)
    channel = WebhookChannel(server.url, lambda notice: None, pauses=(10 * PATIENCE,))
    channel.send(message())
    wait_until(lambda: server.asked)
    channel.close()
    wait_until(lambda: "ccmon-webhook" not in {each.name for each in threading.enumerate()})
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://hooks.example.org/services/a", "hooks.example.org"),
        ("http://localhost:8080", "localhost"),
        ("http://127.0.0.1/x", "127.0.0.1"),
        ("http://[::1]:9/x", "::1"),
    ],
)
def test_an_address_is_https_or_of_this_machine(url: str, host: str) -> None:
    assert checked_host(url) == host


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "http://localhost.example.org/",
        "http://127.0.0.1@example.org/",
        "ftp://localhost/",
        "file:///etc/passwd",
        "https://",
        "https://a b",
        "https://a\nb",
        "https://[::1",
        "https://a:99999/",
        "hooks.example.org",
        "",
    ],
)
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="https address"):
        WebhookChannel(url, lambda notice: None)


@pytest.mark.parametrize(
    ("value", "milliseconds"),
    [
        ("0", 0),
        ("3000", 3_000_000),
        (" 1.5 ", 1_500),
        (formatdate(NOW / 1000 + 90, usegmt=True), 90_000),
        (formatdate(NOW / 1000 - 90, usegmt=True), 0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("inf", None),
        ("99999999999999999999", None),
        ("Sun, 99 Nov 2026 13:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, milliseconds: int | None) -> None:
    assert retry_after(value, NOW) == milliseconds
