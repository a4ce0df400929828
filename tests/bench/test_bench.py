"""The benchmark measures what it says it does, and the README shows what it makes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.bench.figures import FAILS, HOLDS, Figure, seconds
from tests.bench.kept import BEGIN, END, PICTURE, Measured, load, save, updated
from tests.bench.places import PROJECT
from tests.bench.plot import plot
from tests.bench.processes import Command, Failed, Times, side_by_side
from tests.bench.recorded import Recorded
from tests.bench.sizes import shares
from tests.bench.table import HEAD, table
from tests.bench.transcripts import Task, write
from tests.conftest import NOW

README = (PROJECT / "README.md").read_text("utf-8")
PAGE = (PROJECT / "tests" / "bench" / "README.md").read_text("utf-8")
FIGURE = Figure(row="reading", what="first", value=0.5, unit="x", limit=0.6, ours="1 s")


def cells(line: str) -> list[str]:
    assert line.startswith("| ")
    assert line.endswith("|")
    return [cell.strip() for cell in line[1:-1].split("|")]


def assert_well_formed(text: str) -> None:
    """Every line has a value that the mark beside it agrees with."""
    head, rule, *lines = text.splitlines()
    assert (head, set(rule)) == (HEAD, {"|", "-"})
    assert lines
    for line in lines:
        _, measured, limit, mark, ours, beside = cells(line)
        assert ours
        if measured == "-":
            assert (beside, mark) == ("missing", "")
            continue
        value = re.match(r"\*\*([\d.]+)\*\* \S", measured)
        assert value is not None, line
        if limit:
            excess = float(value[1]) - float(limit.removeprefix("≤ "))
            assert mark in ((HOLDS, FAILS) if excess == 0 else (FAILS,) if excess > 0 else (HOLDS,))


def test_one_command_measures_prints_and_names_what_is_missing(tmp_path: Path) -> None:
    around = {"HOME": os.environ["HOME"], "PATH": "/nowhere", "PYTHONPATH": str(PROJECT)}
    words = ["--data", str(tmp_path), "--quick", "--runs", "1", "--only", "reading", "version"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", *words],
        cwd=PROJECT, env=around, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    where, made = done.stdout.split("\n\n", 1)
    assert_well_formed(made.rstrip("\n"))
    assert "no other program" in where
    assert "ccusage is missing" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["made-3000"]


def test_the_page_shows_a_table_as_the_benchmark_makes_it() -> None:
    made = PAGE.partition(BEGIN)[2].partition(END)[0]
    where, _, lines = made.partition("\n\n")
    assert where.startswith("Measured 20")
    assert_well_formed(lines.rstrip("\n"))
    assert f"]({PICTURE})" in README
    assert f"]({os.path.relpath(PICTURE, 'tests/bench')})".replace(os.sep, "/") in PAGE


def test_the_readme_has_the_times_of_the_page() -> None:
    where, _, lines = README.partition(BEGIN)[2].partition(END)[0].partition("\n\n")
    assert where in PAGE
    rows = [cells(line) for line in lines.splitlines()[2:]]
    assert rows
    for what, ours, theirs in rows:
        assert f"| {what} |" in PAGE
        assert f"| {ours} (" in PAGE
        assert f"| {theirs} (" in PAGE


def test_a_page_takes_new_figures_and_keeps_the_rest() -> None:
    row = Measured("reading", "2026-11-22, somewhere", (FIGURE,))
    made = updated(PAGE, [row])
    assert made.count(BEGIN) == made.count(END) == 1
    assert "Measured 2026-11-22, somewhere.\n\n" + table([FIGURE]) in made
    assert updated(made, [row]) == made
    assert PAGE.partition(BEGIN)[0] == made.partition(BEGIN)[0]
    assert PAGE.partition(END)[2] == made.partition(END)[2]


def test_what_was_measured_is_kept(tmp_path: Path) -> None:
    row = Measured("growth", "here", (replace_course(FIGURE), FIGURE))
    file = tmp_path / "results.json"
    save(file, Measured("growth", "elsewhere", ()))
    save(file, row)
    assert load(file) == {"growth": row}
    assert [each["holds"] for each in json.loads(file.read_bytes())[0]["figures"]] == [True, True]
    assert load(tmp_path / "absent.json") == {}


def replace_course(figure: Figure) -> Figure:
    course = ((10_000, 90.0), (1_000_000, 120.0))
    return Figure(row="growth", what="a & b", value=1.3, unit="x", limit=2.0, course=course)


def test_figures_say_whether_a_promise_holds() -> None:
    assert FIGURE.holds is True
    assert table([FIGURE]).count(HOLDS) == 1
    late = Figure(row="reading", what="first", value=0.601, unit="x", limit=0.6)
    assert late.holds is False
    assert table([late]).count(FAILS) == 1
    assert Figure(row="reading", what="first", value=None, unit="x", limit=0.6).holds is None


def test_times_are_told_by_median_and_spread() -> None:
    assert seconds([0.031, 0.029, 0.040]) == "31 ms (29\N{EN DASH}40)"
    assert seconds([2.5, 1.5, 1.0, 1.5]) == "1.50 s (1.00\N{EN DASH}2.50)"


def test_the_picture_has_a_line_for_each_cost_that_grows() -> None:
    drawn = ET.fromstring(plot([replace_course(FIGURE), FIGURE]))
    lines = drawn.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 1
    (_, slow), (_, fast) = (pair.split(",") for pair in lines[0].attrib["points"].split())
    assert float(fast) < float(slow)


def test_shares_have_the_quantiles_of_a_real_profile() -> None:
    parts = sorted(shares(100_000, seed=7))
    assert sum(parts) == 100_000
    at = [parts[int(len(parts) * part)] * 8 for part in (0.5, 0.9, 0.99)]
    assert at == [pytest.approx(size, rel=0.1) for size in (105, 654, 5_400)]
    assert parts[-1] * 8 == pytest.approx(87_000, rel=0.1)
    assert sum(shares(1_000, seed=7)) == 1_000


def test_a_transcript_has_the_responses_asked_for_and_always_the_same_bytes(
    tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    task = Task(
        root=str(tmp_path / "a"), seed=7, number=3, session=3, responses=40, is_agent=False,
        scale=1.0, now=NOW,
    )  # fmt: skip
    size = write(task)
    write(replace(task, root=str(tmp_path / "b")))
    first, second = (
        {p.name: p.read_bytes() for p in tmp_path.glob(f"{n}/**/*.jsonl")} for n in "ab"
    )
    assert first == second
    assert [len(content) for content in first.values()] == [size]
    with Monitor(settings(roots=(tmp_path / "a",))) as monitor:
        monitor.read()
        assert monitor.snapshot().responses == 40


_EATER = "x = bytearray(60_000_000); sum(range(10**6)); import time; time.sleep(0.1)"


def test_what_children_use_counts(tmp_path: Path) -> None:
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_EATER!r}])"
    plain = Command((sys.executable, "-c", "pass"), {})
    found = side_by_side(
        {"parent": Command((sys.executable, "-c", child), {}), "plain": plain}, tmp_path, 2
    )
    assert found["parent"].peak > 60
    assert found["plain"].peak < 30
    assert found["parent"].cpu > found["plain"].cpu
    assert found["parent"].wall > 0.1
    assert [len(times.walls) for times in found.values()] == [2, 2]


def test_a_peer_that_fails_is_missing_and_our_own_failure_is_told(tmp_path: Path) -> None:
    failing = Command((sys.executable, "-c", "raise SystemExit('no such thing')"), {})
    with pytest.raises(Failed, match="ended with 1: no such thing"):
        side_by_side({"ours": failing}, tmp_path, 1)
    assert side_by_side({"theirs": replace(failing, is_peer=True)}, tmp_path, 1) == {}


def test_commands_take_turns(tmp_path: Path) -> None:
    order: list[str] = []
    command = Command((sys.executable, "-S", "-c", "pass"), {})
    commands = {name: replace(command, before=partial(order.append, name)) for name in "ab"}
    side_by_side(commands, tmp_path, 2)
    assert "".join(order) == "ababba"
    assert Times([3.0, 1.0, 2.0]).wall == 2.0


@pytest.mark.posix
def test_a_recorded_terminal_knows_when_each_thing_was_shown() -> None:
    terminal = Recorded(("/bin/sh", "-c", "echo first; sleep 0.3; echo second; sleep 5"), {})
    terminal.drain(0.6)
    time.sleep(0.1)
    first = terminal.moment_of(lambda text: "first" in text, 1.0)
    second = terminal.moment_of(lambda text: "second" in text, 1.0)
    assert first is not None
    assert second is not None
    assert 0.2 < second - first < 0.9
    assert terminal.moment_of(lambda text: "third" in text, 0.1) is None
    terminal.close()
