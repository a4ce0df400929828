"""Starts the service in the background, and ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.domain.mistakes import SettingsError
from engine.domain.paths import data_directory
from engine.domain.processes import apart
from engine.domain.settings import Settings
from engine.service.instance import AlreadyRunning, Running, find_running

LOG = "service.log"
_PATIENCE = 20.0
_LARGEST_LOG = 1 << 20


def start(settings: Settings, command: Sequence[str]) -> Running:
    """Start a service with a command line of its own, and return it once it listens.

    Raises `AlreadyRunning`, and `SettingsError` with what the service said where it ended.
    """
    found = find_running(settings)
    if found is not None:
        raise AlreadyRunning(
            f"A service is already running on {found.place} (process {found.pid})."
        )
    log = _open_log(data_directory(settings) / LOG)
    begin = os.fstat(log).st_size
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=settings.home,
            env=dict(settings.environment),
            **apart(),
        )
    finally:
        os.close(log)
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        running = find_running(settings)
        if running is not None:
            process.returncode = 0  # it goes on without us, and is nothing to warn of
            return running
        if process.poll() is not None:
            raise SettingsError(_last_said(data_directory(settings) / LOG, begin))
        time.sleep(0.05)
    process.terminate()
    raise SettingsError(f"The service did not begin to listen: {data_directory(settings) / LOG}.")


def stop(settings: Settings, wait: Callable[[float], None] = time.sleep) -> Running | None:
    """End the service and return what ran, `None` where nothing did; raises `SettingsError`."""
    running = find_running(settings)
    if running is None:
        return None
    try:
        os.kill(running.pid, signal.SIGTERM)
    except OSError as error:
        raise SettingsError(
            f"Process {running.pid} cannot be ended ({error.strerror}): end it yourself."
        ) from error
    for _ in range(200):
        if find_running(settings) is None:
            return running
        wait(0.05)
    raise SettingsError(f"Process {running.pid} does not end: end it yourself.")


def _open_log(path: Path) -> int:
    """Open the log for its user's eyes only; a large one begins anew."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.exists() and path.stat().st_size > _LARGEST_LOG
        flags = os.O_CREAT | os.O_WRONLY | os.O_APPEND | (os.O_TRUNC if fresh else 0)
        return os.open(path, flags, 0o600)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror}).") from error


def _last_said(path: Path, begin: int) -> str:
    """Return what a service that ended at once said last."""
    with open(path, "rb") as file:
        file.seek(begin)
        lines = file.read().decode("utf-8", "replace").strip().splitlines()
    said = lines[-1].removeprefix("ccmon: ") if lines else ""
    return said or f"The service ended at once: {path} may say why."
