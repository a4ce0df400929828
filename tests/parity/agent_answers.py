"""Asks ccmon, ccusage and tokscale what one agent used, each in a copy of its home."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from engine.agents.registry import Registry
from tests.bench.peers import CCUSAGE, TOKSCALE, Peers, give_prices
from tests.bench.places import surroundings
from tests.parity.agent_samples import Sample
from tests.parity.programs import in_process

_OF_CCUSAGE = frozenset(
    (
        "antigravity",
        "claude",
        "codex",
        "copilot",
        "droid",
        "gemini",
        "grok",
        "hermes",
        "opencode",
        "qwen",
    )
)
"""The agents among those of the samples that ccusage has a command for."""
_OF_TOKSCALE = {
    "aider": "",
    "antigravity": "antigravity-cli",
    "copilot-chat": "copilot",
    "copilot-desktop": "copilot",
    "devin": "devin-cli",
    "opencode-go": "",
    "roo": "roocode",
    "vibe": "",
}
"""What tokscale calls those that it has another name for, empty for those it does not read."""
_KINDS = ("totalInput", "totalOutput", "totalCacheRead", "totalCacheWrite")
_PATIENCE = 60


class Answer(NamedTuple):
    """What a program says was used: tokens, and US dollars."""

    tokens: int
    cost: float


Ask = Callable[[Sample, Path], Answer | None]
"""Asks a program about a sample in a home; `None` where it does not know the agent."""


def askers(peers: Peers) -> dict[str, Ask | None]:
    """Return how each program is asked, by what the table calls it; `None` for a missing one."""
    daily, by_session = (_asking_ccusage(peers, report) for report in ("daily", "session"))
    return {
        "ccmon": ask_ccmon,
        f"{CCUSAGE} daily": daily,
        f"{CCUSAGE} session": by_session,
        TOKSCALE: _asking_tokscale(peers),
    }


def ask_ccmon(sample: Sample, home: Path) -> Answer | None:
    """Return what `ccmon daily --json` says; of what was charged alone, with `--mode display`."""
    if sample.agent not in Registry({"HOME": str(home)}, home).names():
        return None
    words = ["daily", "--json", "--offline", "--timezone", "UTC", "--ledger", ":memory:"]
    if sample.is_charged:
        words += ["--mode", "display"]
    totals = json.loads(in_process(words, surroundings(home)))["totals"]
    return Answer(totals["totalTokens"], totals["totalCost"])


def _asking_ccusage(peers: Peers, report: str) -> Ask | None:
    program = peers.programs.get(CCUSAGE)
    if program is None:
        return None

    def ask(sample: Sample, home: Path) -> Answer | None:
        if sample.agent not in _OF_CCUSAGE:
            return None
        words = [program, sample.agent, report, "--json", "--offline", "--timezone", "UTC"]
        said = _printed(words, home)
        totals = (said.get("totals") if isinstance(said, dict) else None) or {}
        cost = totals.get("totalCost", totals.get("costUSD", 0.0))
        return Answer(totals.get("totalTokens", 0), cost)

    return ask


def _asking_tokscale(peers: Peers) -> Ask | None:
    program = peers.programs.get(TOKSCALE)
    if program is None:
        return None

    def ask(sample: Sample, home: Path) -> Answer | None:
        client = _OF_TOKSCALE.get(sample.agent, sample.agent)
        if not client:
            return None
        give_prices(home)
        words = [program, "models", "--json", "--no-spinner", "--client", client]
        said: Mapping[str, Any] = _printed(words, home)
        reasoning = sum(entry["reasoning"] for entry in said["entries"])
        return Answer(sum(said[kind] for kind in _KINDS) + reasoning, said["totalCost"])

    return ask


def _printed(words: list[str], home: Path) -> Any:
    done = subprocess.run(
        words,
        env=surroundings(home),
        capture_output=True,
        text=True,
        check=True,
        timeout=_PATIENCE,
    )
    return json.loads(done.stdout)
