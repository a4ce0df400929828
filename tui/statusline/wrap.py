"""Runs the status line's command that was there before ours, and never waits long for it."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from threading import Thread

from engine.domain.processes import apart, end
from tui.statusline.shells import argv_of

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
                argv_of(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                **apart(),
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
        if self._process is not None:
            end(self._process)
