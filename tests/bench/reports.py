"""Rows of whole processes: reports, the status line and the version."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from engine.native import SWITCH, reader_name
from tests.bench.directories import Directory
from tests.bench.figures import Figure, memory, ratio, wall, work
from tests.bench.lines import response_line
from tests.bench.peers import CCUSAGE, MONITOR, TOKSCALE, forget_tokscale
from tests.bench.places import ccmon, surroundings
from tests.bench.processes import Command, Times
from tests.bench.workbench import DAILY, Workbench, forget

_PYTHON = "python -c pass"
_OF_PYTHON = f"the time of `{_PYTHON}`"
_IN_PYTHON = "without the native reader"
_AGAIN = f"{TOKSCALE}'s second run"
_APPENDED = 2_000
_SAME = 0.05
"""By so little may the tokens that programs find differ."""


def reading(bench: Workbench) -> Iterator[Figure]:
    """Yield the first and the next report on the middle directory."""
    directory = bench.made(bench.sizes[1])
    yield from _reading(bench, "reading", directory, (CCUSAGE, TOKSCALE, MONITOR), has_limits=True)


def reading_large(bench: Workbench) -> Iterator[Figure]:
    """Yield the first and the next report on the large directory, beside ccusage alone."""
    directory = bench.made(bench.sizes[2])
    yield from _reading(bench, "reading-large", directory, (CCUSAGE,), has_limits=True)


def reading_even(bench: Workbench) -> Iterator[Figure]:
    """Yield the first and the next report on files that are all alike, beside ccusage alone."""
    directory = bench.even(bench.sizes[1])
    yield from _reading(bench, "reading-even", directory, (CCUSAGE,), has_limits=True)


def reading_real(bench: Workbench) -> Iterator[Figure]:
    """Yield the first and the next report on real transcripts, where there are any."""
    directory = bench.archive()
    if directory is not None:
        yield from _reading(bench, "reading-real", directory, (CCUSAGE, TOKSCALE), has_limits=False)


def _reading(
    bench: Workbench, row: str, directory: Directory, peers: tuple[str, ...], *, has_limits: bool
) -> Iterator[Figure]:
    """Yield figures of a report with an empty ledger, and with one that knows everything."""
    commands = _readers(bench, directory, peers)
    times = bench.times(commands)
    _warn_of_other_answers(row, times)
    theirs = times.get(CCUSAGE)
    first, again = times["first"], times["again"]
    in_python = times.get(_IN_PYTHON)
    limits = (0.4 if in_python else 1.0, 1.0, 0.6, 0.06, 0.25) if has_limits else (None,) * 5
    what = f"first ever `ccmon daily --json`, {directory.name}"
    yield ratio(row, what, f"{CCUSAGE}'s time", wall(first), wall(theirs), limits[0])
    yield ratio(row, what, f"{CCUSAGE}'s CPU time", work(first), work(theirs), limits[0])
    yield ratio(row, what, f"{CCUSAGE}'s memory", memory(first), memory(theirs), limits[2])
    if in_python is not None:
        alone = f"the same, {_IN_PYTHON}"
        yield ratio(row, alone, f"{CCUSAGE}'s time", wall(in_python), wall(theirs), limits[1])
        yield ratio(row, alone, f"{CCUSAGE}'s CPU time", work(in_python), work(theirs), limits[1])
    for peer in peers[1:]:
        yield ratio(row, what, f"{peer}'s time", wall(first), wall(times.get(peer)))
    what = f"the same, nothing new since, {directory.name}"
    yield ratio(row, what, f"{CCUSAGE}'s time", wall(again), wall(theirs), limits[3])
    if TOKSCALE in peers:
        yield ratio(row, what, _AGAIN, wall(again), wall(times.get(_AGAIN)), limits[4])
    yield ratio(row, what, f"{CCUSAGE}'s CPU time", work(again), work(theirs))
    yield ratio(row, what, f"{CCUSAGE}'s memory", memory(again), memory(theirs))


def _readers(
    bench: Workbench, directory: Directory, peers: tuple[str, ...]
) -> dict[str, Command | None]:
    root, name = directory.root, directory.root.name
    empty, known = bench.home("ccmon-first", name), bench.known(directory)
    commands: dict[str, Command | None] = {
        "first": bench.ccmon(root, empty, DAILY, before=partial(forget, empty)),
        "again": bench.ccmon(root, known, DAILY),
    }
    if reader_name(os.environ) == "native":
        alone = bench.home("ccmon-alone", name)
        command = bench.ccmon(root, alone, DAILY, before=partial(forget, alone))
        around = {**command.environment, SWITCH: "0"}
        commands[_IN_PYTHON] = replace(command, environment=around)
    for peer in peers:
        home = bench.home(peer, name)
        commands[peer] = bench.peers.reading(peer, root, home)
        if peer == TOKSCALE and (command := commands[peer]):
            commands[peer] = replace(command, before=partial(forget_tokscale, home))
            commands[_AGAIN] = bench.peers.reading(peer, root, bench.home(_AGAIN, name))
    return commands


def _warn_of_other_answers(row: str, times: Mapping[str, Times]) -> None:
    """Say which programs did not find the tokens that the others found: they did other work."""
    found = {name: _tokens(each.answer) for name, each in times.items() if name != MONITOR}
    ours = found["again"]
    for name, tokens in found.items():
        if abs(tokens - ours) > _SAME * ours:
            print(f"{row}: {name} finds {tokens:,} tokens, ccmon {ours:,}", file=sys.stderr)


def _tokens(answer: bytes) -> int:
    """Return all tokens of a report of ccmon or ccusage, or of tokscale's."""
    said = json.loads(answer)
    if "totals" in said:
        return int(said["totals"]["totalTokens"])
    kinds = ("totalInput", "totalOutput", "totalCacheRead", "totalCacheWrite")
    return sum(int(said[kind]) for kind in kinds)


