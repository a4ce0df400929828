"""Homes of single agents whose true totals are known: the laid-out samples, and traps made here."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.agents import made_gemini, made_qwen
from tests.agents.made_codex import START, Thread, zstandard
from tests.agents.writers import add_session, assistant, counted, create, put_message
from tests.made_lines import MINUTE
from tests.parity.datasets import SHARED

SAMPLES = SHARED / "data" / "agents"
_DAY = START
_PACKED = ".jsonl.zst"
_TOTALS = {
    "claude": "claude",
    "codex (plain files)": "codex",
    "codex + .zst": "codex",
    "opencode": "opencode",
    "gemini": "gemini",
    "cursor usage.csv+other": "cursor",
}
"""The samples as the table of totals names them, and whose home each is."""
_NAMES = {
    "claude": "Claude Code: copied responses, a replayed side chain",
    "codex (plain files)": "Codex: forks and an archived copy",
    "codex + .zst": "Codex: the same, and a packed rollout",
    "opencode": "OpenCode: a fork, and documents left over",
    "gemini": "Gemini CLI: twins, a rewind, a sub-agent",
    "cursor usage.csv+other": "Cursor: two generations of its CSV; dollars charged",
}


@dataclass(frozen=True)
class Sample:
    """A home that can be made anew anywhere, and what is true of it."""

    name: str
    agent: str
    """As ccmon, ccusage and tokscale call it."""
    tokens: int
    cost: float | None
    """US dollars at list prices; `None` where that is not known."""
    make: Callable[[Path], None]
    is_charged: bool = False
    """The dollars are those charged; nothing is calculated for what was included."""


def laid_out(place: Path = SAMPLES) -> Iterator[Sample]:
    """Yield the samples in a place, with the totals that its TRUTH.md says they have."""
    rows = [
        [cell.strip() for cell in line.strip("|\n ").split("|")]
        for line in (place / "TRUTH.md").read_text("utf-8").splitlines()
        if line.startswith("|")
    ]
    totals = {cells[0]: int(cells[6]) for cells in rows if cells[0] in _TOTALS and len(cells) > 6}
    costs = {cells[0]: cost for cells in rows if (cost := _cost(cells[1])) is not None}
    for name, agent in _TOTALS.items():
        is_packed = name == "codex + .zst"
        yield Sample(
            _NAMES[name],
            agent,
            totals[name],
            None if is_packed else costs[agent],
            _copying(place / agent, without="" if is_packed else _PACKED),
            is_charged=agent == "cursor",
        )


def _cost(cell: str) -> float | None:
    """Return the dollars after the tokens in a cell such as `7905 / 0.025444 (1 h cw at 2x)`."""
    found = re.search(r"^\d+\b.* / (?:charged )?(\d+\.\d+)", cell)
    return float(found[1]) if found else None


def _copying(source: Path, *, without: str) -> Callable[[Path], None]:
    def make(home: Path) -> None:
        for file in source.rglob("*"):
            if file.is_file() and not (without and file.name.endswith(without)):
                target = home / file.relative_to(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)

    return make


def traps() -> tuple[Sample, ...]:
    """Return what is counted wrong most easily, each alone in a home.

    Dollars are by hand from the list prices of a million tokens: gpt-5.2 at 1.75, 0.175 from
    the cache and 14 for output; gemini-2.5-pro at 1.25, 0.125 and 10.
    """
    of_codex = (2_600 * 1.75 + 400 * 0.175 + 280 * 14) / 1e6
    of_gemini = (1_330 * 1.25 + 400 * 0.125 + 275 * 10) / 1e6
    of_opencode = (200 * 1.75 + 600 * 0.175 + 60 * 14) / 1e6
    return (
        Sample("a Codex fork with its parent's history copied", "codex", 3_280, of_codex, _fork),
        Sample(
            "a Codex rollout in Zstandard", "codex", 1_200, (1_000 * 1.75 + 200 * 14) / 1e6, _packed
        ),
        Sample("a Gemini chat resumed from its older form", "gemini", 2_005, of_gemini, _twins),
        Sample("Qwen's cached tokens and thoughts inside others", "qwen", 2_400, None, _subsets),
        Sample("an OpenCode fork with its messages copied", "opencode", 860, of_opencode, _copies),
    )


def _fork(home: Path) -> None:
    parent = Thread()
    parent.turn()
    parent.respond(1_000, 0, 0, 200, 40)
    parent.respond(1_500, 400, 0, 40, 0)
    child = Thread(2, START + 30 * MINUTE, forked_from_id=parent.id)
    parent.copy_into(child)
    child.at += 5_000
    child.turn()
    child.respond(500, 0, 0, 40, 0)
    for thread in (parent, child):
        thread.write(home / ".codex")


def _packed(home: Path) -> None:
    thread = Thread()
    thread.turn()
    thread.respond(1_000, 0, 0, 200, 40)
    path = thread.write(home / ".codex")
    path.with_name(f"{path.name}.zst").write_bytes(zstandard(path.read_bytes()))
    path.unlink()


def _twins(home: Path) -> None:
    root = home / ".gemini"
    first = made_gemini.message(
        "a", 1, input=1_000, output=100, cached=400, thoughts=50, total=1_150
    )
    second = made_gemini.message("b", 2, input=700, output=120, total=820)
    third = made_gemini.message("c", 3, input=30, output=5, total=35)
    head = made_gemini.head(lastUpdated="2026-05-01T10:05:00.000Z")
    chat = made_gemini.CHAT
    made_gemini.write(root, f"{chat}.json", {**head, "messages": [first, second]})
    made_gemini.write(root, f"{chat}.jsonl", head, first, second, third)


def _subsets(home: Path) -> None:
    used = made_qwen.usage(1_000, 200, 50, 300, 1_200)
    lines = [
        made_qwen.line(f"a{minute}", used, timestamp=f"2026-05-01T10:0{minute}:00.000Z")
        for minute in range(2)
    ]
    made_qwen.write(home / ".qwen", *lines)


def _copies(home: Path) -> None:
    path = home / ".local" / "share" / "opencode" / "opencode.db"
    with closing(create(path)) as connection:
        add_session(connection, "ses_1", created=_DAY)
        add_session(connection, "ses_2", created=_DAY + 30 * MINUTE)
        for number in range(2):
            created = _DAY + (number + 1) * MINUTE
            data = assistant(created, tokens=counted(100, 25, 5, 300))
            put_message(connection, f"msg_{number}", "ses_1", data, created)
            put_message(connection, f"msg_{number}f", "ses_2", data, created + 30 * MINUTE)
