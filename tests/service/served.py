"""Runs the real server on a port of its own, over a home that a test made."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from engine.domain.settings import Settings
from engine.monitor import Monitor
from engine.service.address import Address, bind
from engine.service.app import Service
from engine.service.guards import Rules
from engine.service.keys import Keys
from engine.service.server import Server, config_of, with_telemetry
from engine.service.source import Configuration, Source
from tests.conftest import NOW
from tests.patience import PATIENCE

TOKEN = "a-token-of-the-tests"
TRUSTED = {"Authorization": f"Bearer {TOKEN}"}


class Reply(NamedTuple):
    """One answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


class Served:
    """A server that runs, and a client of it."""

    def __init__(self, port: int, service: Service) -> None:
        self.port = port
        self.service = service
        self.host = f"127.0.0.1:{port}"

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] = TRUSTED,
    ) -> Reply:
        """Ask with exactly these headers, and `Host` where it is not among them."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.putrequest(
                method, path, skip_host="Host" in headers, skip_accept_encoding=True
            )
            for name, value in headers.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return Reply(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Any:
        """Return the document at a path below the API, which has to be there."""
        reply = self.ask(f"/api/v1{path}", headers={**TRUSTED, **headers})
        assert reply.status == 200, reply.body
        return reply.document

    def post(self, path: str, document: object, **headers: str) -> Reply:
        """Send a change as JSON."""
        kind = {"Content-Type": "application/json"}
        body = json.dumps(document).encode()
        return self.ask(path, "POST", body, {**TRUSTED, **kind, **headers})

    def wait_until_read(self) -> None:
        """Wait until all of history is read."""
        end = time.monotonic() + PATIENCE
        while self.service.source.monitor.snapshot().state != "following":
            assert time.monotonic() < end
            time.sleep(0.01)

    @contextmanager
    def streaming(self, **headers: str) -> Iterator[Iterator[dict[str, Any]]]:
        """Listen to server-sent events; yield them as they come, comments left out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", "/api/v1/stream", headers={**TRUSTED, **headers})
        answer = connection.getresponse()
        try:
            assert answer.status == 200, answer.read()
            yield _events(answer)
        finally:
            answer.close()
            connection.close()


def _events(answer: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    found: dict[str, str] = {}
    while line := answer.readline().decode().rstrip("\n"):
        yield from ()
        if line.startswith((":", "retry:")):
            answer.readline()
            continue
        name, _, value = line.partition(": ")
        found[name] = value
        if name == "data":
            answer.readline()
            yield {**found, "data": json.loads(found["data"])}
            found = {}


def made_settings(home: Path, **given: Any) -> Settings:
    """Return settings that touch nothing outside a home, with a clock that stands."""
    (home / "data").mkdir(exist_ok=True, mode=0o700)
    plain: dict[str, Any] = {
        "roots": (home / ".claude",),
        "ledger": ":memory:",
        "zone": "UTC",
        "is_offline": True,
        "is_polling": False,
        "clock": lambda: NOW,
        "environment": {"HOME": str(home), "CCMON_DATA_DIR": str(home / "data")},
        "home": home,
    }
    return Settings(**{**plain, **given})


@contextmanager
def serving(
    settings: Settings,
    configuration: Configuration | None = None,
    *,
    redacts_paths: bool = False,
    **rules: Any,
) -> Iterator[Served]:
    """Serve until the block ends."""
    bound = bind(Address(port=0))
    port = bound.getsockname()[1]
    made = Rules(Keys(TOKEN), f"ccmon-{port}")._replace(**rules)
    monitor = Monitor(with_telemetry(settings))
    service = Service(
        Source(monitor, "0.0.0-test", {}, configuration, redacts_paths=redacts_paths), made
    )
    server = Server(config_of(service), service, lambda: None)
    thread = Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        end = time.monotonic() + PATIENCE
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < end
            time.sleep(0.005)
        served = Served(port, service)
        served.wait_until_read()
        yield served
    finally:
        server.end()
        thread.join(PATIENCE)
        bound.close()
    assert not thread.is_alive()


def raw(port: int, data: bytes, seconds: float = PATIENCE) -> bytes:
    """Send bytes as they are, and return all that comes back until the end."""
    with socket.create_connection(("127.0.0.1", port), seconds) as connection:
        connection.sendall(data)
        found = b""
        try:
            while piece := connection.recv(65_536):
                found += piece
        except ConnectionResetError:
            pass
        return found
