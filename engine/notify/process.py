"""Runs another program for a channel: with an end to it, and no way to hang."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress

from engine.domain.processes import apart, end
from engine.notify.channel import NotDelivered, Patience
from engine.notify.message import plain

_STEP = 0.1
_MOST_TOLD = 4_000
_LONGEST_REASON = 160


def run(
    command: str | Sequence[str], given: bytes, *, name: str, timeout: float, patience: Patience
) -> None:
    """Run a program with bytes on its standard input; a text is a shell's command line.

    It is ended, with all it started, after `timeout` seconds or when patience is over. Input
    and error output are files, not pipes: neither side can wait for the other. Raises
    `NotDelivered`; its sentence begins with `name`.
    """
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as told:
        source.write(given)
        source.seek(0)
        try:
            process = subprocess.Popen(
                command,
                shell=isinstance(command, str),
                stdin=source,
                stdout=subprocess.DEVNULL,
                stderr=told,
                **apart(),
            )
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise NotDelivered(f"{name} could not be started ({reason}).") from error
        code = _ended(process, time.monotonic() + timeout, patience)
        if code is None:
            raise NotDelivered(f"{name} was ended: it took longer than {timeout:g} s.")
        if code != 0:
            told.seek(0)
            reason = plain(told.read(_MOST_TOLD).decode("utf-8", "replace"), _LONGEST_REASON)
            raise NotDelivered(f"{name} failed with exit code {code}{reason and f' ({reason})'}.")


def _ended(process: subprocess.Popen[bytes], deadline: float, patience: Patience) -> int | None:
    """Wait for the exit code; `None` where the program had to be ended."""
    while True:
        try:
            return process.wait(_STEP)
        except subprocess.TimeoutExpired:
            if time.monotonic() < deadline and not patience.is_over:
                continue
        _end(process)
        return None


def _end(process: subprocess.Popen[bytes]) -> None:
    end(process)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STEP)
