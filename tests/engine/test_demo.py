"""The made-up user's transcripts are lifelike, repeatable, and go on without a seam."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.demo import DemoUser, DemoWriter, Written, write_history
from engine.demo.others import places_of_others, write_others
from engine.domain.mistakes import SettingsError
from engine.domain.settings import Settings
from engine.monitor import Monitor
from tests.agreement import assert_agreement
from tests.conftest import NOW
from tests.slow_reading import read
from tests.slow_reports import blocks, group, reports

MINUTE = 60_000
HOUR = 60 * MINUTE

USER = DemoUser(seed=11, now_ms=NOW, responses=2_000, days=14, sessions=40)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Written]:
    directory = tmp_path_factory.mktemp("demo")
    return directory, write_history(directory, USER)


def _contents(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def _records(directory: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in directory.rglob("*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    ]


def test_the_same_user_writes_the_same_bytes(demo: tuple[Path, Written], tmp_path: Path) -> None:
    again = write_history(tmp_path, USER)
    assert again == demo[1]
    assert _contents(tmp_path) == _contents(demo[0])
    assert write_history(tmp_path, USER) == again
    assert _contents(tmp_path) == _contents(demo[0])


def test_another_seed_writes_another_history(demo: tuple[Path, Written], tmp_path: Path) -> None:
    other = DemoUser(seed=12, now_ms=NOW, responses=2_000, days=14, sessions=40)
    write_history(tmp_path, other)
    assert not set(_contents(tmp_path)) & set(_contents(demo[0]))


def test_history_has_the_size_asked_for_and_says_so(demo: tuple[Path, Written]) -> None:
    directory, written = demo
    responses = read(directory)
    assert len(responses) == written.responses == USER.responses
    assert len({response.session for response in responses}) == USER.sessions
    contents = _contents(directory)
    transcripts = {name: text for name, text in contents.items() if name.endswith(".jsonl")}
    assert written.files == len(transcripts)
    assert written.lines == sum(text.count(b"\n") for text in transcripts.values())
    assert written.bytes == sum(map(len, contents.values()))


def test_lines_are_compact_json_with_a_chain_of_parents(demo: tuple[Path, Written]) -> None:
    for path in demo[0].rglob("*.jsonl"):
        before = None
        for line in path.read_text("utf-8").splitlines():
            record = json.loads(line)
            assert json.dumps(record, separators=(",", ":"), ensure_ascii=False) == line
            if "uuid" in record and "forkedFrom" not in record:
                assert before is None or record["parentUuid"] in (before, None)
                before = record["uuid"]


def test_output_grows_while_a_response_streams(demo: tuple[Path, Written]) -> None:
    growing: dict[str, list[int]] = defaultdict(list)
    for record in _records(demo[0]):
        if record["type"] == "assistant" and "forkedFrom" not in record:
            message = record["message"]
            growing[message["id"]].append(message["usage"]["output_tokens"])
    assert all(counts == sorted(counts) for counts in growing.values())
    assert sum(len(counts) > 1 for counts in growing.values()) > len(growing) / 3


def test_projects_lie_where_claude_code_puts_them(demo: tuple[Path, Written]) -> None:
    places = set()
    for path in demo[0].rglob("*.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            cwd = json.loads(line).get("cwd")
            if cwd is not None:
                project = path.relative_to(demo[0] / "projects").parts[0]
                assert project == "".join(c if c.isascii() and c.isalnum() else "-" for c in cwd)
                places.add(cwd)
    assert any(" " in place for place in places)
    assert any(not place.isascii() for place in places)


def test_history_holds_what_real_ones_hold(demo: tuple[Path, Written]) -> None:
    directory, _ = demo
    kinds = {record["type"] for record in _records(directory)}
    assert {"assistant", "user", "ai-title", "custom-title", "summary", "last-prompt"} <= kinds
    agents = list((directory / "projects").glob("*/*/subagents/agent-a*.jsonl"))
    assert agents
    assert all(path.with_suffix(".meta.json").is_file() for path in agents)
    assert any("forkedFrom" in record for record in _records(directory))
    models = group(read(directory), lambda response: response.model)
    unpriced = [model for model, figures in models.items() if figures.unpriced]
    assert len(unpriced) == 1
    assert set(models) - set(unpriced) == {
        "claude-opus-5-5",
        "claude-sonnet-5-5",
        "claude-haiku-5-5",
    }


def test_a_block_is_active_now_after_many_finished_ones(demo: tuple[Path, Written]) -> None:
    *finished, (start, active) = blocks(read(demo[0]))
    assert len(finished) >= 15
    assert 2 * HOUR <= NOW - start < 3 * HOUR
    assert NOW - active[-1].time < 5 * MINUTE
    assert len({response.session for response in active}) >= 3
    ten_minutes = group(active, lambda response: str((response.time - start) // (10 * MINUTE)))
    rates = [figures.responses for figures in ten_minutes.values()]
    assert max(rates) > 3 * min(rates)


def test_work_and_money_are_those_of_a_busy_person(tmp_path: Path) -> None:
    usual = DemoUser(seed=1, now_ms=NOW)
    week = DemoUser(seed=1, now_ms=NOW, responses=usual.responses * 7 // usual.days, days=7)
    write_history(tmp_path, week)
    daily = reports(read(tmp_path))["daily"]
    dollars = sorted(figures.cost / 10**12 for figures in daily.values())
    assert 5 < dollars[len(dollars) // 2] < 60
    assert dollars[-1] < 90


def test_steps_of_any_length_append_the_same_lines(tmp_path: Path) -> None:
    small = DemoUser(seed=5, now_ms=NOW, responses=200, days=2, sessions=6)
    later = NOW + 25 * MINUTE
    counts = []
    for name, length in (("often", 700), ("once", 25 * MINUTE)):
        write_history(tmp_path / name, small)
        writer = DemoWriter(tmp_path / name, small)
        counts.append(sum(writer.step(now) for now in range(NOW, later + 1, length)))
        counts[-1] += writer.step(later)
    assert counts[0] == counts[1] > 0
    assert _contents(tmp_path / "often") == _contents(tmp_path / "once")


def test_the_writer_goes_on_where_history_ends(tmp_path: Path) -> None:
    small = DemoUser(seed=5, now_ms=NOW, responses=200, days=2, sessions=6)
    write_history(tmp_path, small)
    before = _contents(tmp_path)
    DemoWriter(tmp_path, small).step(NOW + 30 * MINUTE)
    after = _contents(tmp_path)
    assert all(after[name].startswith(text) for name, text in before.items())
    names = [
        record["uuid"]
        for record in _records(tmp_path)
        if "forkedFrom" not in record and "uuid" in record
    ]
    assert len(names) == len(set(names))
    new = [response for response in read(tmp_path) if response.time > NOW]
    assert 10 <= len(new) / 30 <= 25
    assert all(response.time <= NOW + 30 * MINUTE for response in new)
    assert len({response.session for response in new}) >= 3


def test_a_monitor_that_follows_the_writer_counts_as_a_reading_at_the_end_does(
    tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    small = DemoUser(seed=8, now_ms=NOW, responses=300, days=3, sessions=9)
    write_history(tmp_path, small)
    writer = DemoWriter(tmp_path, small)
    with Monitor(settings(roots=(tmp_path,))) as monitor:
        for now in range(NOW, NOW + 10 * MINUTE, 7_000):
            writer.step(now)
            monitor.read()
        assert_agreement(monitor, read(tmp_path))


def test_writing_never_runs_dry(tmp_path: Path) -> None:
    small = DemoUser(seed=2, now_ms=NOW, responses=10, days=1, sessions=1)
    writer = DemoWriter(tmp_path, small)
    assert all(writer.step(NOW + hour * HOUR) for hour in range(1, 9))


def test_running_steps_until_it_is_told_to_stop(tmp_path: Path) -> None:
    stop = threading.Event()
    DemoWriter(tmp_path, USER).run(stop, _clock_that_stops(stop))
    assert any(tmp_path.rglob("*.jsonl"))


def _clock_that_stops(stop: threading.Event) -> Callable[[], int]:
    calls = iter(range(12))

    def clock() -> int:
        call = next(calls)
        if call == 11:
            stop.set()
        return NOW + call * 20_000

    return clock


@pytest.mark.parametrize(
    "size", [{"responses": 0}, {"days": 0}, {"sessions": 0}, {"responses": 3, "sessions": 4}]
)
def test_a_history_that_cannot_be_written_is_refused(size: dict[str, int]) -> None:
    with pytest.raises(SettingsError, match="A demo"):
        DemoUser(seed=1, now_ms=NOW, **size)


def test_other_agents_of_the_same_user_are_the_same_and_reach_up_to_now(
    tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    user = DemoUser(7, NOW, responses=60, days=9, sessions=3)
    written = []
    for name in ("one", "two"):
        write_others(tmp_path / name, user)
        files = [path for path in (tmp_path / name).rglob("*") if path.is_file()]
        written.append({path.relative_to(tmp_path / name): path.read_bytes() for path in files})
    assert written[0] == written[1]
    environment = places_of_others(tmp_path / "one")
    with Monitor(settings(agents=("codex", "gemini"), environment=environment)) as monitor:
        monitor.read()
        found = {each.agent: each for each in monitor.agents() if each.responses}
        assert set(found) == {"codex", "gemini"}
        for each in found.values():
            assert (each.bad, each.unreadable, each.unpriced) == (0, (), ())
            assert NOW - 5 * 60_000 < (each.last_response or 0) <= NOW
