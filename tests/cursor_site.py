"""A web site on this machine that answers as Cursor's does, for the account of `TOKEN`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from engine.agents.cursor.tokens import COOKIE
from tests.stub_server import StubHandler, StubServer

ACCOUNT = "user_01ABC"
SECRET = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhdXRoMHx1c2VyXzAxQUJDIiwiZXhwIjoxODAwMDAwMDAwfQ.never-seen"
"""A made-up JWT with `sub` `auth0|user_01ABC` and `exp` 2027-01-15."""
TOKEN = f"{ACCOUNT}%3A%3A{SECRET}"
HTML = b"<!DOCTYPE html><html><title>Log in</title></html>"
HEADER = (
    "Date,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,"
    "Output Tokens,Total Tokens,Cost\n"
)

Answer = Callable[[StubHandler], None]


def usage_event(
    time: int, *, tokens: int = 100, model: str = "gpt-5.2", **more: Any
) -> dict[str, Any]:
    """Return an event of so many input tokens at a time (UTC milliseconds)."""
    return {
        "timestamp": str(time),
        "model": model,
        "kind": "USAGE_EVENT_KIND_USAGE_BASED",
        "conversationId": "c-1",
        "owningUser": "me@example.org",
        "tokenUsage": {"inputTokens": tokens, "totalCents": 2.0},
        "chargedCents": 1.0,
        **more,
    }


def csv_of(times: Iterable[str], tokens: int = 100) -> bytes:
    """Return an export with a row of so many input tokens at each time (ISO)."""
    rows = [
        f'"{at}","Included","gpt-5.2","No","0","{tokens}","0","0","{tokens}","0.02"\n'
        for at in times
    ]
    return (HEADER + "".join(rows)).encode()


class CursorSite:
    """What the site has, and how it answers."""

    def __init__(self, server: StubServer) -> None:
        self.events: list[dict[str, Any]] = []
        self.export: bytes = b""
        self.on_events: Answer = self.send_events
        self.on_export: Answer = self.send_export
        self.server = server
        server.answer = self._answer

    @property
    def base(self) -> str:
        return self.server.url.removesuffix("/the/path")

    def _answer(self, handler: StubHandler) -> None:
        if handler.headers.get("Cookie") != f"{COOKIE}={TOKEN}":
            handler.send(401, b'{"error":"not signed in"}')
        elif handler.command == "POST":
            self.on_events(handler)
        else:
            self.on_export(handler)

    def asked_for(self) -> list[dict[str, Any]]:
        """Return the bodies of the questions so far."""
        return [json.loads(each.body) for each in self.server.asked if each.method == "POST"]

    def send_events(self, handler: StubHandler) -> None:
        """Answer as the dashboard's interface: newest first, by page, for a range of time."""
        asked = json.loads(self.server.asked[-1].body)
        since, until = asked["startDate"], asked["endDate"]
        if not (isinstance(since, str) and isinstance(until, str)):
            handler.send(500, b"dates are texts")
            return
        if handler.headers.get("Origin") != self.base:
            handler.send(403, b"wrong origin")
            return
        found = [each for each in self.events if int(since) <= int(each["timestamp"]) <= int(until)]
        found.sort(key=lambda each: -int(each["timestamp"]))
        first = (asked["page"] - 1) * asked["pageSize"]
        page = found[first : first + asked["pageSize"]]
        answer = {"totalUsageEventsCount": len(found), "usageEventsDisplay": page}
        handler.send(200, json.dumps(answer).encode())

    def send_export(self, handler: StubHandler) -> None:
        handler.send(200, self.export)


def holds_secret(directory: Path, *, but: Iterable[Path] = ()) -> list[Path]:
    """Return the files below a directory that hold the secret."""
    files = [path for path in directory.rglob("*") if path.is_file() and path not in set(but)]
    return [path for path in files if b"never-seen" in path.read_bytes()]