def growing(bench: Workbench) -> Iterator[Figure]:
    """Yield the everyday report on the large directory beside the same on the middle one."""
    middle, large = (bench.made(size) for size in bench.sizes[1:])
    times = bench.times(
        {
            directory.name: bench.ccmon(directory.root, bench.known(directory), DAILY)
            for directory in (middle, large)
        }
    )
    what = f"`ccmon daily --json`, nothing new, {large.name}"
    ours, smaller = wall(times[large.name]), wall(times[middle.name])
    yield ratio("growing", what, f"the time at {middle.name}", ours, smaller, 1.7)


def appended(bench: Workbench) -> Iterator[Figure]:
    """Yield the report after 2 kB came to one of many transcripts, beside nothing new."""
    directory = bench.made(bench.sizes[1])
    root, known = directory.root, bench.known(directory)
    file = _own_copy(next(iter(sorted((root / "projects").glob("*/*.jsonl")))))
    times = bench.times(
        {
            "nothing new": bench.ccmon(root, known, DAILY),
            "appended": bench.ccmon(root, known, DAILY, before=partial(_append, file)),
        }
    )
    what = f"the same, 2 kB new in one of {directory.files:,} files"
    ours, before = wall(times["appended"]), wall(times["nothing new"])
    yield ratio("appended", what, "the time with nothing new", ours, before, 1.2)


def statusline(bench: Workbench) -> Iterator[Figure]:
    """Yield the status line beside ccusage's, and beside an interpreter that does nothing.

    A response has come since the last one, which is when Claude Code asks for it; then it asks
    again at once, as for every change of its screen.
    """
    directory = bench.made(bench.sizes[1])
    root = directory.root
    newest = max((root / "projects").glob("*/*.jsonl"), key=lambda path: path.stat().st_mtime)
    transcript = _own_copy(newest)
    given, known, words = _hook(transcript), bench.known(directory), ("statusline",)
    times = bench.times(
        {
            "ccmon": bench.ccmon(root, known, words, given, partial(_append, transcript)),
            "again": bench.ccmon(root, known, words, given),
            CCUSAGE: bench.peers.statusline(bench.home("statusline"), root, given),
            _PYTHON: _nothing(bench),
        }
    )
    ours, again, nothing = times["ccmon"], times["again"], times[_PYTHON]
    what = f"`ccmon statusline`, {directory.name}, a response has come since"
    yield ratio("statusline", what, f"{CCUSAGE}'s time", wall(ours), wall(times.get(CCUSAGE)), 0.05)
    yield ratio("statusline", what, _OF_PYTHON, wall(ours), wall(nothing), 3.5)
    yield ratio("statusline", what, f"the CPU time of `{_PYTHON}`", work(ours), work(nothing), 3.5)
    what = "the same, asked again at once"
    yield ratio("statusline", what, _OF_PYTHON, wall(again), wall(nothing), 3.5)


def version(bench: Workbench) -> Iterator[Figure]:
    """Yield `ccmon --version` beside an interpreter that does nothing."""
    around = surroundings(bench.home("version"))
    times = bench.times(
        {"ccmon": Command((*ccmon(), "--version"), around), _PYTHON: _nothing(bench)}
    )
    ours, nothing = wall(times["ccmon"]), wall(times[_PYTHON])
    yield ratio("version", "`ccmon --version`", _OF_PYTHON, ours, nothing, 2.5)


def _nothing(bench: Workbench) -> Command:
    return Command((sys.executable, "-c", "pass"), surroundings(bench.home("nothing")))


def _own_copy(file: Path) -> Path:
    """Let a linked file be one of its own, so that what is appended stays here."""
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(content)
    return file


def _append(file: Path) -> None:
    with file.open("ab") as out:
        out.write(response_line(out.tell(), file.stem, _APPENDED))


def _hook(transcript: Path) -> bytes:
    """Return what Claude Code hands to a status line."""
    return json.dumps(
        {
            "session_id": transcript.stem,
            "transcript_path": str(transcript),
            "cwd": "/bench/project",
            "version": "2.1.330",
            "model": {"id": "claude-opus-5-5", "display_name": "Opus 5.5"},
            "workspace": {"current_dir": "/bench/project", "project_dir": "/bench/project"},
            "cost": {"total_cost_usd": 1.5, "total_duration_ms": 60_000},
        }
    ).encode()
