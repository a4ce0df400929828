"""Codex: every response of its rollouts once, whatever was copied, re-sent or packed."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.agents import zstd
from engine.agents.base import Place, Told
from engine.agents.codex import AGENT, kind_of
from engine.domain.responses import Sighting
from engine.domain.scans import WindowUse
from tests.agents.made_codex import START, Thread, counts, line, token_count, uuid7, zstandard
from tests.agents.reading import merged, read_home, tell_home
from tests.conftest import NOW
from tests.made_lines import MINUTE, moment

Responses = dict[str, Sighting]


def total(responses: Responses) -> int:
    return sum(each.tokens.total for each in responses.values())


def told_by(thread: Thread) -> Told:
    told = Told("codex")
    reader = AGENT.lines(Place("/r", f"sessions/rollout-{thread.id}.jsonl", NOW), b"", told)
    for each in thread.lines:
        reader.read(each, 0)
    return told


def only(thread: Thread) -> Sighting:
    (found,) = merged(told_by(thread).sightings).values()
    return found


def sums(*threads: Thread) -> int:
    """Return the tokens of several threads, the same in whatever order they are read."""
    sightings = [each for thread in threads for each in told_by(thread).sightings]
    found = set()
    for seed in range(3):
        random.Random(seed).shuffle(sightings)
        found.add(total(merged(sightings)))
    (only_sum,) = found
    return only_sum


def test_the_sample_home_gives_its_total(shared: Path) -> None:
    responses = read_home(AGENT, shared / "data/agents/codex/.codex")
    assert total(responses) == 16_770
    assert sum(each.reasoning for each in responses.values()) == 96
    assert sum(each.tokens.output for each in responses.values()) == 874 + 96
    assert sum(each.tokens.cache_read for each in responses.values()) == 7_100
    by_thread: dict[str, int] = {}
    for each in responses.values():
        by_thread[each.session[-1]] = by_thread.get(each.session[-1], 0) + each.tokens.total
    assert by_thread == {"a": 4_930, "b": 2_540, "c": 3_030, "d": 770, "e": 5_500}


def test_the_sample_home_gives_its_total_in_pieces(shared: Path) -> None:
    home = shared / "data/agents/codex/.codex"
    assert read_home(AGENT, home, [1]) == read_home(AGENT, home, [2, 3]) == read_home(AGENT, home)


def test_kinds_of_tokens_are_disjoint() -> None:
    thread = Thread()
    thread.turn()
    thread.respond(1_000, 300, 200, 90, 40)
    found = only(thread)
    assert (found.tokens.input, found.tokens.cache_read, found.tokens.cache_write) == (
        500,
        300,
        200,
    )
    assert (found.tokens.output, found.reasoning, found.tokens.total) == (90, 40, 1_090)
    assert (found.model, found.provider, found.project) == ("gpt-5.2", "openai", "-code-app")
    assert (found.session, found.agent, found.is_sidechain) == (thread.id, "", False)


def test_a_running_total_written_again_is_no_response() -> None:
    thread = Thread()
    thread.turn()
    thread.respond(1_000, 0, 0, 50, 0)
    thread.emit()
    thread.turn()
    thread.emit()
    thread.respond(500, 0, 0, 50, 0)
    thread.emit()
    assert sums(thread) == 1_600
    assert len(told_by(thread).sightings) == 2


def test_what_a_total_grew_by_counts_where_the_last_response_is_said_smaller() -> None:
    thread = Thread()
    thread.turn()
    thread.respond(1_000, 0, 0, 50, 0)
    thread.use(5_000, 0, 0, 100, 0)
    thread.last = [900, 0, 0, 100, 0]
    thread.emit()
    assert sums(thread) == 6_150


def test_a_total_that_falls_back_a_little_was_written_late() -> None:
    thread = Thread()
    thread.turn()
    thread.respond(10_000, 0, 0, 0, 0)
    thread.respond(100, 0, 0, 50, 0)
    late = token_count(thread.at, counts(10_000, 0, 0, 0, 0), counts(10_000, 0, 0, 0, 0))
    thread.lines.append(late)
    thread.respond(700, 0, 0, 50, 0)
    assert sums(thread) == 10_900


@pytest.mark.parametrize("turn", [{}, {"turn_id": None}])
def test_a_total_that_falls_began_anew(turn: dict[str, None]) -> None:
    thread = Thread()
    thread.turn(**turn)
    thread.respond(1_000, 0, 0, 50, 0)
    thread.respond(1_000, 0, 0, 50, 0)
    thread.total = [0, 0, 0, 0, 0]
    thread.respond(1_000, 0, 0, 50, 0)
    thread.respond(200, 0, 0, 50, 0)
    assert sums(thread) == 3 * 1_050 + 250


def test_a_total_that_is_set_to_the_whole_window_is_no_usage() -> None:
    thread = Thread()
    thread.turn()
    thread.respond(1_000, 0, 0, 50, 0)
    full = {**counts(0, 0, 0, 0, 0), "total_tokens": 272_000}
    thread.lines.append(token_count(thread.at, full, full))
    thread.total = [0, 0, 0, 0, 0]
    thread.respond(300, 0, 0, 50, 0)
    assert sums(thread) == 1_400


def test_a_thread_that_used_billions_is_counted_on() -> None:
    thread = Thread()
    thread.turn()
    for _ in range(3):
        thread.respond(900_000_000, 0, 0, 0, 0)
    assert sums(thread) == 2_700_000_000


def a_parent(**turn: Any) -> Thread:
    parent = Thread(1)
    parent.turn("gpt-5.2", **turn)
    parent.respond(1_000, 100, 0, 200, 20)
    parent.turn("gpt-5.2-codex", **turn)
    parent.respond(1_600, 900, 0, 80, 10)
    return parent


@pytest.mark.parametrize(
    ("has_ids", "copies_head", "says_parent"),
    [each for each in product([True, False], repeat=3) if any(each)],
)
def test_a_fork_that_copies_its_parent_adds_only_its_own(
    has_ids: bool, copies_head: bool, says_parent: bool
) -> None:
    turn: dict[str, Any] = {} if has_ids else {"turn_id": None}
    parent = a_parent(**turn)
    more = {"forked_from_id": parent.id} if says_parent else {}
    child = Thread(2, START + 30 * MINUTE, **more)
    parent.copy_into(child, 0 if copies_head else 1)
    child.at += 5_000
    child.turn(**turn)
    child.respond(500, 0, 0, 40, 0)
    parent.turn(**turn)
    parent.respond(300, 0, 0, 7, 0)
    assert sums(parent, child) == 2_880 + 540 + 307
    sightings = told_by(child).sightings + told_by(parent).sightings
    of_parent = [each for each in merged(sightings).values() if each.session == parent.id]
    assert sum(each.tokens.total for each in of_parent) == 2_880 + 307
    if copies_head:
        grandchild = Thread(3, START + 60 * MINUTE)
        child.copy_into(grandchild)
        assert sums(parent, child, grandchild) == 2_880 + 540 + 307


@pytest.mark.parametrize("turn", [{}, {"turn_id": None}])
def test_a_copied_history_counts_where_its_parent_is_gone(turn: dict[str, None]) -> None:
    parent = a_parent(**turn)
    child = Thread(2, START + 30 * MINUTE, forked_from_id=parent.id)
    parent.copy_into(child)
    child.at += 5_000
    child.turn(**turn)
    child.respond(500, 0, 0, 40, 0)
    found = merged(told_by(child).sightings).values()
    assert {(each.session, each.tokens.total) for each in found} == {
        (parent.id, 1_200),
        (parent.id, 1_680),
        (child.id, 540),
    }


def test_a_copy_that_begins_in_the_middle_adds_nothing() -> None:
    parent = a_parent()
    parent.turn()
    seen = len(parent.lines) - 1
    parent.emit()
    parent.respond(700, 0, 0, 7, 0)
    child = Thread(2, START + 30 * MINUTE, forked_from_id=parent.id)
    whole, parent.lines = parent.lines, parent.lines[seen:]
    parent.copy_into(child)
    parent.lines = whole
    child.at += 5_000
    child.turn()
    child.respond(500, 0, 0, 40, 0)
    assert sums(parent, child) == 2_880 + 707 + 540


@pytest.mark.parametrize("has_records", [True, False])
def test_a_fork_that_points_to_its_parent_goes_on_with_its_total(has_records: bool) -> None:
    parent = a_parent()
    child = Thread(
        2,
        START + 30 * MINUTE,
        forked_from_id=parent.id,
        history_mode="paginated",
        history_base={"thread_id": parent.id, "end_ordinal_exclusive": 9},
    )
    child.total, child.last = list(parent.total), list(parent.last)
    child.emit()
    child.turn()
    if has_records:
        child.record("r1", 3_000, 2_600, 0, 30, 4)
        child.record("r2", 100, 0, 0, 5, 0)
    else:
        child.respond(3_000, 2_600, 0, 30, 4)
        child.respond(100, 0, 0, 5, 0)
    assert sums(parent, child) == 2_880 + 3_030 + 105


def test_a_copy_by_a_codex_that_keeps_records_tells_nothing_new() -> None:
    parent = Thread(1)
    parent.turn()
    parent.record("r1", 3_000, 0, 0, 30, 0)
    child = Thread(2, START + 30 * MINUTE, forked_from_id=parent.id, history_mode="legacy")
    whole = parent.lines
    parent.lines = [each for each in whole if b"token_usage_record" not in each]
    parent.copy_into(child)
    parent.lines = whole
    child.turn()
    child.record("r2", 400, 0, 0, 4, 0)
    assert sums(parent, child) == 3_030 + 404


def test_a_turn_with_an_odd_id_is_no_copy_where_nothing_was_forked() -> None:
    thread = Thread(history_mode="default")
    thread.turn(turn_id=uuid7(START - MINUTE))
    thread.respond(100, 0, 0, 1, 0)
    assert only(thread).session == thread.id


def test_a_copied_record_is_its_parents_response() -> None:
    parent = Thread(1)
    parent.turn()
    parent.record("r1", 3_000, 0, 0, 30, 0)
    child = Thread(2, START + 30 * MINUTE, forked_from_id=parent.id, history_mode="legacy")
    parent.copy_into(child)
    assert sums(parent, child) == sums(child) == 3_030
    assert only(child).session == parent.id


def test_a_response_with_a_record_and_a_total_counts_once() -> None:
    thread = Thread()
    thread.turn()
    thread.respond(1_000, 0, 0, 50, 0)
    thread.turn()
    thread.record("r1", 2_000, 0, 0, 60, 0)
    thread.record("r2", 300, 0, 0, 70, 0)
    thread.emit()
    thread.turn()
    thread.emit()
    thread.record("r3", 10, 0, 0, 1, 0)
    thread.turn()
    thread.respond(5, 0, 0, 2, 0)
    assert sums(thread) == 1_050 + 2_060 + 370 + 11 + 7
    assert len(told_by(thread).sightings) == 5


def test_a_records_total_counts_from_where_records_began() -> None:
    thread = Thread()
    thread.turn()
    thread.respond(1_000, 0, 0, 50, 0)
    thread.turn()
    thread.record("r1", 2_000, 0, 0, 60, 0, thread_token_usage=counts(2_000, 0, 0, 60, 0))
    assert sums(thread) == 1_050 + 2_060


def test_a_record_without_a_name_is_known_by_its_threads_total() -> None:
    thread = Thread()
    thread.turn()
    for number in (1, 2):
        whole = counts(number * 100, 0, 0, 0, 0)
        thread.record("", 100, 0, 0, 0, 0, thread_token_usage=whole)
    assert sums(thread) == 200


def test_what_a_delegate_used_belongs_to_the_session_that_asked_it() -> None:
    thread = Thread()
    thread.turn()
    thread.record("r1", 100, 0, 0, 0, 0)
    review = uuid7(START + MINUTE, 9)
    thread.record(
        "r9", 700, 0, 0, 0, 0, thread_id=review, turn_id=review, session_id=thread.id, model="gpt-6"
    )
    found = {each.tokens.total: each for _, each in told_by(thread).sightings}
    assert set(found) == {100, 700}
    assert (found[700].session, found[700].agent) == (thread.id, review)
    assert (found[700].is_sidechain, found[700].model) == (True, "gpt-6")


@pytest.mark.parametrize(
    ("meta", "name"),
    [
        (
            {
                "source": {
                    "subagent": {
                        "thread_spawn": {"parent_thread_id": "root", "agent_nickname": "Ada"}
                    }
                }
            },
            "Ada",
        ),
        ({"source": {"subagent": {"other": "guardian"}}, "parent_thread_id": "root"}, "guardian"),
        ({"source": {"subagent": "review"}, "session_id": "root"}, "review"),
        ({"thread_source": "subagent", "agent_nickname": "Bob", "session_id": "root"}, "Bob"),
    ],
)
def test_a_sub_agent_belongs_to_its_root(meta: dict[str, Any], name: str) -> None:
    thread = Thread(**meta)
    thread.turn()
    thread.respond(100, 0, 0, 1, 0)
    found = only(thread)
    assert (found.session, found.agent, found.is_sidechain) == ("root", name, True)


def test_a_sub_agent_that_copied_its_parents_history_starts_from_nothing() -> None:
    parent = a_parent()
    spawn = {"subagent": {"thread_spawn": {"parent_thread_id": parent.id, "agent_nickname": "A"}}}
    child = Thread(2, START + 30 * MINUTE, source=spawn)
    whole = parent.lines
    parent.lines = [each for each in whole if b"turn_context" not in each]
    parent.copy_into(child)
    parent.lines = whole
    child.total = [0, 0, 0, 0, 0]
    child.turn()
    child.respond(5_000, 0, 0, 40, 0)
    child.respond(100, 0, 0, 1, 0)
    assert sums(parent, child) == 2_880 + 5_040 + 101


def test_a_rollout_that_was_archived_or_packed_counts_once(tmp_path: Path) -> None:
    thread = a_parent()
    plain = thread.write(tmp_path)
    before = read_home(AGENT, tmp_path)
    thread.write(tmp_path, below="archived_sessions")
    assert read_home(AGENT, tmp_path) == before
    packed = plain.with_name(plain.name + ".zst")
    packed.write_bytes(zstandard(plain.read_bytes()))
    assert read_home(AGENT, tmp_path) == before
    plain.unlink()
    (tmp_path / "archived_sessions" / plain.name).unlink()
    assert read_home(AGENT, tmp_path) == before
    assert total(before) == 2_880


def test_a_packed_rollout_tells_where_it_is_broken(tmp_path: Path) -> None:
    thread = a_parent()
    thread.lines.insert(3, b'{"timestamp":"2026-05-01T10:00:00.000Z","payload":{"token_\n')
    packed = thread.write(tmp_path, name=f"rollout-2026-05-01T10-00-00-{thread.id}.jsonl.zst")
    packed.write_bytes(zstandard(b"".join(thread.lines)))
    told = tell_home(AGENT, tmp_path)
    assert total(merged(told.sightings)) == 2_880
    assert told.problems == [(sum(map(len, thread.lines[:3])), "a broken record")]
    packed.write_bytes(packed.read_bytes()[:-20])
    assert tell_home(AGENT, tmp_path).problems == [(0, "compressed, and damaged")]


def test_a_packed_rollout_that_nothing_can_unpack_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zstd, "_MODULES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    packed = tmp_path / "sessions" / "rollout-x.jsonl.zst"
    packed.parent.mkdir()
    packed.write_bytes(zstandard(b""))
    ((_, reason),) = tell_home(AGENT, tmp_path).problems
    assert (
        reason == "compressed, and nothing here can unpack it: install backports.zstd (pip) or zstd"
    )


def test_only_rollouts_are_read() -> None:
    assert kind_of("sessions/2026/05/01/rollout-a.jsonl") == "lines"
    assert kind_of("archived_sessions/rollout-a.jsonl.zst") == "document"
    assert kind_of("sessions/exec.jsonl") is None
    assert kind_of("sessions/2026/05/01/rollout-a.jsonl.tmp") is None


def test_saved_output_of_exec_tells_nothing() -> None:
    told = Told("codex")
    reader = AGENT.lines(Place("/r", "sessions/rollout-x.jsonl", NOW), b"", told)
    usage = b'{"type":"turn.completed","usage":{"input_tokens":9033,"output_tokens":9}}\n'
    reader.read(b'{"type":"thread.started","thread_id":"t"}\n', 0)
    reader.read(usage, 42)
    assert told.sightings == []


def test_the_model_is_that_of_the_turn() -> None:
    thread = Thread()
    thread.respond(100, 0, 0, 0, 0)
    thread.turn("gpt-5.2-codex")
    thread.respond(200, 0, 0, 0, 0)
    thread.turn("gpt-6")
    thread.respond(300, 0, 0, 0, 0)
    thread.use(400, 0, 0, 0, 0)
    thread.emit(model="gpt-6-mini")
    models = {each.tokens.total: each.model for _, each in told_by(thread).sightings}
    assert models == {100: "gpt-5", 200: "gpt-5.2-codex", 300: "gpt-6", 400: "gpt-6-mini"}


@pytest.mark.parametrize(
    ("day", "model"),
    [
        ("2026-04-23T00:00", "gpt-5.5"),
        ("2026-04-22T22:00", "gpt-5.4"),
        ("2026-02-05T00:00", "gpt-5.3-codex"),
        ("2025-12-11T00:00", "gpt-5.2-codex"),
        ("2025-11-13T00:00", "gpt-5.1-codex"),
        ("2025-09-15T00:00", "gpt-5-codex"),
        ("2025-08-08T00:00", "gpt-5"),
    ],
)
def test_reviews_are_by_the_model_of_their_day(day: str, model: str) -> None:
    thread = Thread(at=moment(day))
    thread.turn("codex-auto-review")
    thread.respond(100, 0, 0, 0, 0)
    assert only(thread).model == model


def test_the_tier_holds_until_the_next_settings() -> None:
    thread = Thread()
    for number, tier in enumerate([None, "priority", "flex", "default"], 1):
        if tier is not None:
            settings_ = {"service_tier": tier}
            thread.add("event_msg", type="thread_settings_applied", thread_settings=settings_)
        thread.turn()
        thread.respond(number, 0, 0, 0, 0)
    thread.turn()
    thread.record("r", 5, 0, 0, 0, 0, service_tier="fast")
    tiers = {
        each.tokens.total: (each.is_fast, each.is_batch) for _, each in told_by(thread).sightings
    }
    plain, fast, cheap = (False, False), (True, False), (False, True)
    assert tiers == {1: plain, 2: fast, 3: cheap, 4: plain, 5: fast}


def test_threads_of_openclaw_are_told_by_its_own_store() -> None:
    thread = Thread(originator="openclaw")
    thread.turn()
    thread.respond(100, 0, 0, 1, 0)
    thread.record("r", 5, 0, 0, 0, 0)
    assert told_by(thread).sightings == []


def test_windows_of_the_plan_are_told_by_their_length() -> None:
    thread = Thread()
    limits = {
        "primary": {"used_percent": 12.5, "window_minutes": 299, "resets_at": 1_777_640_000},
        "secondary": {"used_percent": 3, "window_minutes": 10_080, "resets_in_seconds": 60},
    }
    thread.add("event_msg", type="token_count", info=None, rate_limits=limits)
    other = {"limit_id": "codex_other", "primary": {"used_percent": 1, "window_minutes": 60}}
    thread.add("event_msg", type="token_count", info=None, rate_limits=other)
    plain = {"limit_id": "codex", "primary": {"used_percent": 2, "window_minutes": 60}}
    thread.add("event_msg", type="token_count", info=None, rate_limits=plain)
    assert told_by(thread).uses == [
        WindowUse("five_hour", 12.5, 1_777_640_000_000, START),
        WindowUse("seven_day", 3, START + MINUTE, START),
        WindowUse("60_min:codex_other", 1, None, START),
        WindowUse("60_min", 2, None, START),
    ]


def test_a_window_bears_the_name_that_the_server_gives_it_without_what_steers() -> None:
    thread = Thread()
    limits = {
        "limit_id": "codex_x",
        "limit_name": "  GPT\x1b]0;x\x07 名\u202e ",
        "primary": {"used_percent": 1, "window_minutes": 60},
    }
    thread.add("event_msg", type="token_count", info=None, rate_limits=limits)
    assert told_by(thread).uses == [WindowUse("60_min:GPT]0;x 名", 1, None, START)]


@pytest.mark.parametrize("turn", [{}, {"turn_id": None}])
def test_windows_in_a_copied_history_are_old_news(turn: dict[str, None]) -> None:
    parent = Thread(1)
    parent.turn(**turn)
    parent.use(100, 0, 0, 0, 0)
    parent.emit(rate_limits={"primary": {"used_percent": 9, "window_minutes": 300}})
    child = Thread(2, START + 30 * MINUTE, forked_from_id=parent.id)
    parent.copy_into(child)
    assert len(told_by(parent).uses) == 1
    assert told_by(child).uses == []


def test_damage_costs_no_more_than_itself(tmp_path: Path) -> None:
    thread = Thread(cwd=7, source=[], forked_from_id={}, model_provider=None)
    thread.turn()
    thread.respond(100, 0, 0, 1, 0)
    thread.use(200, 0, 0, 2, 0)
    torn = thread.lines[-1][:60]
    thread.emit(rate_limits={"primary": 5, "secondary": {"used_percent": "x"}}, model=3)
    thread.lines[-1] = torn + thread.lines[-1]
    thread.lines.append(b'{"type":"event_msg","payload":{"type":"token_count","info":{}}}\n')
    thread.add("event_msg", type="token_count", info={"total_token_usage": None})
    thread.add("token_usage_record", response_id="r", usage=None)
    thread.lines.append(b'{"type":"event_msg","payload":["token_count"]}\n')
    thread.respond(300, 0, 0, 3, 0)
    thread.write(tmp_path)
    told = tell_home(AGENT, tmp_path)
    assert total(merged(told.sightings)) == 606
    assert [reason for _, reason in told.problems] == [
        "a broken record beside a whole one",
        "a response without a time and zone",
        "a token count without a running total",
        "a usage record without counts",
        "a broken record",
    ]


def test_a_thread_without_its_head_is_known_by_its_file(tmp_path: Path) -> None:
    thread = Thread()
    thread.turn()
    thread.respond(100, 0, 0, 1, 0)
    thread.lines = thread.lines[2:]
    thread.write(tmp_path)
    (found,) = read_home(AGENT, tmp_path).values()
    assert (found.session, found.model, found.tokens.total) == (thread.id, "gpt-5", 101)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("respond"), st.integers(1, 5_000), st.integers(0, 300)),
        st.tuples(st.just("record"), st.integers(1, 5_000), st.integers(0, 300)),
        st.tuples(st.just("turn"), st.sampled_from(["gpt-5.2", "gpt-6"]), st.booleans()),
        st.tuples(st.just("emit"), st.none(), st.none()),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None)
@given(steps=STEPS, pieces=st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_reading_in_pieces_gives_what_was_used(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Any], pieces: list[int]
) -> None:
    home = tmp_path_factory.mktemp("codex")
    thread = Thread()
    expected, is_recording = 0, False
    for number, (step, first, second) in enumerate(steps):
        if step == "turn":
            thread.turn(first)
            is_recording = False
        elif step == "emit" and thread.total[0]:
            thread.emit()
        elif step == "record" or (step == "respond" and is_recording):
            if not thread.turn_id:
                thread.turn()
            thread.record(f"r{number}", first, 0, 0, second, 0)
            expected, is_recording = expected + first + second, True
        elif step == "respond":
            thread.respond(first, first // 2, 0, second, second // 3)
            expected += first + second
    child = Thread(2, thread.at + MINUTE, forked_from_id=thread.id)
    thread.copy_into(child)
    thread.write(home)
    child.write(home)
    at_once = read_home(AGENT, home)
    assert total({k: v for k, v in at_once.items() if v.session == thread.id}) == expected
    assert read_home(AGENT, home, pieces) == at_once
    thread.lines.append(line("event_msg", thread.at, type="task_complete"))
    thread.write(home)
    assert read_home(AGENT, home) == at_once
