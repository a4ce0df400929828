"""The application: every route, each behind the guard."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from engine.domain.mistakes import SettingsError
from engine.domain.paths import data_directory, ledger_path
from engine.domain.times import HOUR, SECOND
from engine.service import push, replies
from engine.service.endpoint import API
from engine.service.endpoints import ENDPOINTS
from engine.service.guards import Guard, Rules
from engine.service.hub import Hub
from engine.service.kept import KeptAnswers
from engine.service.mcp.mounted import MountedMcp
from engine.service.metrics import MEDIA_TYPE, Counters, exposition
from engine.service.openapi import openapi
from engine.service.otlp.received import Receiver
from engine.service.problems import Problem
from engine.service.provider_endpoints import ask_providers, set_up
from engine.service.source import Source

_WEB = Path(__file__).with_name("web")
mimetypes.add_type("text/javascript", ".js")  # which Windows' registry may say otherwise


class Service:
    """What the routes share while the application runs."""

    def __init__(self, source: Source, rules: Rules) -> None:
        self.source = source
        self.rules = rules
        self.kept = KeptAnswers(source.monitor)
        ledger = ledger_path(source.monitor.settings)
        marks = data_directory(source.monitor.settings) / "service.counters.json"
        self.counters = Counters(None if ledger == ":memory:" else marks, ledger)
        self.hub: Hub | None = None
        self.mcp = MountedMcp(source)

    def close(self) -> None:
        """End all streams, so that the server can end."""
        if self.hub is not None:
            self.hub.close()

    @asynccontextmanager
    async def running(self, _: Starlette) -> AsyncIterator[None]:
        """Follow what agents write for as long as the application runs."""
        hub = self.hub = Hub(self.source.monitor, self.kept)
        looking = asyncio.create_task(hub.run())
        await asyncio.to_thread(self.source.monitor.start, hub.wake)
        try:
            yield
        finally:
            hub.close()
            await self.mcp.close()
            await looking
            await asyncio.to_thread(self.source.monitor.close)


def make_app(service: Service) -> ASGIApp:
    """Return the application with its guard in front."""
    receiver = Receiver(service.source.monitor)
    routes: list[BaseRoute] = [
        Route("/health", partial(_health, service)),
        Route("/", _page),
        Mount("/web", StaticFiles(directory=_WEB)),
        Route("/login", partial(_login, service)),
        Route("/mcp", service.mcp),
        Route("/metrics", partial(_metrics, service)),
        Route("/v1/logs", receiver.logs, methods=["POST"]),
        Route("/v1/metrics", receiver.unread, methods=["POST"]),
        Route("/v1/traces", receiver.unread, methods=["POST"]),
        Route(f"{API}/openapi.json", partial(_openapi, service)),
        Route(f"{API}/refresh", partial(_refresh, service), methods=["POST"]),
        Route(f"{API}/codes", partial(_make_code, service), methods=["POST"]),
        Route(f"{API}/config", partial(_config, service)),
        Route(f"{API}/config", partial(_change_config, service), methods=["POST"]),
        Route(f"{API}/config/{{provider}}", partial(_set_up, service), methods=["POST"]),
        Route(f"{API}/usage/refresh", partial(_ask_providers, service), methods=["POST"]),
        Route(f"{API}/stream", partial(_stream, service)),
        WebSocketRoute(f"{API}/ws", partial(_socket, service)),
    ]
    for endpoint in ENDPOINTS:
        answer = partial(replies.answer, endpoint, service.source, service.kept)
        routes.append(Route(API + endpoint.path, answer, methods=["GET"]))
    app = Starlette(
        routes=routes,
        lifespan=service.running,
        exception_handlers={
            Problem: replies.problem_reply,
            SettingsError: replies.problem_reply,
            HTTPException: replies.http_reply,
            Exception: replies.fault_reply,
        },
    )
    return Guard(app, service.rules)


async def _page(_: Request) -> Response:
    return FileResponse(_WEB / "index.html", headers={"Cache-Control": "no-cache"})


async def _health(service: Service, _: Request) -> Response:
    return replies.said({"status": "ok", "version": service.source.version})


async def _login(service: Service, request: Request) -> Response:
    """Let a browser in that has a code which was not used yet."""
    cookie = service.rules.keys.let_in(request.query_params.get("code", ""))
    if cookie is None:
        raise Problem(401, "This code was used, or is older than a minute: run ccmon web again.")
    answer = RedirectResponse("/", 303, {"Cache-Control": "no-store"})
    answer.set_cookie(service.rules.cookie, cookie, httponly=True, samesite="strict", path="/")
    return answer


async def _openapi(service: Service, request: Request) -> Response:
    make = partial(_described, service.source.version)
    return replies.reply(await service.kept.get("openapi", HOUR, make), request)


def _described(version: str) -> bytes:
    return msgspec.json.encode(openapi(version))


async def _metrics(service: Service, request: Request) -> Response:
    source = service.source
    make = partial(exposition, source.monitor, source.version, service.counters)
    found = await service.kept.get("metrics", SECOND, make)
    return replies.reply(found, request, MEDIA_TYPE)


async def _refresh(service: Service, request: Request) -> Response:
    await replies.body_of(request)
    service.source.monitor.refresh()
    return replies.said({"status": "looking"}, 202)


async def _make_code(service: Service, request: Request) -> Response:
    await replies.body_of(request)
    return replies.said({"code": service.rules.keys.make_code()}, 201)


async def _config(service: Service, _: Request) -> Response:
    configuration = service.source.configuration
    if configuration is None:
        raise Problem(404, "This service was started without a configuration.")
    return replies.said(await asyncio.to_thread(configuration.shown))


async def _change_config(service: Service, request: Request) -> Response:
    configuration = service.source.configuration
    if configuration is None:
        raise Problem(404, "This service was started without a configuration.")
    values = await replies.body_of(request)
    return await _changed(service, partial(configuration.change, values))


async def _set_up(service: Service, request: Request) -> Response:
    """Enable or disable a provider, or keep a key of it, which is told to nobody again."""
    values, name = await replies.body_of(request), request.path_params["provider"]
    return await _changed(service, partial(set_up, service.source, name, values))


async def _ask_providers(service: Service, request: Request) -> Response:
    """Ask the enabled providers now, and tell what they say."""
    await replies.body_of(request)
    return await _changed(service, partial(ask_providers, service.source))


async def _changed(service: Service, change: Callable[[], object]) -> Response:
    """Change something and say what it is now; no answer from before is given again."""
    try:
        return replies.said(await asyncio.to_thread(change))
    finally:
        service.kept.note_change()


async def _stream(service: Service, request: Request) -> Response:
    assert service.hub is not None
    return await push.stream(service.hub, request)


async def _socket(service: Service, websocket: WebSocket) -> None:
    assert service.hub is not None
    await push.socket(service.hub, websocket)
