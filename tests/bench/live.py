"""Measures the live screen in a real terminal: write to screen, idle, memory, first paint.

    python -m tests.bench.live [--appends 100] [--idle 30] [--responses 20000] [--rate 0]

A made-up history is written, `ccmon live` started on it in a pseudo terminal of 120x40,
then responses are appended one at a time; each is timed from the write to the moment its
number has come out of the terminal. `--rate N` appends N a second meanwhile from a second
writer. Figures come as a table.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

from engine.demo import DemoUser, write_history
from engine.settings import system_clock
from tests.terminal import Terminal


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
