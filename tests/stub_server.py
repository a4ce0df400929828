"""A web server on this machine that answers as a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import NamedTuple

import pytest


class Asked(NamedTuple):
    """One request."""

    method: str
    path: str
    headers: Message
    body: bytes


class StubServer(ThreadingHTTPServer):
    """Answers by `answer` and keeps what it was asked."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), StubHandler)
        self.asked: list[Asked] = []
        self.answer: Callable[[StubHandler], None] = lambda handler: handler.send(200)
        self.ended = Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/the/path"


class StubHandler(BaseHTTPRequestHandler):
    """Reads a request whole before it is answered."""

    server: StubServer

    def do_GET(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        asked = Asked(self.command, self.path, self.headers, self.rfile.read(size))
        self.server.asked.append(asked)
        self.server.answer(self)

    do_POST = do_GET

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def drip(self, status: int, body: bytes, seconds: float) -> None:
        """Send a body byte by byte, with a pause before each."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.drip_raw(body, seconds)

    def drip_raw(self, data: bytes, seconds: float) -> None:
        """Send bytes one by one, with a pause before each."""
        for place in range(len(data)):
            if self.server.ended.wait(seconds):
                return
            try:
                self.wfile.write(data[place : place + 1])
            except OSError:
                return

    def say_nothing(self) -> None:
        """Keep the connection open, without an answer."""
        self.server.ended.wait(120)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[StubServer]:
    """Serve until the test ends."""
    with StubServer() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
            thread.join()


def hide_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the stub asked directly, whatever the user's environment says."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
