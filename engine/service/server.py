"""Runs the service: takes its place, binds its address, tells where it is, and ends in order."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import uvicorn
from msgspec.structs import replace

from engine.domain.mistakes import SettingsError
from engine.domain.settings import Settings
from engine.domain.system import PLATFORM
from engine.monitor import Monitor
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

LOOPBACK = "127.0.0.1"
PORT = 8080
LEVEL_VARIABLE = "CCMON_LOG_LEVEL"
SWITCH_INTERVAL = 0.0005
"""Seconds for which a thread that computes may keep the one that answers waiting; Python's own 5 ms
are waited for at each read and write of a socket."""

_LEVELS = ("debug", "info", "warning", "error")
_MOST_CONNECTIONS = 256
_MOST_MESSAGE = 64 << 10
_LOG = logging.getLogger("ccmon.service")


class Address(NamedTuple):
    """Where a service listens: a host and a port, or a Unix socket alone."""

    host: str = LOOPBACK
    port: int = PORT
    uds: str | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether nobody beyond this machine can reach it."""
        return self.uds is not None or self.host in ("127.0.0.1", "::1", "localhost")


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

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """End in order and return, instead of dying of the signal; a second Ctrl+C ends at once."""
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    def end(self) -> None:
        """Begin to end in order."""
        self.should_exit = True

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

    sys.setswitchinterval(SWITCH_INTERVAL)
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


def bind(address: Address) -> socket.socket:
    """Return a socket bound to an address; raises `SettingsError` that says what to do instead."""
    if address.uds is not None:
        return _bind_unix(address.uds)
    is_six = ":" in address.host
    family = socket.AF_INET6 if is_six else socket.AF_INET
    # With its protocol named asyncio sends at once; else a body waits 40 ms for its headers' ACK.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if PLATFORM != "win32":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address.host, address.port))
        return bound
    except OSError as error:
        bound.close()
        raise SettingsError(_unbound(address, error)) from error


def _unbound(address: Address, error: OSError) -> str:
    import errno

    if error.errno in (errno.EADDRINUSE, errno.EACCES) and address.port:
        why = "is used by another program" if error.errno == errno.EADDRINUSE else "is not allowed"
        return (
            f"Port {address.port} of {address.host} {why}: give another, such as"
            f" --port {address.port + 1 if address.port > 1024 else PORT}."
        )
    return f"{address.host} is not an address of this machine ({error.strerror}): leave --host out."


def _bind_unix(path: str) -> socket.socket:
    """Bind a Unix socket for its user alone; one that nobody listens to any more is replaced."""
    if not hasattr(socket, "AF_UNIX"):
        raise SettingsError("This system has no Unix sockets: leave --uds out.")
    bound = socket.socket(socket.AF_UNIX)
    try:
        _clear_socket(path)
        mask = os.umask(0o177)
        try:
            bound.bind(path)
        finally:
            os.umask(mask)
        return bound
    except OSError as error:
        bound.close()
        raise SettingsError(
            f"The socket {path} cannot be made ({error.strerror or error}): name another by --uds."
        ) from error


def _clear_socket(path: str) -> None:
    """Remove a socket that is left over; raises `OSError` for one in use, and for another file."""
    import stat

    try:
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            raise OSError(0, "another file is there")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX) as asked:
        try:
            asked.connect(path)
        except OSError:
            os.unlink(path)
            return
    raise OSError(0, "another program listens there")


def set_log_level(named: str) -> None:
    """Log to stderr from a level on; raises `SettingsError` for one that there is not."""
    level = named.strip().lower() or "warning"
    if level not in _LEVELS:
        raise SettingsError(f"{LEVEL_VARIABLE}={named} is not a level: use {', '.join(_LEVELS)}.")
    logging.basicConfig(
        stream=sys.stderr, format="ccmon %(levelname)s %(name)s: %(message)s", level=level.upper()
    )
