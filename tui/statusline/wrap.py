"""Runs the status line's command that was there before ours, and never waits long for it."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from threading import Thread

PATIENCE = 1.5
"""Seconds that the other command may take."""


class Wrapped:
    """Another status line's command, running beside us on the same input."""

    def __init__(self, command: str, given: bytes) -> None:
        """Start it; one that cannot be started says nothing."""
        self._said = b""
        self._process: subprocess.Popen[bytes] | None = None
        with suppress(OSError, ValueError):
            self._process = subprocess.Popen(
                command,
                shell=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._thread = Thread(target=self._listen, args=(given,), daemon=True)
        self._thread.start()

    def _listen(self, given: bytes) -> None:
        if self._process is not None:
            with suppress(OSError, ValueError):
                self._said = self._process.communicate(given)[0]

    def lines(self, patience: float = PATIENCE) -> bytes:
        """Return its output with a newline at the end, nothing where it takes too long."""
        self._thread.join(patience)
        if self._thread.is_alive():
            self._end()
            return b""
        said = self._said.rstrip(b"\r\n")
        return said + b"\n" if said else b""

    def _end(self) -> None:
        """End it with all it has started."""
        if self._process is None:
            return
        with suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
