"""What stands before every request: who is meant, who asks, how much is said and how long it takes.

A page of another site can make a browser send requests here, under the name of this machine or
under a name of its own that leads here. So the name that is asked for (`Host`), the page that
asks (`Origin`) and a token or cookie are looked at before anything else is.
"""

from __future__ import annotations

import asyncio
import re
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.service.keys import Keys
from engine.service.problems import MEDIA_TYPE, Problem, problem_body

MOST_BODY = 4 << 20
"""Bytes of a request's body."""
MOST_HEADERS = 16 << 10
"""Bytes of a request's headers."""
DEADLINE = 30.0
"""Seconds from a request to the first byte of its answer."""

_HOST = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[\w.-]+))(?::[0-9]*)?", re.ASCII)
"""What `Host` may be: a name or an address, one of IPv6 in brackets, and perhaps a port."""
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_CHANGING = frozenset({"POST", "PUT", "PATCH"})
"""Methods that a form or a script of another site could use; any other it may not."""
_PACKED = "application/x-protobuf"
_OPEN = ("/", "/health", "/login", "/web/")
"""What anybody on this machine may see: it says nothing of the user."""
_ALWAYS = (
    (b"content-security-policy", b"default-src 'self'; base-uri 'none'; frame-ancestors 'none';"
     b" form-action 'self'; object-src 'none'"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)  # fmt: skip


class Rules(NamedTuple):
    """What a service lets through."""

    keys: Keys
    cookie: str
    """The cookie's name; ports share a browser's cookies, so it bears the port."""
    hosts: frozenset[str] = frozenset()
    """Names it may be asked for, beside those of this machine."""
    takes_addresses: bool = False
    """Whether any address is a right name: what leads a browser astray is a name."""
    deadline: float = DEADLINE


class Guard:
    """Lets through what the rules allow, and says in one sentence why anything else is refused."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or one WebSocket."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            self._check(scope, headers)
        except Problem as problem:
            await _refuse(scope, send, problem)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    def _check(self, scope: Scope, headers: Headers) -> None:
        """Raise `Problem` for what is not to be answered."""
        if sum(len(name) + len(value) for name, value in headers.raw) > MOST_HEADERS:
            raise Problem(431, f"The headers are longer than {MOST_HEADERS >> 10} kB.")
        if len(scope["raw_path"]) + len(scope["query_string"]) > MOST_HEADERS:
            raise Problem(414, f"The address is longer than {MOST_HEADERS >> 10} kB.")
        host = headers.get("host", "")
        if not self._is_meant(host):
            raise Problem(421, "This service answers for this machine's own names only.")
        self._check_page(headers, host)
        if scope["type"] == "http":
            _check_body(scope, headers)
        if not _is_open(scope["path"]):
            self._check_key(scope, headers)

    def _is_meant(self, host: str) -> bool:
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        name = (found["six"] or found["name"]).lower()
        if name in _LOOPBACK or name in self._rules.hosts:
            return True
        return self._rules.takes_addresses and _is_address(name)

    def _check_page(self, headers: Headers, host: str) -> None:
        """Let the service's own page ask, and what is not a page; browsers name the page."""
        if set(headers.getlist("origin")) - {f"http://{host}", f"https://{host}"}:
            raise Problem(403, "Pages of other sites may not ask this service.")
        site, mode = headers.get("sec-fetch-site"), headers.get("sec-fetch-mode")
        if site in ("cross-site", "same-site") and mode != "navigate":
            raise Problem(403, "Pages of other sites may not ask this service.")

    def _check_key(self, scope: Scope, headers: Headers) -> None:
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            if self._rules.keys.is_token(token.strip()):
                return
            raise Problem(401, "The token is wrong: it is in service.token, in ccmon's data.")
        if not self._rules.keys.is_browser(_cookie(headers, self._rules.cookie)):
            raise Problem(
                401, "A token is missing: open the page with ccmon web, or send it as a bearer."
            )
        is_change = scope["type"] == "websocket" or scope["method"] in _CHANGING
        if is_change and headers.get("origin") is None:
            raise Problem(403, "A browser's request has to name the page that it comes from.")

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request with the headers of all answers, in time and of bounded length."""
        has_begun = False

        async def told(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                timer.reschedule(None)
                told_headers = list(message.get("headers", ()))
                if not any(name == b"cache-control" for name, _ in told_headers):
                    told_headers.append((b"cache-control", b"no-cache"))
                message["headers"] = [*told_headers, *_ALWAYS]
            await send(message)

        try:
            async with asyncio.timeout(self._rules.deadline) as timer:
                await self._app(scope, _bounded(receive), told)
        except TimeoutError:
            if has_begun:
                raise
            late = Problem(504, "The answer took too long: ask for fewer days, or again later.")
            await _refuse(scope, send, late)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_open(path: str) -> bool:
    return any(path == each or (each.endswith("/") and path.startswith(each) and each != "/")
               for each in _OPEN)  # fmt: skip


def _cookie(headers: Headers, name: str) -> str:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return morsel.value if morsel is not None else ""


def _check_body(scope: Scope, headers: Headers) -> None:
    """Refuse a body that is too large, and a change that a form of another site could send."""
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MOST_BODY:
        raise Problem(413, f"The request is too large: at most {MOST_BODY >> 20} MB are read.")
    if scope["method"] in _CHANGING:
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not (kind == _PACKED and _is_export(scope["path"])):
            raise Problem(415, "Changes are sent as JSON: with Content-Type: application/json.")


def _is_export(path: str) -> bool:
    """Say whether telemetry is sent there, which may be packed; no form can send that either."""
    return path.startswith("/v1/")


def _bounded(receive: Receive) -> Receive:
    """Return what receives a body up to its most bytes; raises `Problem` beyond."""
    left = MOST_BODY

    async def received() -> Message:
        nonlocal left
        message = await receive()
        if message["type"] == "http.request":
            left -= len(message.get("body", b""))
            if left < 0:
                raise Problem(
                    413, f"The request is too large: at most {MOST_BODY >> 20} MB are read."
                )
        return message

    return received


async def _refuse(scope: Scope, send: Send, problem: Problem) -> None:
    """Answer with a problem; a WebSocket is refused before it is opened."""
    is_socket = scope["type"] == "websocket"
    begin = "websocket.http.response" if is_socket else "http.response"
    body = problem_body(problem.status, str(problem))
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
        *_ALWAYS,
    ]
    if problem.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": f"{begin}.start", "status": problem.status, "headers": headers})
    await send({"type": f"{begin}.body", "body": body})
