"""Augment, Kiro, CodeBuddy, Jcode, DeepSeek Harness, fx and the first OpenCode."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.agents import augment, codebuddy, deepseek, fx, jcode, kiro, opencode_go
from engine.agents.base import Agent, Place, Told, UnknownStore
from engine.agents.opened import open_read_only
from engine.domain.times import parse_time
from tests.agents.made_codex import zstandard
from tests.agents.made_more import DAY, TIME, write_json, write_lines
from tests.agents.made_more import opencode_go as put_session
from tests.agents.reading import merged, read_home, tell_home
from tests.agents.writers import create
from tests.conftest import NOW


def tokens_of(agent: Agent, root: Path, pieces: tuple[int, ...] | None = None) -> set[Any]:
    """Return what responses used: input, output, cache read and written."""
    return {
        (each.input, each.output, each.cache_read, each.tokens.cache_write)
        for each in read_home(agent, root, pieces).values()
    }


def test_a_turn_of_augment_has_the_first_counts_of_its_nodes(tmp_path: Path) -> None:
    names = ("input_tokens", "output_tokens", "cache_read_input_tokens")
    usage = dict(zip(names, (1_000, 50, 200), strict=True))
    nodes = [{"token_usage": {}}, {"token_usage": usage}, {"token_usage": usage}]
    turns = [
        {"finishedAt": TIME, "exchange": {"request_id": "q1", "response_nodes": nodes}},
        {"finishedAt": TIME, "exchange": {"response_nodes": []}},
        "damaged",
    ]
    session = {"sessionId": "s", "agentState": {"modelId": "grok-4-5"}, "chatHistory": turns}
    write_json(tmp_path / "sessions/s.json", session)
    write_json(tmp_path / "sessions/copy.json", {**session, "sessionId": "copy"})
    (response,) = read_home(augment.AGENT, tmp_path).values()
    assert tokens_of(augment.AGENT, tmp_path) == {(1_000, 50, 200, 0)}
    assert (response.model, response.time) == ("grok-4-5", DAY)


def test_kiro_tells_of_the_turns_that_have_counts(tmp_path: Path) -> None:
    turns = [
        {"input_token_count": 0, "output_token_count": 0, "metering_usage": [{"value": 0.5}]},
        {"input_token_count": 90, "output_token_count": 10, "end_timestamp": DAY / 1000},
    ]
    state = {
        "rts_model_state": {"model_info": {"model_id": "claude-sonnet-4.5"}},
        "conversation_metadata": {"user_turn_metadatas": turns},
    }
    session = {"session_id": "k", "cwd": "/home/u/alpha", "session_state": state}
    write_json(tmp_path / "sessions/cli/k.json", session)
    (response,) = read_home(kiro.AGENT, tmp_path).values()
    assert (response.total, response.time, response.model) == (100, DAY, "claude-sonnet-4.5")


def buddy(name: str, usage: dict[str, int], **given: Any) -> dict[str, Any]:
    plain = {
        "id": f"line-{name}",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "timestamp": DAY,
        "sessionId": "b",
        "cwd": "/home/u/alpha",
        "providerData": {"model": "glm-5.2", "messageId": name},
        "message": {"usage": usage},
    }
    return {**plain, **given}


BUDDY = (
    (
        {
            "input_tokens": 113_415,
            "cache_read_input_tokens": 112_224,
            "output_tokens": 990,
            "total_tokens": 114_405,
        },
        (1_191, 990, 112_224, 0),
    ),
    (
        {"prompt_tokens": 10, "completion_tokens": 2, "prompt_cache_hit_tokens": 3},
        (7, 2, 3, 0),
    ),
    (
        {"inputTokens": 10, "outputTokens": 2, "cacheTokens": 30, "total_tokens": 42},
        (10, 2, 30, 0),
    ),
    (
        {"cachedMissTokens": 4, "inputTokens": 10, "outputTokens": 2, "cacheTokens": 6},
        (4, 2, 6, 0),
    ),
    (
        {"input_tokens": 5, "output_tokens": 2, "cache_read_input_tokens": 30},
        (5, 2, 30, 0),
    ),
)


@pytest.mark.parametrize(("usage", "right"), BUDDY)
def test_a_buddys_total_says_where_the_cache_is(
    tmp_path: Path, usage: dict[str, int], right: tuple[int, ...]
) -> None:
    write_lines(tmp_path / "projects/p/s.jsonl", buddy("m", usage))
    assert tokens_of(codebuddy.AGENT, tmp_path) == {right}


@pytest.mark.parametrize("pieces", [None, (1,)])
def test_a_buddys_message_counts_once(tmp_path: Path, pieces: tuple[int, ...] | None) -> None:
    usage = {"input_tokens": 10, "output_tokens": 2}
    raw = {"providerData": {"requestModelId": "glm", "messageId": "n", "rawUsage": usage}}
    write_lines(
        tmp_path / "projects/p/s.jsonl",
        buddy("m", {"input_tokens": 10, "output_tokens": 1}),
        buddy("m", usage),
        buddy("x", usage, status="in_progress"),
        buddy("y", usage, role="user"),
        buddy("n", {}, type="function_call", role=None, **raw),
    )
    responses = read_home(codebuddy.WORK, tmp_path, pieces)
    assert [each.total for each in responses.values()] == [12, 12]
    assert codebuddy.WORK.name == "workbuddy"


def jcode_message(name: str, **usage: int) -> dict[str, Any]:
    return {"id": name, "role": "assistant", "timestamp": TIME, "token_usage": usage}


@pytest.mark.parametrize("pieces", [None, (1,)])
def test_jcode_has_the_cache_where_the_vendor_has_it(
    tmp_path: Path, pieces: tuple[int, ...] | None
) -> None:
    beside = jcode_message(
        "a",
        input_tokens=1_200,
        output_tokens=30,
        cache_read_input_tokens=800,
        cache_creation_input_tokens=0,
    )
    inside = jcode_message("b", input_tokens=900, output_tokens=20, cache_read_input_tokens=700)
    more = jcode_message("c", input_tokens=5, output_tokens=1, cache_read_input_tokens=70)
    session = {
        "id": "s",
        "model": "claude-sonnet-4-5",
        "provider_key": "anthropic",
        "working_dir": "/home/u/alpha",
        "messages": [{"id": "u", "role": "user"}, beside],
    }
    write_json(tmp_path / "sessions/s.json", session)
    write_lines(
        tmp_path / "sessions/s.journal.jsonl",
        {"meta": {"model": "gpt-5.2"}, "append_messages": [beside, inside]},
        {"append_messages": [more]},
    )
    assert tokens_of(jcode.AGENT, tmp_path, pieces) == {
        (1_200, 30, 800, 0),
        (200, 20, 700, 0),
        (5, 1, 70, 0),
    }
    responses = read_home(jcode.AGENT, tmp_path, pieces)
    assert {each.model for each in responses.values()} >= {"gpt-5.2"}
    assert {each.project for each in responses.values()} == {"-home-u-alpha"}


def dsh_log(session: str = "s", **given: Any) -> list[dict[str, Any]]:
    def event(seq: int, kind: str, **data: Any) -> dict[str, Any]:
        return {"type": kind, "seq": seq, "time": DAY + seq, "data": data}

    def use(given_: int, output: int, read: int = 0) -> dict[str, int]:
        return {
            "inputTokens": given_,
            "outputTokens": output,
            "cacheReadTokens": read,
            "reasoningTokens": 4,
        }

    config = {"provider": "deepseek", "model": "deepseek-v4-flash"}
    source = {"source": {"provider": "deepseek", "model": "deepseek-v4-pro"}}
    sample = {"type": "usage", "usage": use(100, 1, 50)}
    return [
        {"type": "session", "version": 0, "id": session, "cwd": "/home/u/alpha", **given},
        event(0, "request/header", header={"config": config}),
        event(1, "assistant/chunk", turn=1, step=1, chunk=sample),
        event(2, "assistant/message", turn=1, step=1, usage=use(100, 20, 50), message=source),
        event(3, "assistant/message", turn=1, step=2, usage=use(10, 2)),
        event(4, "llm/retry-started", turn=1, step=2),
        event(5, "assistant/message", turn=1, step=2, usage=use(11, 3)),
        event(6, "compaction/summary", usage=use(500, 40)),
        {"type": "text-chunks", "data": {"texts": ["…"]}},
    ]


DSH = {(100, 20, 50, 0), (10, 2, 0, 0), (11, 3, 0, 0), (500, 40, 0, 0)}


@pytest.mark.parametrize("pieces", [None, (1,), (4, 2)])
def test_each_try_of_each_step_of_deepseek_counts(
    tmp_path: Path, pieces: tuple[int, ...] | None
) -> None:
    write_lines(tmp_path / "sessions/p/s/session.jsonl", *dsh_log())
    child = dsh_log("child", seedLength=6)
    write_lines(tmp_path / "sessions/p/child/session.jsonl", *child)
    assert tokens_of(deepseek.AGENT, tmp_path, pieces) == DSH
    responses = read_home(deepseek.AGENT, tmp_path, pieces)
    assert len(responses) == 5
    assert {each.model for each in responses.values()} == {"deepseek-v4-flash", "deepseek-v4-pro"}
    assert {each.reasoning for each in responses.values()} == {2, 3, 4}


def test_a_packed_log_is_read_to_its_unfinished_frame(tmp_path: Path) -> None:
    lines = [json.dumps(line).encode() + b"\n" for line in dsh_log()]
    packed = zstandard(b"".join(lines[:4])) + zstandard(b"".join(lines[4:]))
    path = tmp_path / "sessions/p/s/session.jsonl.zstd"
    path.parent.mkdir(parents=True)
    path.write_bytes(packed)
    assert tokens_of(deepseek.AGENT, tmp_path) == DSH
    path.write_bytes(packed[:-20])
    told = tell_home(deepseek.AGENT, tmp_path)
    assert (100, 20, 50, 0) in tokens_of(deepseek.AGENT, tmp_path)
    assert not told.problems
    path.write_bytes(b"no frame at all")
    assert tell_home(deepseek.AGENT, tmp_path).problems


def test_fx_has_the_cache_inside_the_input_and_grows(tmp_path: Path) -> None:
    path = "sessions/f/usage-v2.json"
    model: dict[str, Any] = {
        "model": "zai/glm-5.2",
        "total_cost": 0.005,
        "input_tokens": 167_841,
        "output_tokens": 2_434,
        "cache_read_tokens": 153_408,
        "reasoning_tokens": 34,
    }
    beside = {"created_at_ms": DAY, "updated_at_ms": DAY + 5, "workspace_root": "/home/u/alpha"}
    write_json(tmp_path / "sessions/f/session.json", beside)
    state, sightings = b"", []
    for more in (0, 1_000, 0):
        model["input_tokens"] += more
        write_json(tmp_path / path, {"session_id": "f", "snapshot": {"models": [model]}})
        told = Told("fx")
        place = Place(str(tmp_path), path, NOW)
        state = fx.AGENT.document((tmp_path / path).read_bytes(), place, state, told)
        sightings += told.sightings
    first, second = merged(sightings).values()
    assert (first.input, first.output, first.cache_read) == (14_433, 2_434, 153_408)
    assert (first.time, first.recorded, first.provider) == (DAY, 5_000_000_000, "zai")
    assert (second.total, second.time, second.model) == (1_000, DAY + 5, "glm-5.2")


def test_fx_without_models_has_the_sum(tmp_path: Path) -> None:
    snapshot = {"input_tokens": 500, "output_tokens": 100, "cache_read_tokens": 200, "models": []}
    write_json(tmp_path / "sessions/f/usage-v2.json", {"snapshot": snapshot})
    assert tokens_of(fx.AGENT, tmp_path) == {(300, 100, 200, 0)}


def read_sessions(root: Path, state: bytes = b"") -> tuple[Told, bytes]:
    told = Told("opencode-go")
    with closing(open_read_only(str(root / "opencode.db"))) as connection:
        place = Place(str(root), "opencode.db", NOW)
        state = opencode_go.AGENT.database(connection, place, state, told)
    return told, state


def test_the_first_opencode_tells_what_sessions_without_a_parent_cost(tmp_path: Path) -> None:
    root = tmp_path / "alpha" / ".opencode"
    put_session(root / "opencode.db", "o1", 0.5)
    put_session(root / "opencode.db", "o2", 0.2, parent="o1")
    first, state = read_sessions(root)
    put_session(root / "opencode.db", "o1", 0.75)
    more, state = read_sessions(root, state)
    assert not read_sessions(root, state)[0].sightings
    costs = [(each.time, each.recorded) for _, each in first.sightings + more.sightings]
    assert costs == [(DAY, 500_000_000_000), (NOW, 250_000_000_000)]
    ((_, response),) = first.sightings
    assert (response.model, response.tokens.total) == ("claude-4-sonnet", 0)
    assert first.workplaces[response.session].path == str(tmp_path / "alpha")


def test_counts_of_tokens_are_sums_in_its_first_versions_alone(tmp_path: Path) -> None:
    for name, created in (("sum", "2025-05-05"), ("last", "2025-05-06")):
        begun = (parse_time(f"{created}T12:00:00Z") or 0) // 1000
        put_session(tmp_path / "opencode.db", name, 0.01, created=begun)
    told, _ = read_sessions(tmp_path)
    totals = {each.session: (each.input, each.output) for _, each in told.sightings}
    assert totals == {"sum": (900, 90), "last": (0, 0)}


def test_an_unknown_store_of_the_first_opencode_is_said_in_a_sentence(tmp_path: Path) -> None:
    create(tmp_path / "opencode.db", ("CREATE TABLE sessions(id, cost)",)).close()
    with pytest.raises(UnknownStore, match="has no sessions with a cost"):
        read_sessions(tmp_path)
