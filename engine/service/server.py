"""Runs the service: takes its place, binds its address, tells where it is, and ends in order."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import uvicorn
from msgspec.structs import replace

from engine.domain.mistakes import SettingsError
from engine.domain.settings import Settings
from engine.monitor import Monitor
from engine.service.address import Address, bind
from engine.service.app import Service, make_app
from engine.service.connections import Connection
from engine.service.guards import MOST_HEADERS, Rules
from engine.service.instance import (
    TOKEN_VARIABLE,
    Running,
    kept_token,
    only_one,
    tell,
)
from engine.service.keys import Keys
from engine.service.source import Configuration, Source

LEVEL_VARIABLE = "CCMON_LOG_LEVEL"

_LEVELS = ("debug", "info", "warning", "error")
_MOST_CONNECTIONS = 256
_MOST_MESSAGE = 64 << 10
_LOG = logging.getLogger("ccmon.service")


class Face(NamedTuple):
    """What the face that starts a service says beside the settings."""

    version: str
    aliases: Mapping[str, str] = {}
    configuration: Configuration | None = None
    redacts_paths: bool = False
    """Whether `/mcp` leaves out what names the user's work."""


class Server(uvicorn.Server):
    """A server that says when it listens, and ends its streams before it waits for them."""

    should_exit: bool

    def __init__(
        self, config: uvicorn.Config, service: Service, on_ready: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._service = service
        self._on_ready = on_ready
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending = asyncio.Event()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """End in order and return, instead of dying of the signal; a second Ctrl+C ends at once."""
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.end()

    def end(self) -> None:
        """Begin to end in order; any thread may say so."""
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(self._ending.set)

    async def main_loop(self) -> None:
        """Wait for the end; wake once a second for the date in headers, not ten times as usual."""
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._ending.wait()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, then say so."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End."""
        self._service.close()
        await super().shutdown(sockets)


def serve(settings: Settings, address: Address, face: Face, say: Callable[[str], None]) -> None:
    """Serve until a signal ends it; `say` tells people where it listens.

    Raises `SettingsError` where another service runs, the address is taken, or it would be
    reachable from other machines without a token that the user gave.
    """
    given = settings.environment.get(TOKEN_VARIABLE)
    if not address.is_loopback and given is None:
        raise SettingsError(
            f"Other machines could reach {address.host}: give a token of your own in"
            f" {TOKEN_VARIABLE}, or leave --host out."
        )
    set_log_level(settings.environment.get(LEVEL_VARIABLE, ""))
    with only_one(settings) as directory:
        token = kept_token(directory, given)
        bound = bind(address)
        try:
            _run(settings, address, bound, directory, token, face, say)
        finally:
            bound.close()
            if address.uds is not None:
                Path(address.uds).unlink(missing_ok=True)


def _run(
    settings: Settings,
    address: Address,
    bound: socket.socket,
    directory: Path,
    token: str,
    face: Face,
    say: Callable[[str], None],
) -> None:
    port = 0 if address.uds is not None else bound.getsockname()[1]
    running = Running(
        pid=os.getpid(),
        host=address.host,
        port=port,
        uds=address.uds,
        token=token,
        version=face.version,
        started_at=settings.clock(),
    )

    problems: list[SettingsError] = []

    def ready() -> None:
        try:
            tell(directory, running)
        except SettingsError as error:
            problems.append(error)
            asyncio.get_running_loop().call_soon(server.end)
            return
        say(f"ccmon serves on {running.place}; ccmon web opens the page, Ctrl+C ends it.")

    monitor = Monitor(with_telemetry(settings))
    source = Source(
        monitor,
        face.version,
        face.aliases,
        face.configuration,
        redacts_paths=face.redacts_paths,
    )
    service = Service(source, _rules(address, port, token))
    server = Server(config_of(service), service, ready)
    server.run(sockets=[bound])
    if problems:
        raise problems[0]


def _rules(address: Address, port: int, token: str) -> Rules:
    """Return what a service at an address lets through."""
    return Rules(
        keys=Keys(token),
        cookie=f"ccmon-{port}",
        hosts=frozenset(
            () if address.is_loopback else (address.host, socket.gethostname().lower())
        ),
        takes_addresses=not address.is_loopback,
    )


def with_telemetry(settings: Settings) -> Settings:
    """Return settings that read what a service is sent, also where roots are named."""
    return replace(settings, takes_telemetry=True)


def config_of(service: Service) -> uvicorn.Config:
    """Return how uvicorn runs a service: bounded in all that a client can make it hold."""
    return uvicorn.Config(
        make_app(service),
        http=Connection,
        ws="websockets-sansio",
        ws_max_size=_MOST_MESSAGE,
        ws_max_queue=4,
        h11_max_incomplete_event_size=MOST_HEADERS,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=3,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )


def set_log_level(named: str) -> None:
    """Log to stderr from a level on; raises `SettingsError` for one that there is not."""
    level = named.strip().lower() or "warning"
    if level not in _LEVELS:
        raise SettingsError(f"{LEVEL_VARIABLE}={named} is not a level: use {', '.join(_LEVELS)}.")
    own = logging.getLevelNamesMapping()[level.upper()]
    others = max(own, logging.INFO)  # below that libraries log headers, with the token in them
    logging.basicConfig(
        stream=sys.stderr, format="ccmon %(levelname)s %(name)s: %(message)s", level=others
    )
    logging.getLogger("ccmon").setLevel(own)
