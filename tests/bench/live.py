"""Measures the live screen in a real terminal: write to screen, idle, memory, first paint.

    python -m tests.bench.live [--appends 100] [--idle 30] [--responses 20000] [--rate 0]

A made-up history is written, `ccmon live` started on it in a pseudo terminal of 120x40,
then responses are appended one at a time; each is timed from the write to the moment its
number has come out of the terminal. `--rate N` appends N a second meanwhile from a second
writer. Figures come as a table.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pyte

from engine.demo import DemoUser, write_history
from engine.settings import system_clock

COLUMNS, ROWS = 120, 40
_PRIVATE = re.compile(rb"\x1b\[[<>=?][0-9;]*[a-zA-Z$]+|\x1b\[[0-9;]*\$[a-z]")
"""Sequences that the emulator does not know and would print."""


class Terminal:
    """A terminal with a live screen in it, and what it shows."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, environment)
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self.written = 0

    def wait_for(self, pattern: str, seconds: float) -> float | None:
        """Return when a text stood on the screen, `None` if it did not in time."""
        wanted = re.compile(pattern)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self._read():
                continue
            if wanted.search("\n".join(self._screen.display)):
                return time.monotonic()
        return None

    def _read(self) -> bool:
        ready, _, _ = select.select([self._descriptor], [], [], 0.05)
        if not ready:
            return False
        try:
            data = os.read(self._descriptor, 1 << 16)
        except OSError:
            return False
        self.written += len(data)
        self._stream.feed(_PRIVATE.sub(b"", data))
        return True

    def drain(self, seconds: float) -> int:
        """Read for a while; return the bytes that came."""
        before, end = self.written, time.monotonic() + seconds
        while time.monotonic() < end:
            self._read()
        return self.written - before

    def cpu_seconds(self) -> float:
        """Return the processor time that the process has used."""
        tasks = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def memory(self) -> float:
        """Return the resident memory in megabytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        match = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(match[1]) / 1000 if match else 0.0

    def quit(self) -> None:
        """Press `q` and wait for the end."""
        os.write(self._descriptor, b"q")
        self.drain(1.0)
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def response_line(number: int, session: str) -> bytes:
    """Return a line as Claude Code writes it, with a time of now."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = {
        "isSidechain": False,
        "cwd": "/bench/project",
        "sessionId": session,
        "message": {
            "model": "claude-opus-5-5",
            "id": f"msg_bench_{session}_{number}",
            "type": "message",
            "role": "assistant",
            "usage": {"input_tokens": 10, "output_tokens": 100},
        },
        "requestId": f"req_{number}",
        "type": "assistant",
        "timestamp": now,
    }
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def time_appends(terminal: Terminal, file: Path, count: int, known: int) -> list[float]:
    """Return the milliseconds from each write to its figure on the screen."""
    taken: list[float] = []
    for number in range(1, count + 1):
        time.sleep(0.13 + 0.017 * (number % 13))
        terminal.drain(0.02)
        begun = time.monotonic()
        with file.open("ab") as out:
            out.write(response_line(number, file.stem))
        seen = terminal.wait_for(rf"(?<![\d,]){known + number:,} responses", 5.0)
        if seen is None:
            print(f"append {number}: not seen within 5 s", file=sys.stderr)
            continue
        taken.append((seen - begun) * 1000)
    return taken


def write_beside(directory: Path, rate: float, stop: Event) -> None:
    """Append user lines (which count nothing) at a rate, to keep the reader busy."""
    directory.mkdir(parents=True, exist_ok=True)
    while rate > 0 and not stop.wait(1 / rate):
        with (directory / "busy.jsonl").open("ab") as out:
            out.write(
                b'{"type":"user","message":{"role":"user","content":"' + b"x" * 900 + b'"}}\n'
            )


def main() -> None:
    """Run all measurements and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--appends", type=int, default=100)
    parser.add_argument("--idle", type=float, default=30.0)
    parser.add_argument("--responses", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=0.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ccmon-bench-") as place:
        root = Path(place) / "claude"
        # The made-up user stopped ten hours ago, so the active block holds only our appends.
        now = system_clock() - 10 * 3_600_000
        sessions = max(1, options.responses // 100)
        write_history(root, DemoUser(7, now, options.responses, 30, sessions))
        file = root / "projects" / "-bench-project" / "bench.jsonl"
        file.parent.mkdir(parents=True)
        file.write_bytes(response_line(0, file.stem))
        environment = {**os.environ, "TERM": "xterm-256color", "CCMON_DATA_DIR": place}
        command = [sys.executable, "-m", "tui", "live", "--config-dir", str(root), "--offline"]
        for start in ("first", "next"):
            begun = time.monotonic()
            terminal = Terminal(command, environment)
            painted = terminal.wait_for("Burn rate", 30.0)
            terminal.wait_for(r"(?<![\d,])1 response", 60.0)
            print(f"{start} start to paint  {(painted or 0) - begun:8.3f} s")
            terminal.drain(3.0)
            if start == "first":
                terminal.quit()
        stop = Event()
        writer = Thread(target=write_beside, args=(root / "projects" / "-busy", options.rate, stop))
        writer.start()
        taken = sorted(time_appends(terminal, file, options.appends, 1))
        stop.set()
        writer.join()
        report(terminal, taken, options.idle)
        terminal.quit()


def report(terminal: Terminal, taken: list[float], idle: float) -> None:
    """Print what was measured."""
    if taken:
        p95 = taken[min(len(taken) - 1, int(len(taken) * 0.95))]
        print(
            f"append to screen      median {statistics.median(taken):.0f} ms, p95 {p95:.0f} ms,"
            f" max {taken[-1]:.0f} ms, of {len(taken)}"
        )
    terminal.drain(3.0)
    before = terminal.cpu_seconds()
    written = terminal.drain(idle)
    used = terminal.cpu_seconds() - before
    print(
        f"idle                  {100 * used / idle:.2f} % of a core, {written / idle:.0f} bytes/s"
    )
    print(f"memory                {terminal.memory():.0f} MB resident")


if __name__ == "__main__":
    main()
