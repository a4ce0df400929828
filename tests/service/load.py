"""What the service takes: listeners and requests on a large history, and what it costs at rest.

    .venv/bin/python -m tests.service.load [--responses 1000000] [--seconds 60] [--data DIRECTORY]

The generator runs on the same machine. Its history is kept in the directory for the next time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from engine.domain.settings import system_clock
from engine.service.instance import Running, find_running
from tests.made_lines import answer, write
from tests.service.quantiles import quantile
from tests.service.served import made_settings

LISTENERS = 50
RATE = 500
"""Requests in a second."""
CONNECTIONS = 16
PATHS = ("/api/v1/live", "/api/v1/daily")
_STEADY = 3.0
"""Seconds in which nothing more is read once all of history is."""
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Measured:
    """What the generator saw."""

    took: dict[str, list[float]] = field(default_factory=lambda: {path: [] for path in PATHS})
    errors: list[str] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    events: int = 0


def main() -> None:
    """Measure and say so."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--responses", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--idle", type=float, default=30)
    parser.add_argument("--data", type=Path, default=None)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        data = asked.data or Path(temporary)
        home = data / f"service-{asked.responses}"
        _make(home, asked.responses)
        process = _start(home)
        try:
            running = _wait(home)
            said = _live(running)
            print(f"{said['responses']:,} responses, load average {os.getloadavg()[0]:.1f}")
            _say_idle(running.pid, asked.idle)
            before, worked = _memory(running.pid), _cpu(running.pid)
            told = asyncio.run(_load(running, home, asked.seconds))
            _say(told, asked.seconds, before, _memory(running.pid))
            worked = _cpu(running.pid) - worked
            print(f"the service worked {worked / asked.seconds:.1%} of a core")
        finally:
            process.terminate()
            process.wait(20)


def _make(home: Path, responses: int) -> None:
    root = home / ".claude"
    if root.exists():
        return
    home.mkdir(parents=True)
    print(f"making {responses:,} responses in {root} …", flush=True)
    command = [sys.executable, "-m", "tui", "demo", str(root), "--once"]
    more = [f"--responses={responses}", f"--sessions={max(responses // 100, 20)}"]
    subprocess.run([*command, *more], check=True, stdout=subprocess.DEVNULL)


