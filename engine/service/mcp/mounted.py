"""MCP over HTTP at `/mcp`, loaded at the first request: who never asks does not pay for the SDK."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Receive, Scope, Send

from engine.service.problems import Problem
from engine.service.source import Source

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

NEEDS_MCP = (
    "MCP needs its SDK: install ccmon with the extras serve and mcp, as in uv tool install"
    " '.[serve,mcp]'."
)


class MountedMcp:
    """Answers `/mcp` by the SDK's Streamable HTTP; the guard in front has looked at who asks."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._starting = asyncio.Lock()
        self._app: ASGIApp | None = None
        self._running: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if find_spec("mcp") is None:
            raise Problem(501, NEEDS_MCP)
        async with self._starting:
            if self._app is None:
                self._app = await self._start()
        await self._app(scope, receive, send)

    async def close(self) -> None:
        """End all sessions."""
        self._ended.set()
        if self._running is not None:
            await self._running

    async def _start(self) -> ASGIApp:
        server = await asyncio.to_thread(_load)
        made, manager = server(self._source)
        ready = asyncio.Event()
        self._running = asyncio.create_task(self._run(manager, ready))
        await ready.wait()
        return made

    async def _run(self, manager: StreamableHTTPSessionManager, ready: asyncio.Event) -> None:
        async with manager.run():
            ready.set()
            await self._ended.wait()


def _load() -> _Make:
    """Import the SDK; takes about half a second."""
    from mcp.server.transport_security import TransportSecuritySettings

    from engine.service.mcp.server import Answerer, make_server

    def make(source: Source) -> tuple[ASGIApp, StreamableHTTPSessionManager]:
        answerer = Answerer(source, is_redacted=source.redacts_paths, freshen=lambda: None)
        server = make_server(answerer, source.version)
        guarded = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        app = server.streamable_http_app(transport_security=guarded)
        return app, server.session_manager

    return make


if TYPE_CHECKING:
    from collections.abc import Callable

    _Make = Callable[[Source], tuple[ASGIApp, StreamableHTTPSessionManager]]
