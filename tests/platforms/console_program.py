"""A program in a console of its own: a pseudo terminal, on Windows ConPTY by `pywinpty`."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from typing import Any

_COLUMNS, _ROWS = 120, 40
_PATIENCE = 60.0


class Program:
    """Runs one command; use it as a context, which ends it."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        around = {**environment, "TERM": "xterm-256color"}
        self._shown = ""
        self._of_windows: Any = None
        if sys.platform == "win32":
            import winpty

            self._of_windows = winpty.PtyProcess.spawn(
                command, env=around, dimensions=(_ROWS, _COLUMNS)
            )
        else:
            from tests.terminal import Terminal

            self._terminal = Terminal(command, around, _COLUMNS, _ROWS)

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        if self._of_windows is not None:
            self._of_windows.close(force=True)
        else:
            self._terminal.close()

    def type(self, keys: str) -> None:
        """Type keys."""
        if self._of_windows is not None:
            self._of_windows.write(keys)
        else:
            self._terminal.press(keys)

    def wait_for(self, text: str) -> None:
        """Wait until a text is on the screen."""
        if self._of_windows is None:
            seen = self._terminal.wait_for(text, _PATIENCE)
            assert seen is not None, f"{text!r} did not come: {self._terminal.text}"
            return
        end = time.monotonic() + _PATIENCE
        while text not in self._read():
            assert time.monotonic() < end, f"{text!r} did not come: {self._read()[-2_000:]!r}"
            time.sleep(0.1)

    def wait_for_end(self) -> int:
        """Wait until the program has ended; return its exit code."""
        if self._of_windows is None:
            code = self._terminal.wait_for_end(_PATIENCE)
            assert code is not None, "the program does not end"
            return code
        end = time.monotonic() + _PATIENCE
        while self._of_windows.isalive():
            assert time.monotonic() < end, "the program does not end"
            self._read()
            time.sleep(0.1)
        return int(self._of_windows.exitstatus)

    def _read(self) -> str:
        with suppress(EOFError):
            self._shown += self._of_windows.read(65_536)
        return self._shown
