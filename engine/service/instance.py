"""Which service runs for this user: one at a time, found by a file that its user alone may read.

Who holds the lock is running: the system lets go of it however a process ends, so what a killed
process left behind is known to be stale.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from engine.domain.files import read_regular, write_whole
from engine.domain.locks import take_lock
from engine.domain.mistakes import SettingsError
from engine.domain.paths import data_directory
from engine.domain.settings import Settings

_STATE, _LOCK, _TOKEN = "service.json", "service.lock", "service.token"
LEAST_TOKEN = 16
"""Characters of a token that a user gives."""
TOKEN_VARIABLE = "CCMON_SERVICE_TOKEN"


class Running(Struct, frozen=True, kw_only=True):
    """A service that runs, as its state file tells."""

    pid: int
    host: str
    port: int
    """0 where it listens on a Unix socket alone."""
    uds: str | None
    token: str
    version: str
    started_at: int
    """UTC milliseconds."""

    @property
    def url(self) -> str:
        """Return where a browser on this machine finds it; empty on a Unix socket."""
        if not self.port:
            return ""
        host = self.host if self.host not in ("0.0.0.0", "::", "") else "127.0.0.1"
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def place(self) -> str:
        """Return where it listens, for people."""
        return self.url or str(self.uds)


class AlreadyRunning(SettingsError):
    """Another process serves this user's ledger."""


def find_running(settings: Settings) -> Running | None:
    """Return the service that runs, `None` where none does."""
    directory = data_directory(settings)
    try:
        handle = os.open(directory / _LOCK, os.O_RDWR)
    except OSError:
        return None
    try:
        return None if take_lock(handle) else _read(directory)
    finally:
        os.close(handle)


@contextmanager
def only_one(settings: Settings) -> Iterator[Path]:
    """Be the one service of a data directory; yield the directory.

    Raises `AlreadyRunning`, and `SettingsError` where the directory cannot be written.
    """
    directory = data_directory(settings)
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(directory / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise SettingsError(
            f"{directory} cannot be written ({error.strerror}): name another directory with"
            " CCMON_DATA_DIR."
        ) from error
    try:
        if not _comes(handle):
            raise AlreadyRunning(_already(_read(directory)))
        forget(directory)
        try:
            yield directory
        finally:
            forget(directory)
    finally:
        os.close(handle)


def tell(directory: Path, running: Running) -> None:
    """Write the state file, whole or not at all, for its user's eyes only.

    Raises `SettingsError` where it cannot be written: nobody would find the service.
    """
    _write(directory / _STATE, msgspec.json.encode(running))


def forget(directory: Path) -> None:
    """Take the state file away."""
    with suppress(OSError):
        os.unlink(directory / _STATE)


def kept_token(directory: Path, given: str | None = None) -> str:
    """Return the token of a data directory, made at the first start and kept from then on.

    One that is given is used as it is; raises `SettingsError` where it is too short, or where the
    one made cannot be kept. So a program that was told the token, such as Prometheus, need not be
    told anew.
    """
    if given is not None:
        if len(given) < LEAST_TOKEN or not given.isascii() or not given.isprintable():
            raise SettingsError(
                f"The token in {TOKEN_VARIABLE} is too weak: give {LEAST_TOKEN} or more characters"
                " of ASCII."
            )
        return given
    path = directory / _TOKEN
    with suppress(OSError):
        kept = read_regular(path).decode("ascii").strip()
        if len(kept) >= LEAST_TOKEN:
            return kept
    made = secrets.token_urlsafe(32)
    _write(path, made.encode())
    return made


def _write(path: Path, data: bytes) -> None:
    try:
        write_whole(path, data)
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written ({error.strerror}): make room there, or name another"
            " directory with CCMON_DATA_DIR."
        ) from error


def _comes(handle: int) -> bool:
    """Take the lock; who only looks whether a service runs holds it for a moment."""
    for _ in range(20):
        if take_lock(handle):
            return True
        time.sleep(0.01)
    return False


def _already(running: Running | None) -> str:
    if running is None:
        return "A service is just being started: ccmon service status says where it is."
    return (
        f"A service is already running on {running.place} (process {running.pid}): ccmon web opens"
        " its page, ccmon service stop ends it."
    )


def _read(directory: Path) -> Running | None:
    try:
        return msgspec.json.decode(read_regular(directory / _STATE), type=Running)
    except (OSError, msgspec.DecodeError):
        return None
