"""Fetching prices from a server that answers in every way there is."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from engine.domain.times import DAY
from engine.pricing import refresh as refresh_module
from engine.pricing.refresh import RefreshError, is_due, refresh
from engine.pricing.table import PriceTable
from tests.patience import PATIENCE, done_within

NOW = 1_800_000_000_000
"""2027-01-15 in UTC."""
FILES = {"prices.json", "price-history.json", "price-history-copy.json"}


def litellm(input_price: float = 7e-06, models: int = 100) -> bytes:
    """Return a made-up table of LiteLLM's."""
    price = {"mode": "chat", "output_cost_per_token": 2e-06, "input_cost_per_token": input_price}
    return json.dumps({f"model-{number}": price for number in range(models)}).encode()


class Server(ThreadingHTTPServer):
    """Answers as its `answer` says and keeps the headers it was sent."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[Message] = []
        self.answer: Callable[[Handler], None] = lambda handler: handler.send(200, litellm())
        self.ended = Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/prices.json"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.headers)
        self.server.answer(self)

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.ended.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "ccmon" / "prices.json"


def input_price(target: Path) -> int:
    found = PriceTable.load(target).find("model-7")
    assert found is not None
    return found.terms[-1].price.input // 10**12


def test_a_fetched_table_is_in_force_afterwards(server: Server, target: Path) -> None:
    brought = refresh(target, server.url, now_ms=NOW)
    assert (brought.models, brought.is_changed, brought.fetched_at) == (100, True, NOW)
    assert input_price(target) == 7
    table = PriceTable.load(target)
    assert (table.others_as_of, table.problem) == ("2027-01-15", None)
    assert {path.name for path in target.parent.iterdir()} == FILES


def test_a_table_that_did_not_change_is_not_sent_again(server: Server, target: Path) -> None:
    server.answer = lambda handler: handler.send(200, litellm(), ETag='"one"')
    refresh(target, server.url, now_ms=NOW)
    server.answer = lambda handler: handler.send(304)
    brought = refresh(target, server.url, now_ms=NOW + DAY)
    assert (brought.models, brought.is_changed) == (100, False)
    assert [headers["If-None-Match"] for headers in server.asked] == [None, '"one"']
    assert not is_due(target, NOW + DAY)
    refresh(target, server.url, now_ms=NOW + 2 * DAY)
    assert server.asked[-1]["If-None-Match"] == '"one"'
    assert input_price(target) == 7


def test_a_newer_table_takes_the_older_ones_place(server: Server, target: Path) -> None:
    refresh(target, server.url, now_ms=NOW)
    server.answer = lambda handler: handler.send(200, litellm(9e-06))
    assert refresh(target, server.url, now_ms=NOW).is_changed
    assert input_price(target) == 9


def test_the_same_table_sent_again_is_no_change(server: Server, target: Path) -> None:
    refresh(target, server.url, now_ms=NOW)
    assert not refresh(target, server.url, now_ms=NOW + 1).is_changed


def test_a_table_from_another_address_is_asked_for_whole(server: Server, target: Path) -> None:
    server.answer = lambda handler: handler.send(200, litellm(), ETag='"one"')
    refresh(target, server.url, now_ms=NOW)
    refresh(target, server.url + "?other", now_ms=NOW)
    assert server.asked[-1]["If-None-Match"] is None


def test_a_damaged_file_is_fetched_whole_again(server: Server, target: Path) -> None:
    server.answer = lambda handler: handler.send(200, litellm(), ETag='"one"')
    refresh(target, server.url, now_ms=NOW)
    target.write_bytes(target.read_bytes()[:-40])
    assert refresh(target, server.url, now_ms=NOW).is_changed
    assert server.asked[-1]["If-None-Match"] is None
    assert input_price(target) == 7


def hang(handler: Handler) -> None:
    handler.server.ended.wait(PATIENCE)


def drip(handler: Handler) -> None:
    handler.send(200, b"", Content_Length="1000000")
    while not handler.server.ended.wait(0.02):
        try:
            handler.wfile.write(b" ")
        except OSError:
            return


def redirect_for_ever(handler: Handler) -> None:
    handler.send(302, Location="/prices.json")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda handler: handler.send(500), "answered with HTTP status 500"),
        (lambda handler: handler.send(404, b"404: Not Found"), "answered with HTTP status 404"),
        (lambda handler: handler.send(304), "answered with HTTP status 304"),
        (lambda handler: handler.send(200, b"<html>"), "is not LiteLLM's price table"),
        (lambda handler: handler.send(200, b""), "is not LiteLLM's price table"),
        (lambda handler: handler.send(200, b"[1]"), "is not LiteLLM's price table"),
        (lambda handler: handler.send(200, b'"\xff"'), "is not LiteLLM's price table"),
        (lambda handler: handler.send(200, litellm()[:-9]), "is not LiteLLM's price table"),
        (lambda handler: handler.send(200, litellm(models=99)), "is not LiteLLM's price table"),
        (lambda handler: handler.send(200, litellm(), Content_Length="99999"), "broke off (peer"),
        (
            lambda handler: handler.send(200, litellm(), Content_Encoding="gzip"),
            "cannot be unpacked",
        ),
        (redirect_for_ever, "broke off"),
        (lambda handler: handler.connection.close(), "broke off"),
        (hang, "did not send them within 0.2 s"),
        (drip, "did not send them within 0.2 s"),
    ],
    ids=[
        "500",
        "404",
        "304-unasked",
        "page",
        "nothing",
        "list",
        "not-utf-8",
        "half-a-table",
        "too-few-models",
        "truncated",
        "not-gzip",
        "redirects",
        "closed",
        "hangs",
        "drips",
    ],
)
def test_what_goes_wrong_is_said_and_changes_nothing(
    server: Server, target: Path, answer: Callable[[Handler], None], said: str
) -> None:
    refresh(target, server.url, now_ms=NOW)
    before = target.read_bytes()
    server.answer = answer
    with pytest.raises(RefreshError) as raised:
        refresh(target, server.url, timeout=0.2 if answer in (hang, drip) else 10)
    assert said in str(raised.value)
    assert server.url in str(raised.value)
    assert "those known so far stay in use" in str(raised.value)
    assert target.read_bytes() == before
    assert {path.name for path in target.parent.iterdir()} == FILES


def test_a_body_without_end_is_cut_off(
    server: Server, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh_module, "LARGEST_BODY", 2**20)
    server.answer = lambda handler: handler.send(200, b" " * 2**21)
    with pytest.raises(RefreshError, match="more than 1 MB"):
        refresh(target, server.url)
    assert not target.exists()


def test_a_server_that_is_not_there_is_said(target: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    with pytest.raises(RefreshError, match=r"could not be reached.*check the network"):
        refresh(target, url)
    assert not target.exists()


@pytest.mark.parametrize("url", ["prices.json", "ftp://host/prices", "http://host:port/", ""])
def test_an_address_that_is_none_is_said(target: Path, url: str) -> None:
    with pytest.raises(RefreshError, match="check the address"):
        refresh(target, url)


def test_a_proxy_that_cannot_be_used_is_said(
    server: Server, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://nowhere")
    with pytest.raises(RefreshError, match="proxy"):
        refresh(target, server.url)


def test_a_place_that_cannot_be_written_is_said(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RefreshError, match=r"could not be saved.*make the place writable"):
        refresh(tmp_path / "file" / "prices.json", server.url)


def test_a_replacement_that_fails_leaves_no_draft(server: Server, target: Path) -> None:
    target.mkdir(parents=True)
    with pytest.raises(RefreshError, match="could not be saved"):
        refresh(target, server.url)
    assert {path.name for path in target.parent.iterdir()} == FILES


def test_what_refreshes_killed_long_ago_have_left_is_removed(server: Server, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    dead, alive = target.with_name(".ccmon-draft-dead"), target.with_name(".ccmon-draft-alive")
    for draft in (dead, alive):
        draft.write_bytes(litellm()[:100])
    os.utime(dead, (0, 0))
    refresh(target, server.url)
    assert {path.name for path in target.parent.iterdir()} == {*FILES, alive.name}


def test_a_refresh_is_due_once_a_day(server: Server, target: Path) -> None:
    assert is_due(target, NOW)
    refresh(target, server.url, now_ms=NOW)
    assert [is_due(target, NOW + later) for later in (-1, 0, DAY - 1, DAY)] == [
        True,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize("damage", [b"", b"{", b'{"fetched_at":"today"}', b"{}", b"\xff"])
def test_a_refresh_is_due_when_the_file_is_damaged(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "prices.json").write_bytes(damage)
    assert is_due(tmp_path / "prices.json", NOW)


def test_headers_that_drip_in_keep_nobody_longer_than_the_whole_fetch_may_take(
    server: Server, target: Path
) -> None:
    def drip(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not server.ended.wait(0.1):
            try:
                handler.wfile.write(b"X-More: 1\r\n")
            except OSError:
                return

    server.answer = drip

    def fetch() -> None:
        with pytest.raises(RefreshError, match=r"did not send them within 0\.5 s"):
            refresh(target, server.url, timeout=0.5, now_ms=NOW)

    done_within(5, fetch)
    assert not target.exists()


@pytest.mark.parametrize("price", [None, "free", -1.0, 0.0, 1e9])
def test_a_table_without_one_usable_price_replaces_none(
    price: object, server: Server, target: Path
) -> None:
    refresh(target, server.url, now_ms=NOW)
    before = target.read_bytes()
    entry = {"mode": "chat", "input_cost_per_token": price, "output_cost_per_token": price}
    table = json.dumps({f"model-{number}": entry for number in range(200)}).encode()
    server.answer = lambda handler: handler.send(200, table)
    with pytest.raises(RefreshError, match="no price that can be used"):
        refresh(target, server.url, now_ms=NOW + DAY)
    assert target.read_bytes() == before
