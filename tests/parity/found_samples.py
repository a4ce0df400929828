"""What was counted wrong in the wild: inputs made to be of the same kind, with right figures."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.parity.agent_samples import Sample
from tests.parity.datasets import SHARED

FOUND = SHARED / "cases" / "found"
_CASES = (
    ("claude-aside-larger", "claude", 30_814, None, "Claude Code: an aside with the whole answer"),
    ("iter-compaction", "claude", 207_500, None, "Claude Code: a compaction beside its answer"),
    ("proxy-const-msg-id", "claude", 15_442, None, "Claude Code: a gateway's constant id"),
    ("cowork/home", "claude", 2_480, None, "Claude Code: sessions of Claude Desktop"),
    (
        "third-party-zero",
        "claude",
        11,
        None,
        "Claude Code: another endpoint without counts",
    ),
    ("worktrees", "claude", 330, None, "Claude Code: three worktrees of a repository"),
    (
        "openrouter-dotted-id",
        "claude",
        6_000_000,
        17.0,
        "Claude Code: OpenRouter's spellings; one model is unknown",
    ),
    ("copilot-shutdown", "copilot", 33_600, None, "Copilot CLI: two runs of a session"),
    ("copilot-shutdown-only", "copilot", 26_000, None, "Copilot CLI: one run, told at its end"),
    (
        "copilot-no-shutdown",
        "copilot",
        400,
        None,
        "Copilot CLI: a run that was killed",
    ),
    ("roo-openai-protocol", "roo", 205_700, None, "Roo Code: the cache inside the input"),
    ("roo-anthropic-old", "roo", 51_804, None, "Roo Code: the cache beside the input"),
    ("droid-multi-day", "droid", 33_000, None, "Droid: a session of four days"),
    ("hermes-two-models", "hermes", 33_000, 0.105, "Hermes: a session of two models"),
    ("grok-fork-no-eventid", "grok", 4_200, None, "Grok Build: a fork without event ids"),
)
"""Where, whose, tokens, US dollars where they are known, and what the table calls it."""


def found(place: Path = FOUND) -> Iterator[Sample]:
    """Yield what was found, as homes."""
    for where, agent, tokens, cost, name in _CASES:
        yield Sample(name, agent, tokens, cost, _copying(place / where))


def _copying(source: Path) -> Callable[[Path], None]:
    """Return what lays a case out in a home: all that an agent keeps, below hidden directories."""

    def make(home: Path) -> None:
        for each in source.iterdir():
            if each.is_dir():
                target = home / (each.name if each.name.startswith(".") else f".claude/{each.name}")
                shutil.copytree(each, target, dirs_exist_ok=True)
        for each in (home, *home.rglob("*")):
            each.chmod(0o755 if each.is_dir() else 0o644)

    return make
