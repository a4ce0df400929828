"""Where the service listens: a host and a port of this machine, or a Unix socket alone."""

from __future__ import annotations

import os
import socket
from typing import NamedTuple

from engine.domain.mistakes import SettingsError
from engine.domain.system import PLATFORM

LOOPBACK = "127.0.0.1"
PORT = 8080


class Address(NamedTuple):
    """Where a service listens: a host and a port, or a Unix socket alone."""

    host: str = LOOPBACK
    port: int = PORT
    uds: str | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether nobody beyond this machine can reach it."""
        return self.uds is not None or self.host in ("127.0.0.1", "::1", "localhost")


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
