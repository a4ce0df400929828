"""Kills what fetches prices and brings a ledger's costs to them."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from engine.domain.settings import Settings
from engine.monitor import Monitor
from engine.pricing.price_file import read_prices
from tests.conftest import NOW
from tests.faults.started import PROJECT
from tests.faults.written import responses, transcript
from tests.stub_server import StubServer, serving

_MODEL = "model-7"
_RESPONSES = 1_000

_PROGRAM = """
import sys
from pathlib import Path
import httpx
from engine.ledger import book
from engine.monitor import Monitor
from engine.pricing.refresh import refresh
from engine.domain.settings import Settings
root, data, url = sys.argv[1:]
assert book._CHUNK
book._CHUNK = 20
print("begun", flush=True)
refresh(Path(data, "prices.json"), url)
given = {"CCMON_DATA_DIR": data}
roots = (Path(root),)
with Monitor(Settings(roots=roots, environment=given, is_offline=True)) as monitor:
    monitor.read()
"""


class PriceVictim:
    """A ledger of responses whose price changes, and processes killed while they learn it."""

    def __init__(self, place: Path, seed: int) -> None:
        self.kills = 0
        self.left: set[str] = set()
        """The kinds of states that kills have left."""
        self._root, self._data = place / "root", place / "data"
        self._dice = random.Random(seed)
        self._takes = 0.0
        self._served = 0.0
        lines = responses(range(_RESPONSES)).replace(b"claude-opus-5-5", _MODEL.encode())
        transcript(self._root, "-a/s1.jsonl", lines)

    def kill_and_check(self, times: int) -> None:
        """Kill so many refreshes in a row; then costs must be those of whole prices."""
        with serving() as server:
            server.answer = lambda handler: handler.send(200, self._table())
            if not self._takes:
                self._refresh(server, 60.0)
                self._takes = self._refresh(server, 60.0)
            for _ in range(times):
                self._refresh(server, self._dice.random() * 1.1 * self._takes)
                self.kills += 1
        self._check()

    def _table(self) -> bytes:
        """Return a made-up table of LiteLLM's, with a price never asked before."""
        self._served = self._dice.randint(1, 10**6) / 1e9
        price = {"mode": "chat", "output_cost_per_token": 2e-06}
        price |= {"input_cost_per_token": self._served}
        return json.dumps({f"model-{number}": price for number in range(120)}).encode()

    def _refresh(self, server: StubServer, seconds: float) -> float:
        """Refresh in a process killed after so many seconds; return how many it took."""
        command = [sys.executable, "-c", _PROGRAM, str(self._root), str(self._data), server.url]
        environment = {**os.environ, "no_proxy": "127.0.0.1"}
        with subprocess.Popen(
            command, cwd=PROJECT, stdout=subprocess.PIPE, env=environment
        ) as refreshing:
            assert refreshing.stdout is not None
            assert refreshing.stdout.readline() == b"begun\n"
            begun = time.monotonic()
            try:
                assert refreshing.wait(seconds) == 0, "a refresh failed"
            except subprocess.TimeoutExpired:
                refreshing.kill()
        return time.monotonic() - begun

    def _check(self) -> None:
        """See that the prices are whole, and that all of the ledger bears just these."""
        in_force = read_prices(self._data / "prices.json").models[_MODEL]
        is_new = abs(float(in_force.input or 0) / 1e6 - self._served) < 1e-12
        self.left.add("new prices" if is_new else "earlier prices")
        with self._monitor(None) as monitor, self._monitor(":memory:") as fresh:
            monitor.read()
            fresh.read()
            for kind in ("daily", "models", "blocks"):
                assert monitor.report(kind).totals == fresh.report(kind).totals
                assert monitor.report(kind).rows == fresh.report(kind).rows
            figures = monitor.report("daily").totals.figures
            assert figures.responses == _RESPONSES
            assert figures.cost
            assert not monitor.snapshot().notices

    def _monitor(self, ledger: str | None) -> Monitor:
        return Monitor(
            Settings(
                roots=(self._root,),
                ledger=ledger,
                zone="UTC",
                is_offline=True,
                is_polling=True,
                clock=lambda: NOW,
                environment={"CCMON_DATA_DIR": str(self._data)},
                home=self._root,
            )
        )