def _start(home: Path) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "HOME": str(home),
        "CCMON_DATA_DIR": str(home / "data"),
        "CCMON_CONFIG_DIR": str(home / "config"),
        "CLAUDE_CONFIG_DIR": str(home / ".claude"),
    }
    command = [sys.executable, "-m", "tui", "serve", "--port=0", "--offline"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


def _wait(home: Path) -> Running:
    """Wait until a service runs and has read all of history."""
    begun = time.monotonic()
    while (running := find_running(made_settings(home))) is None:
        time.sleep(0.05)
    known, since = -1, time.monotonic()
    while not known or time.monotonic() - since < _STEADY:
        time.sleep(0.2)
        said = _live(running)
        found = int(str(said["responses"]))
        if found != known or "progress" in said:
            known, since = found, time.monotonic()
    print(f"ready after {since - begun:.1f} s", flush=True)
    return running


def _live(running: Running) -> dict[str, object]:
    from engine.service.client import ask

    document: dict[str, object] = ask(running, "GET", "/api/v1/live")
    return document


def _memory(pid: int) -> float:
    """Return the megabytes that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if "VmRSS" in line) / 1024


def _cpu(pid: int) -> float:
    """Return the seconds that a process has worked."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _say_idle(pid: int, seconds: float) -> None:
    time.sleep(min(seconds, 10))  # what follows a first reading is done by then
    before = _cpu(pid)
    time.sleep(seconds)
    share = (_cpu(pid) - before) / seconds if seconds else 0.0
    print(f"at rest: {share:.2%} of a core, {_memory(pid):.0f} MB", flush=True)


async def _load(running: Running, home: Path, seconds: float) -> Measured:
    told = Measured()
    begun = time.monotonic()
    for path in PATHS:
        reader, writer = await _connected(running, path)
        await _answer(reader)
        writer.close()
    print(f"first answers after {(time.monotonic() - begun) * 1e3:.0f} ms", flush=True)
    end = time.monotonic() + seconds
    written: dict[int, float] = {}
    listeners = [
        asyncio.create_task(_listen(running, told, written if place == 0 else None))
        for place in range(LISTENERS)
    ]
    writing = asyncio.create_task(_append(home, written, end))
    asking = [_ask_on(running, told, place, end) for place in range(CONNECTIONS)]
    await asyncio.gather(*asking)
    await writing
    await asyncio.sleep(0.5)
    for each in listeners:
        if each.done():
            each.result()
        each.cancel()
    return told


async def _append(home: Path, written: dict[int, float], end: float) -> None:
    """Write a response each second, of a session of its own."""
    number = 0
    while time.monotonic() < end:
        name = f"load{system_clock()}"
        line = answer(f"{name}{number}", system_clock(), 10, session=name)
        number += 1
        written[number] = time.monotonic()
        await asyncio.to_thread(write, home / ".claude", line, name=f"-load/{name}.jsonl")
        await asyncio.sleep(1)


async def _listen(running: Running, told: Measured, written: dict[int, float] | None) -> None:
    reader, writer = await _connected(running, "/api/v1/stream")
    known: int | None = None
    try:
        while line := await reader.readline():
            if not line.startswith(b"data:"):
                continue
            told.events += 1
            if written is None:
                continue
            count = json.loads(line[5:]).get("responses", known)
            known = count if known is None else known
            for number in [each for each in written if known + each <= count]:
                told.delays.append(time.monotonic() - written.pop(number))
        told.errors.append("a stream ended")
    except OSError as error:
        told.errors.append(str(error))
    finally:
        writer.close()


async def _connected(
    running: Running, path: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port, limit=1 << 24)
    writer.write(_request(running, path))
    return reader, writer


def _request(running: Running, path: str) -> bytes:
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{running.port}",
        f"Authorization: Bearer {running.token}",
        "Accept-Encoding: gzip",
    )
    return "\r\n".join((*lines, "", "")).encode()


async def _ask_on(running: Running, told: Measured, place: int, end: float) -> None:
    """Ask on one connection, at its part of the rate, each path in turn."""
    pause = CONNECTIONS / RATE
    due = time.monotonic() + pause * place / CONNECTIONS
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port, limit=1 << 24)
    number = place
    while due < end:
        await _until(due, asyncio.sleep)
        path = PATHS[number % 2]
        try:
            writer.write(_request(running, path))
            status, _ = await _answer(reader)
        except (OSError, asyncio.IncompleteReadError) as error:
            told.errors.append(f"{path}: {error}")
            return
        told.took[path].append(time.monotonic() - due)  # who waits for its turn waits too
        if status != 200:
            told.errors.append(f"{path}: {status}")
        number, due = number + 1, due + pause
    writer.close()


async def _until(due: float, sleep: Callable[[float], Awaitable[None]]) -> None:
    left = due - time.monotonic()
    if left > 0:
        await sleep(left)


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    length = next(int(line.split(":")[1]) for line in head if line.startswith("content-length"))
    return int(head[0].split()[1]), await reader.readexactly(length)


def _say(told: Measured, seconds: float, before: float, after: float) -> None:
    for path, took in told.took.items():
        took.sort()
        print(
            f"{path}: {len(took) / seconds:.0f}/s, {quantile(took, 0.5) * 1e3:.1f} ms (median),"
            f" {quantile(took, 0.95) * 1e3:.1f} ms (p95), {took[-1] * 1e3:.0f} ms (most)"
        )
    delays = sorted(told.delays)
    print(
        f"{LISTENERS} listeners: {told.events:,} events; a response is told after"
        f" {quantile(delays, 0.5) * 1e3:.0f} ms (median),"
        f" {quantile(delays, 0.95) * 1e3:.0f} ms (p95)"
    )
    print(f"errors: {len(told.errors)} {json.dumps(told.errors[:3])}")
    print(f"memory: {before:.0f} MB before, {after:.0f} MB after")


if __name__ == "__main__":
    main()
