"""Figures as a Markdown table, ratios first."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.figures import FAILS, HOLDS, Figure
from tests.bench.peers import Peers

HEAD = "| what | measured | must be | | ccmon | beside it |"
_RULE = "|---|---|---|---|---|---|"


def table(figures: Sequence[Figure]) -> str:
    """Return the table; a line that is of the same thing as the one before leaves it out."""
    return "\n".join([HEAD, _RULE, *_lines(figures)]) + "\n"


def short_table(figures: Sequence[Figure]) -> str:
    """Return the times beside ccusage's alone, without their spread."""
    rows = [each for each in figures if each.unit.endswith("ccusage's time")]
    told = (f"| {each.what} | {_middle(each.ours)} | {_middle(each.beside)} |" for each in rows)
    return "\n".join(["| what | ccmon | ccusage |", "|---|---|---|", *told]) + "\n"


def _middle(amount: str) -> str:
    return amount.partition(" (")[0]


def _lines(figures: Sequence[Figure]) -> Iterator[str]:
    before = ""
    for each in figures:
        what = "" if each.what == before else each.what
        before = each.what
        value = "-" if each.value is None else f"**{_short(each.value)}** {each.unit}"
        limit = "" if each.limit is None else f"≤ {_short(each.limit)}"
        mark = {True: HOLDS, False: FAILS, None: ""}[each.holds]
        cells = (what, value, limit, mark, each.ours, each.beside)
        yield f"| {' | '.join(cells)} |"


def _short(value: float) -> str:
    """Return a number with the digits that say something."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def surroundings_line(peers: Peers) -> str:
    """Return when, on what machine and beside what was measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    named = ", ".join(f"{name} {version}" for name, version in peers.versions.items())
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores{_processor()}, {memory:.0f} GB, "
        f"Python {platform.python_version()}; beside {named or 'no other program'}"
    )


def _processor() -> str:
    """Return the processor's name in brackets, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return ""
    name = next((line.partition(":")[2].strip() for line in lines if "model name" in line), "")
    return f" ({name})" if name else ""
