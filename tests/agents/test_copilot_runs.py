"""GitHub Copilot CLI where no single calls are recorded: processes that say at their end."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as runs
from hypothesis import strategies as st

from engine.agents.copilot import Copilot
from engine.domain.responses import Sighting
from engine.domain.settings import Settings
from engine.domain.times import iso_time
from engine.monitor import Monitor
from tests.agents.reading import read_home, tell_home
from tests.agents.test_copilot import DAY, database, event, spans
from tests.report_keys import TAB_KEYS

HOUR = 3_600_000
LOG = "session-state/s1/events.jsonl"

Row = dict[str, Any]


def _row(kind: str, at: int, id_: str = "", **data: Any) -> Row:
    return {"type": kind, "id": id_ or f"{kind}-{at}", "timestamp": iso_time(at), "data": data}


def start(at: int = DAY, version: str = "1.0.18") -> Row:
    return _row("session.start", at, copilotVersion=version, context={"cwd": "/home/u/alpha"})


def resume(at: int) -> Row:
    return _row("session.resume", at, context={"cwd": "/home/u/alpha"})


def message(name: str, at: int, output: int, **more: Any) -> Row:
    return _row("assistant.message", at, messageId=name, outputTokens=output, **more)


def sums(
    given: int, output: int, read: int = 0, written: int = 0, calls: int = 0, **more: Any
) -> Row:
    usage = {"inputTokens": given, "outputTokens": output}
    usage |= {"cacheReadTokens": read, "cacheWriteTokens": written}
    return {"requests": {"count": calls, "cost": 1}, "usage": usage, **more}


def shutdown(at: int, **models: Row) -> Row:
    metrics = {name.replace("_", "-"): each for name, each in models.items()}
    return _row("session.shutdown", at, modelMetrics=metrics)


def write(root: Path, *rows: Row, path: str = LOG) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(each) + "\n" for each in rows))
    return file


def added(found: dict[str, Sighting]) -> tuple[int, int, int, int]:
    """Input, output, cache write and cache read of all responses."""
    tokens = [each.tokens for each in found.values()]
    return (
        sum(each.input for each in tokens),
        sum(each.output for each in tokens),
        sum(each.cache_write for each in tokens),
        sum(each.cache_read for each in tokens),
    )


ONE = (
    start(),
    message("m1", DAY + 1000, 300),
    message("m2", DAY + 2000, 200),
    shutdown(DAY + 3000, gpt=sums(21_000, 500, 9_000, calls=2)),
)
TWO = (
    resume(DAY + 24 * HOUR),
    message("m3", DAY + 25 * HOUR, 100),
    shutdown(DAY + 26 * HOUR, gpt=sums(12_000, 100, 10_500, calls=1)),
)


@pytest.mark.parametrize(
    ("case", "right", "responses"),
    [
        ("copilot-shutdown", (13_500, 600, 0, 19_500), 3),
        ("copilot-shutdown-only", (4_000, 1_000, 2_000, 19_000), 4),
        ("copilot-no-shutdown", (0, 400, 0, 0), 1),
    ],
)
def test_what_was_found_is_counted_right(
    shared: Path, case: str, right: tuple[int, ...], responses: int
) -> None:
    found = read_home(Copilot(), shared / "cases" / "found" / case / ".copilot")
    assert added(found) == right
    assert len(found) == responses


def test_each_process_is_added_on_the_days_of_its_messages(tmp_path: Path) -> None:
    write(tmp_path, *ONE, *TWO)
    found = read_home(Copilot(), tmp_path)
    assert added(found) == (13_500, 600, 0, 19_500)
    by_day: dict[date, int] = {}
    for each in found.values():
        day = date.fromtimestamp(each.time / 1000)
        by_day[day] = by_day.get(day, 0) + each.tokens.total
    assert sorted(by_day.values()) == [12_100, 21_500]
    assert {each.model for each in found.values()} == {"gpt"}
    assert {each.project for each in found.values()} == {"-home-u-alpha"}


def test_outputs_count_while_a_process_runs_and_not_again_at_its_end(tmp_path: Path) -> None:
    write(tmp_path, *ONE[:-1])
    assert added(read_home(Copilot(), tmp_path)) == (0, 500, 0, 0)
    write(tmp_path, *ONE)
    assert added(read_home(Copilot(), tmp_path, [1])) == (12_000, 500, 0, 9_000)


def test_a_process_that_was_killed_keeps_its_output(tmp_path: Path) -> None:
    write(tmp_path, *ONE[:-1], *TWO)
    assert added(read_home(Copilot(), tmp_path)) == (1_500, 600, 0, 10_500)


def test_sums_of_the_whole_session_are_not_added(tmp_path: Path) -> None:
    last = shutdown(DAY + 26 * HOUR, gpt=sums(33_000, 600, 19_500, calls=3))
    write(tmp_path, *ONE, *TWO[:-1], last)
    assert added(read_home(Copilot(), tmp_path)) == (13_500, 600, 0, 19_500)
    write(tmp_path, *ONE[:-1], *TWO[:-1], last)
    assert added(read_home(Copilot(), tmp_path)) == (13_500, 600, 0, 19_500)


@pytest.mark.parametrize(("version", "output"), [("1.0.60", 1_100), ("1.0.87", 600)])
def test_without_messages_the_version_tells_what_sums_are_of(
    tmp_path: Path, version: str, output: int
) -> None:
    write(
        tmp_path,
        start(version=version),
        shutdown(DAY + 3000, gpt=sums(21_000, 500, 9_000)),
        resume(DAY + HOUR),
        shutdown(DAY + 2 * HOUR, gpt=sums(33_000, 600, 19_500)),
    )
    assert added(read_home(Copilot(), tmp_path))[1] == output


def test_a_process_may_say_its_sums_twice(tmp_path: Path) -> None:
    more = message("m3", DAY + 4000, 50)
    whole = shutdown(DAY + 5000, gpt=sums(30_000, 550, 17_000, calls=3))
    write(tmp_path, *ONE, more, whole)
    assert added(read_home(Copilot(), tmp_path)) == (13_000, 550, 0, 17_000)
    own = shutdown(DAY + 5000, gpt=sums(9_000, 50, 8_000, calls=1))
    write(tmp_path, *ONE, more, own)
    assert added(read_home(Copilot(), tmp_path)) == (13_000, 550, 0, 17_000)


def test_a_log_that_was_written_twice_counts_once(tmp_path: Path) -> None:
    write(tmp_path, *ONE, *ONE)
    write(tmp_path, *ONE, path="session-state/s1.jsonl")
    assert added(read_home(Copilot(), tmp_path)) == (12_000, 500, 0, 9_000)


def test_each_model_has_its_own_sums_and_cost(tmp_path: Path) -> None:
    write(
        tmp_path,
        start(),
        message("m1", DAY + 1000, 300, model="opus"),
        message("m2", DAY + 2000, 20),
        message("m3", DAY + 2500, 400, model="opus", parentToolCallId="call"),
        shutdown(
            DAY + 3000,
            opus=sums(9_000, 700, 6_000, 500, calls=2, totalNanoAiu=4 * 10**11),
            haiku=sums(1_000, 30, calls=3),
        ),
    )
    found = read_home(Copilot(), tmp_path).values()
    opus = [each for each in found if each.model == "opus"]
    assert sum(each.recorded or 0 for each in opus) == 4 * 10**12
    assert sorted(each.tokens.output for each in opus) == [300, 400]
    assert [each.is_sidechain for each in sorted(opus, key=lambda each: each.time)] == [False, True]
    haiku = [each.tokens for each in found if each.model == "haiku"]
    assert sorted(each.output for each in haiku) == [5, 5, 20]
    assert sum(each.input for each in haiku) == 1_000


def test_a_cost_of_all_models_together_is_shared(tmp_path: Path) -> None:
    end = shutdown(DAY + 3000, opus=sums(3_000, 0), haiku=sums(1_000, 0))
    end["data"]["totalNanoAiu"] = 10**11
    write(tmp_path, start(), end)
    costs = {each.model: each.recorded for each in read_home(Copilot(), tmp_path).values()}
    assert costs == {"opus": 750_000_000_000, "haiku": 250_000_000_000}


def test_single_calls_hold_and_what_was_told_before_them_is_taken_back(tmp_path: Path) -> None:
    call = event((1_000, 300, 600, 0, 0), DAY + 1001)
    write(tmp_path, start(), ONE[1], call, ONE[3])
    for pieces in (None, [1], [2]):
        assert added(read_home(Copilot(), tmp_path, pieces)) == (400, 300, 0, 600)


def test_telemetry_holds_before_sums(tmp_path: Path) -> None:
    write(tmp_path, *ONE)
    spans(tmp_path, ((900, 300, 0, 0, 0),))
    assert added(read_home(Copilot(), tmp_path)) == (900, 300, 0, 0)


def test_what_the_database_knows_is_not_told_again(tmp_path: Path) -> None:
    write(tmp_path, *ONE)
    database(tmp_path, ((900, 300, 0, 0, 0),), start=DAY + 4000)
    assert added(read_home(Copilot(), tmp_path))[1] == 300


def test_damage_costs_no_more_than_itself(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        *ONE[:-1],
        {**ONE[3], "timestamp": None},
        {**ONE[1], "timestamp": "noon", "id": "x"},
        _row("session.shutdown", DAY, modelMetrics={"gpt": None, "x": {"usage": [1]}}),
    )
    with path.open("ab") as file:
        file.write(b'{"type":"session.shutdown","data":{"modelMetrics"\n')
    told = tell_home(Copilot(), tmp_path)
    assert added(read_home(Copilot(), tmp_path)) == (0, 500, 0, 0)
    assert [reason for _, reason in told.problems] == [
        "the sums of a process without a time",
        "a message without a time",
        "a broken record",
    ]


_OUTPUTS = st.lists(st.integers(1, 900), max_size=4)


@runs(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(_OUTPUTS, st.integers(0, 9_000), st.booleans()), min_size=1, max_size=4),
    st.lists(st.integers(1, 4), min_size=1),
)
def test_the_sums_are_exact_however_the_log_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    processes: list[tuple[list[int], int, bool]],
    pieces: list[int],
) -> None:
    root = tmp_path_factory.mktemp("store")
    rows, at, right = [], DAY, [0, 0, 0, 0]
    for number, (outputs, prompt, has_end) in enumerate(processes):
        rows.append(resume(at) if number else start(at))
        for output in outputs:
            at += 1000
            rows.append(message(f"m{at}", at, output))
        right[1] += sum(outputs)
        if has_end:
            at += 1000
            read = prompt // 3
            rows.append(shutdown(at, gpt=sums(prompt, sum(outputs), read, calls=len(outputs))))
            right[0] += prompt - read
            right[3] += read
        at += HOUR
    write(root, *rows)
    once = read_home(Copilot(), root)
    assert added(once) == tuple(right)
    assert read_home(Copilot(), root, pieces) == once


def test_what_is_taken_back_leaves_every_report(
    home: Path, settings: Callable[..., Settings]
) -> None:
    root = home / ".copilot"
    path = write(root, start(), ONE[1])
    with Monitor(settings(agents=("copilot",))) as monitor:
        monitor.read()
        assert monitor.report("daily").totals.figures.tokens.total == 300
        with path.open("a") as file:
            file.write(json.dumps(event((1_000, 300, 600, 0, 0), DAY + 24 * HOUR)) + "\n")
        monitor.read()
        for kind in TAB_KEYS:
            figures = monitor.report(kind).totals.figures
            assert (figures.tokens.total, figures.responses) == (1_300, 1), kind
        (row,) = monitor.report("daily").rows
        assert row.figures.tokens.output == 300
