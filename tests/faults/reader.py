"""A process of its own that reads, as ccmon does, so that it can be killed, watched and measured.

    python -m tests.faults.reader ROOT LEDGER [--follow SECONDS] [--audit FILE] [--at NOW]
        [--batch BYTES] [--workers] [--until-told] [--clock FILE]

Prints `open` when the ledger is open, `read` when all is read, `responses N` at each change
while following, and at the end one line of JSON: responses, tokens, cost, peak memory in MB,
notices.
"""

from __future__ import annotations

import argparse
import json
import re
import select
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

with suppress(ImportError):  # there is none on Windows
    import resource

_WRITING = ("os.", "shutil.", "socket.", "open", "tempfile.", "sqlite3.connect")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("ledger")
    parser.add_argument("--follow", type=float, default=0.0)
    parser.add_argument("--audit")
    parser.add_argument("--at", type=int)
    parser.add_argument("--clock", type=Path, help="a file that says what time it is")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--workers", action="store_true", help="read elsewhere, in small chunks")
    parser.add_argument("--until-told", action="store_true", help="follow until input ends")
    given = parser.parse_args()
    if given.audit:
        sys.addaudithook(noting(open(given.audit, "w", encoding="utf-8")))  # noqa: SIM115
    _read(given)


def noting(log: TextIO) -> Callable[[str, tuple[Any, ...]], None]:
    """Return an audit hook that writes down what touches files or opens sockets."""

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_WRITING):
            log.write(json.dumps([event, *map(_shown, arguments)]) + "\n")
            log.flush()

    return note


def _shown(value: object) -> object:
    return value if value is None or isinstance(value, int | str) else str(value)


def _read(given: argparse.Namespace) -> None:
    from engine.domain.settings import Settings, system_clock
    from engine.monitor import Monitor

    _set_sizes(given)
    settings = Settings(
        roots=(given.root,),
        ledger=given.ledger,
        zone="UTC",
        is_offline=True,
        clock=_clock(given) or system_clock,
        environment={},
        home=given.root,
    )
    with Monitor(settings) as monitor:
        print("open", flush=True)
        if given.follow:
            monitor.start(lambda: _tell(monitor.snapshot().responses))
            end = time.monotonic() + given.follow
            while time.monotonic() < end and not (given.until_told and _is_told()):
                monitor.snapshot()
                time.sleep(0.02)
        else:
            monitor.read()
        print("read", flush=True)
        health = monitor.health()
        figures = monitor.report("daily").totals.figures
        snapshot = monitor.snapshot()
    found = {
        "responses": snapshot.responses,
        "tokens": figures.tokens.total,
        "cost": figures.cost,
        "notices": [notice.text for notice in snapshot.notices],
        "bad_lines": [line.reason for line in health.bad_lines],
        "peak": _peak_memory(),
    }
    print(json.dumps(found), flush=True)


def _set_sizes(given: argparse.Namespace) -> None:
    """Make batches and chunks small where asked, so that a small history has many."""
    from engine.ingest import loader

    sizes = {"_FIRST_BATCH": given.batch, "_BATCH": given.batch}
    if given.workers:
        sizes |= {"_WORTH_WORKERS": 1, "_FIRST_BATCH": 100_000, "_CHUNK": 100_000}
    for name, size in sizes.items():
        assert hasattr(loader, name)
        if size:
            setattr(loader, name, size)


def _clock(given: argparse.Namespace) -> Callable[[], int] | None:
    if given.clock:
        return lambda: int(given.clock.read_text())
    return (lambda: given.at) if given.at else None


def _is_told() -> bool:
    """Say whether whoever started this has closed its input."""
    return bool(select.select([sys.stdin], [], [], 0)[0])


def _tell(responses: int) -> None:
    print("responses", responses, flush=True)


def _peak_memory() -> float:
    """Return the most memory that this process or one it started held, in MB.

    Linux counts for a process what it was forked from, so its own is asked for apart.
    """
    status = Path("/proc/self/status").read_text()
    own = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert own is not None
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(int(own[1]), children) / 1000


if __name__ == "__main__":
    main()
