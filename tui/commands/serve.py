"""`ccmon serve`: the same figures for browsers, programs and agents, on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.domain.mistakes import SettingsError
from tui.options import values
from tui.options.definition import Command, Namespace, Option, UsageError
from tui.options.shared import (
    ACCOUNT,
    AGENTS,
    BUDGET,
    LIMIT,
    PLACES,
    POLL,
    PUSH,
    REDACT_PATHS,
    RESET_AT,
)

if TYPE_CHECKING:
    from engine.service.address import Address

NEEDS_SERVE = (
    "The service needs Starlette, uvicorn and websockets: install ccmon with the extra serve, as"
    " in uv tool install '.[serve]'."
)
_PORT = "CCMON_AGENT_PORT"


def run(options: Namespace) -> int:
    """Serve until it is ended; return the exit code."""
    from importlib.util import find_spec

    if any(find_spec(name) is None for name in ("starlette", "uvicorn", "websockets")):
        raise SettingsError(NEEDS_SERVE)
    from engine.service.server import Face, serve
    from tui import __version__
    from tui.config.changes import UserConfiguration
    from tui.config.settings import settings_of

    address = address_of(options)
    face = Face(
        __version__,
        options.project_alias_map,
        UserConfiguration(options.config),
        redacts_paths=options.redact_paths,
    )
    serve(
        settings_of(options), address, face, lambda text: print(text, file=sys.stderr, flush=True)
    )
    return 0


def address_of(options: Namespace) -> Address:
    """Return where to listen; raises `UsageError` where options do not hold together."""
    from engine.service.address import LOOPBACK, PORT, Address

    if options.uds is not None and (options.host is not None or options.port is not None):
        raise UsageError("--uds is in place of --host and --port: give one or the other.")
    uds = None if options.uds is None else str(Path(options.uds).expanduser().absolute())
    port: int | None = options.port
    if port is None:
        named = os.environ.get(_PORT, "").strip()
        port = values.port(named) if named else PORT
    return Address(options.host or LOOPBACK, port, uds)


ADDRESS = (
    Option(
        ("--port",),
        "listen on this port (default: CCMON_AGENT_PORT, else 8080); 0 is any that is free",
        "PORT",
        read=values.port,
        example="8080",
    ),
    Option(
        ("--host",),
        "listen on this address of the machine, for others too; only with a token of your own in"
        " CCMON_SERVICE_TOKEN (default: 127.0.0.1)",
        "ADDRESS",
        is_private=True,
        example='"127.0.0.1"',
    ),
    Option(
        ("--uds",),
        "listen on a Unix socket instead, which no browser reaches",
        "PATH",
        completes="file",
        is_private=True,
        example='"~/.ccmon.sock"',
    ),
)
SETTINGS = (AGENTS, LIMIT, ACCOUNT, BUDGET, RESET_AT, PUSH, POLL)

COMMAND = Command(
    "serve",
    "watch",
    "a local service: a web page, an HTTP API with push, and figures for Prometheus",
    run,
    shared=(PLACES,),
    own=(*ADDRESS, REDACT_PATHS, *SETTINGS),
    about="It listens to this machine alone, and answers only those who have its token. The token"
    " is made for you and kept in service.token, in ccmon's data directory, which you alone may"
    " read; ccmon web lets your browser in. /api/v1/openapi.json describes all that can be asked."
    "\n\nIt runs until Ctrl+C; ccmon service start runs it in the background. CCMON_LOG_LEVEL is"
    " debug, info, warning (the default) or error; the log goes to standard error.",
    examples=(
        ("ccmon serve", "on http://127.0.0.1:8080"),
        ("ccmon serve --port 0", "on a port that is free"),
        ("ccmon serve --uds ~/.ccmon.sock", "on a Unix socket"),
    ),
    is_long=True,
)
