"""A pseudo terminal with a program in it, and what it shows."""

from __future__ import annotations

import os
import re
import select
import signal
import struct
import time
from contextlib import suppress
from pathlib import Path

import pyte

with suppress(ImportError):  # on Windows; what opens a terminal bears the mark `posix`
    import fcntl
    import pty
    import termios

_MODES = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_ON_AT_REST = {7, 25}
"""Modes that are on in a terminal nobody has touched: lines wrap, the cursor shows."""
_PRIVATE = re.compile(rb"\x1b\[[<>=?][0-9;]*[a-zA-Z$]+|\x1b\[[0-9;]*\$[a-z]")
"""Sequences that the emulator does not know and would print."""


class Terminal:
    """A terminal of `columns` x `rows` cells that runs one command."""

    def __init__(
        self,
        command: list[str],
        environment: dict[str, str],
        columns: int = 120,
        rows: int = 40,
        directory: Path | None = None,
    ) -> None:
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:
            if directory is not None:
                os.chdir(directory)
            os.execvpe(command[0], command, environment)
        self.attributes_before = self.attributes()
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._status: int | None = None
        self.written = 0
        self.raw = bytearray()
        """All bytes that came out."""
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        """Give it another size, and tell the program."""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, size)
        self._screen.resize(rows, columns)
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGWINCH)

    def attributes(self) -> list[object]:
        """Return how the line behaves, as `termios` has it."""
        return termios.tcgetattr(self._descriptor)

    def faults(self) -> list[str]:
        """Return what a program has left that a shell would suffer from."""
        modes: dict[int, bool] = {}
        for numbers, letter in _MODES.findall(self.raw):
            modes |= {int(number): letter == b"h" for number in numbers.split(b";")}
        found = [
            f"mode {number} is {'on' if is_on else 'off'}"
            for number, is_on in modes.items()
            if is_on != (number in _ON_AT_REST)
        ]
        if self.raw.count(b"\x1b[>") != self.raw.count(b"\x1b[<u"):
            found.append("the keyboard's protocol is not the one before")
        if self.attributes() != self.attributes_before:
            found.append("the line's attributes are not those before")
        if b"Traceback" in self.raw:
            found.append("a traceback was shown")
        return found

    def wipe(self) -> None:
        """Forget what stands on the screen."""
        self._screen.reset()

    def hang_up(self) -> None:
        """Take the terminal away, as a connection that breaks off does."""
        os.close(self._descriptor)
        self._descriptor = -1

    @property
    def text(self) -> str:
        """What stands on the screen, row by row."""
        return "\n".join(self._screen.display)

    def wait_for(self, pattern: str, seconds: float) -> float | None:
        """Return when a text stood on the screen, `None` if it did not in time."""
        wanted = re.compile(pattern)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self._read():
                continue
            if wanted.search(self.text):
                return time.monotonic()
        return None

    def _read(self) -> bool:
        if self._descriptor < 0:
            return False
        ready, _, _ = select.select([self._descriptor], [], [], 0.05)
        if not ready:
            return False
        try:
            data = os.read(self._descriptor, 1 << 16)
        except OSError:
            return False
        self.written += len(data)
        self.raw += data
        self.draw(data)
        return True

    def draw(self, data: bytes) -> None:
        """Let the screen show what came out."""
        self._stream.feed(_PRIVATE.sub(b"", data))

    def drain(self, seconds: float) -> int:
        """Read for a while; return the bytes that came."""
        before, end = self.written, time.monotonic() + seconds
        while time.monotonic() < end:
            self._read()
        return self.written - before

    def press(self, keys: str) -> None:
        """Type keys."""
        os.write(self._descriptor, keys.encode())

    def stop_output(self) -> None:
        """Let the terminal take nothing more, as Ctrl-S does in one that heeds it."""
        line = os.open(f"/proc/{self.pid}/fd/0", os.O_RDWR | os.O_NOCTTY)
        termios.tcflow(line, termios.TCOOFF)
        os.close(line)

    def wait_for_end(self, seconds: float, *, is_read: bool = True) -> int | None:
        """Return the exit code (a signal's as a negative number), `None` if it goes on.

        What comes out meanwhile is read before the end, or left to lie until then.
        """
        end = time.monotonic() + seconds
        while self._status is None and time.monotonic() < end:
            if not is_read or not self._read():
                time.sleep(0.005)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = status
        while self._read():
            pass
        return None if self._status is None else os.waitstatus_to_exitcode(self._status)

    def cpu_seconds(self) -> float:
        """Return the processor time that the process has used."""
        tasks = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def local_modes(self) -> int:
        """Return the terminal's local modes, such as whether it echoes."""
        modes: int = termios.tcgetattr(self._descriptor)[3]
        return modes

    def memory(self) -> float:
        """Return the resident memory in megabytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        match = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(match[1]) / 1000 if match else 0.0

    def close(self) -> None:
        """End the program if it still runs, and the terminal."""
        if self._status is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            _, self._status = os.waitpid(self.pid, 0)
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def quit(self) -> None:
        """Press `q`, wait for the end and close."""
        self.press("q")
        self.wait_for_end(1.0)
        self.close()
