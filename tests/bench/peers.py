"""The programs to compare with: where they are, how to get them, and how each is asked."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.domain.settings import system_clock
from tests.bench.places import PROJECT, surroundings
from tests.bench.processes import Command

CCUSAGE, TOKSCALE, MONITOR = "ccusage", "tokscale", "claude-monitor"
_PACKAGES = ("ccusage@20", "@ccusage/ccusage-linux-x64@20", "@tokscale/cli-linux-x64-gnu@4")
_VARIABLES = {
    CCUSAGE: "CCMON_CCUSAGE",
    TOKSCALE: "CCMON_TOKSCALE",
    MONITOR: "CCMON_CLAUDE_MONITOR",
}
_INSTALLED = {
    CCUSAGE: "node_modules/@ccusage/ccusage-linux-x64/bin/ccusage",
    TOKSCALE: "node_modules/@tokscale/cli-linux-x64-gnu/bin/tokscale",
    MONITOR: "claude-monitor/bin/claude-monitor",
}
ALL = frozenset(_VARIABLES)
HOW_TO = f"--install-peers gets them, or name programs in {', '.join(_VARIABLES.values())}"
_OF_LITELLM = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write_5m": "cache_creation_input_token_cost",
    "cache_write_1h": "cache_creation_input_token_cost_above_1hr",
}
_OF_VERSION = re.compile(r"(?<=\d)-(?=\d)")


@dataclass(frozen=True)
class Peers:
    """The programs that were found, by name, each with its version."""

    programs: Mapping[str, str]
    versions: Mapping[str, str]

    def reading(self, name: str, root: Path, home: Path) -> Command | None:
        """Return what asks a program for its figures of a root, `None` where it is missing.

        tokscale has no report by day and is asked by model, claude-monitor for its one answer,
        which is of the running window. The home is made ready, and empty the first time.
        """
        if name not in self.programs:
            return None
        if name == CCUSAGE:
            words = self._words(name, "daily --json --offline")
            return Command(words, surroundings(home, root), is_peer=True)
        if name == TOKSCALE:
            _prepare_tokscale(home, root)
            words = self._words(name, "models --json --no-spinner --client claude")
            return Command(words, surroundings(home), is_peer=True)
        words = (*self._words(name, "--once --output json --data-paths"), str(root / "projects"))
        codes = frozenset((0, 10, 11, 20))
        return Command(words, surroundings(home), codes=codes, is_peer=True)

    def statusline(self, home: Path, root: Path, given: bytes) -> Command | None:
        """Return ccusage's status line, reading all that it says anew."""
        if CCUSAGE not in self.programs:
            return None
        words = self._words(CCUSAGE, "statusline --no-cache --offline")
        return Command(words, surroundings(home, root), given, is_peer=True)

    def _words(self, name: str, more: str) -> tuple[str, ...]:
        return (self.programs[name], *more.split())


def find(place: Path) -> Peers:
    """Return the peers named by variables, installed below a place, or on the path.

    One that does not run is missing.
    """
    found: dict[str, str] = {}
    versions: dict[str, str] = {}
    for name, variable in _VARIABLES.items():
        installed = place / _INSTALLED[name]
        program = os.environ.get(variable) or (
            str(installed) if installed.is_file() else shutil.which(name)
        )
        version = _version(program) if program else None
        if program and version:
            found[name], versions[name] = program, version
    return Peers(found, versions)


def install(place: Path) -> None:
    """Get the peers by npm and pip, claude-monitor in an environment of its own."""
    place.mkdir(parents=True, exist_ok=True)
    own = place / "claude-monitor"
    for words in (
        ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(place), *_PACKAGES],
        [sys.executable, "-m", "venv", "--clear", str(own)],
        [str(own / "bin" / "python"), "-m", "pip", "install", "--quiet", "claude-monitor==4.*"],
    ):
        try:
            subprocess.run(words, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{words[0]}: {error}", file=sys.stderr)
    for name in (CCUSAGE, TOKSCALE):
        if (place / _INSTALLED[name]).is_file():
            (place / _INSTALLED[name]).chmod(0o755)


def forget_tokscale(home: Path) -> None:
    """Take away what tokscale remembers of transcripts, not its prices."""
    for kept in (home / ".config/tokscale/cache").glob("source-message-cache-*"):
        shutil.rmtree(kept)


def _prepare_tokscale(home: Path, root: Path) -> None:
    """Let a home's transcripts be those of a root, and prices be there without a connection."""
    (home / ".claude").unlink(missing_ok=True)
    (home / ".claude").symlink_to(root)
    give_prices(home)


def give_prices(home: Path) -> None:
    """Let tokscale find our embedded prices in a home, so that it needs no connection."""
    tables = {"litellm": _litellm_table(), "openrouter": {}, "models-dev": {}}
    now = system_clock() // 1000
    for folder in (home / ".cache/tokscale", home / ".config/tokscale/cache"):
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            text = json.dumps({"timestamp": now, "data": table})
            (folder / f"pricing-{name}.json").write_text(text, "utf-8")


def _litellm_table() -> dict[str, dict[str, Any]]:
    """Return our embedded prices in the form in which LiteLLM publishes them.

    Ours are found by names without dots, LiteLLM's by the names that vendors give.
    """
    table: dict[str, dict[str, Any]] = {}
    for name in ("other_prices.json", "prices.json"):
        text = (PROJECT / "engine" / "pricing" / name).read_text("utf-8")
        for model, prices in json.loads(text)["models"].items():
            terms = {"litellm_provider": "anthropic", "mode": "chat"} | {
                key: prices[ours] / 1e6 for ours, key in _OF_LITELLM.items() if prices.get(ours)
            }
            table[model] = table[_OF_VERSION.sub(".", model)] = terms
    return table


def _version(program: str) -> str | None:
    """Return what a program says its version is, `None` where it does not run."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    words = done.stdout.split()
    return words[-1].removeprefix("v") if words else None
