"""Asks the service that runs, for commands beside it: with the token of its state file."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any

from engine.domain.mistakes import SettingsError
from engine.service.instance import Running

_PATIENCE = 5.0


class _Unix(http.client.HTTPConnection):
    """A connection to a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_PATIENCE)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(_PATIENCE)
        self.sock.connect(self._path)


def ask(running: Running, method: str, path: str) -> Any:
    """Return what a service answers; raises `SettingsError` where it does not."""
    connection = _connection(running)
    headers = {"Authorization": f"Bearer {running.token}"}
    if method != "GET":
        headers["Content-Type"] = "application/json"
    try:
        connection.request(method, path, b"{}" if method != "GET" else None, headers)
        answer = connection.getresponse()
        document = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SettingsError(
            f"The service on {running.place} does not answer ({error}): ccmon service stop ends it."
        ) from error
    finally:
        connection.close()
    if answer.status >= 400:
        raise SettingsError(f"The service on {running.place} says: {document.get('detail')}")
    return document


def _connection(running: Running) -> http.client.HTTPConnection:
    if running.uds is not None:
        return _Unix(running.uds)
    host = running.host if running.host not in ("0.0.0.0", "::", "") else "127.0.0.1"
    return http.client.HTTPConnection(host, running.port, timeout=_PATIENCE)
