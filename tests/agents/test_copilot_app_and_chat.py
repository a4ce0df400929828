"""GitHub Copilot's app, and Copilot Chat in VS Code, beside what else tells of the same."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.agents import copilot_desktop, vscode_chat
from engine.agents.base import Agent, Place, Told, UnknownStore
from engine.agents.opened import open_read_only
from tests.agents.made_more import DAY, desktop, put, traces, write_json, write_lines
from tests.agents.reading import merged, read_home, tell_home
from tests.agents.writers import create
from tests.conftest import NOW
from tests.made_lines import MINUTE

WORKSPACE = "workspaceStorage/0abc"
CHAT = f"{WORKSPACE}/chatSessions/chat.jsonl"
LOG = f"{WORKSPACE}/GitHub.copilot-chat/debug-logs/chat/main.jsonl"
TRACES = "globalStorage/github.copilot-chat/agent-traces.db"


def read(agent: Agent, root: Path, path: str, state: bytes = b"") -> tuple[Told, bytes]:
    told = Told(agent.name)
    with closing(open_read_only(str(root / path))) as connection:
        state = agent.database(connection, Place(str(root), path, NOW), state, told)
    return told, state


def test_the_app_has_the_cache_inside_the_input_and_grows(tmp_path: Path) -> None:
    agent = copilot_desktop.AGENT
    desktop(tmp_path / "data.db", "d1", (1_000, 200, 400, 50), 2 * 10**9)
    first, state = read(agent, tmp_path, "data.db")
    ((_, response),) = first.sightings
    tokens = response.tokens
    assert (tokens.input, tokens.output, tokens.cache_read) == (600, 200, 400)
    assert (response.reasoning, response.recorded) == (50, 20_000_000_000)
    desktop(tmp_path / "data.db", "d1", (1_500, 250, 400, 50), 3 * 10**9)
    grown, state = read(agent, tmp_path, "data.db", state)
    assert [each.tokens.total for _, each in grown.sightings] == [550]
    assert not read(agent, tmp_path, "data.db", state)[0].sightings


def test_what_the_cli_tells_of_the_app_does_not(tmp_path: Path) -> None:
    for name in ("alone", "logged", "called"):
        desktop(tmp_path / "data.db", name, (100, 20, 0, 0))
    write_lines(tmp_path / "session-state/logged/events.jsonl", {"type": "session.start"})
    calls = "CREATE TABLE assistant_usage_events(session_id TEXT, input_tokens INTEGER)"
    with closing(create(tmp_path / "session-store.db", (calls,))) as connection:
        put(connection, "assistant_usage_events", session_id="called", input_tokens=100)
    told, _ = read(copilot_desktop.AGENT, tmp_path, "data.db")
    assert [each.session for _, each in told.sightings] == ["alone"]


def request(name: str, prompt: int = 0, output: int = 0, **given: Any) -> dict[str, Any]:
    counts = {"promptTokens": prompt, "completionTokens": output} if output else {}
    plain = {"requestId": name, "timestamp": DAY, "modelId": "copilot/gpt-5.2"}
    return {**plain, **counts, "response": [{"value": "promptTokens"}], **given}


@pytest.mark.parametrize("pieces", [None, (1,), (3, 1)])
def test_a_chat_is_what_its_changes_make_of_it(
    tmp_path: Path, pieces: tuple[int, ...] | None
) -> None:
    write_json(tmp_path / WORKSPACE / "workspace.json", {"folder": "file:///home/u/al%20pha"})
    metadata = {"promptTokens": 700, "outputTokens": 30, "resolvedModel": "claude-sonnet-4.5"}
    write_lines(
        tmp_path / CHAT,
        {"kind": 0, "v": {"sessionId": "chat", "requests": [request("a", 1_000, 50)]}},
        {"kind": 2, "k": ["requests"], "v": [request("b"), request("c", 10, 1)]},
        {"kind": 2, "k": ["requests", 1, "response"], "v": [{"value": "requests"}]},
        {"kind": 1, "k": ["requests", 1, "promptTokens"], "v": 2_000},
        {"kind": 1, "k": ["requests", 1, "completionTokens"], "v": 80},
        {"kind": 2, "k": ["requests"], "i": 2, "v": [request("d")]},
        {"kind": 1, "k": ["requests", 2, "result"], "v": {"metadata": metadata}},
        {"kind": 1, "k": ["requests", 9, "promptTokens"], "v": 5},
        {"kind": 2, "k": ["requests"], "v": [request("e", 9, 9, modelId="other/model")]},
    )
    responses = {
        key.split("\n")[1]: each
        for key, each in read_home(vscode_chat.AGENT, tmp_path, pieces).items()
    }
    totals = {name: (each.input, each.output) for name, each in responses.items()}
    assert totals == {"a": (1_000, 50), "b": (2_000, 80), "c": (10, 1), "d": (700, 30)}
    assert responses["d"].model == "claude-sonnet-4.5"
    assert responses["a"].model == "gpt-5.2"
    assert {each.project for each in responses.values()} == {"-home-u-al-pha"}


def test_a_chat_of_the_older_form_is_a_document(tmp_path: Path) -> None:
    write_json(tmp_path / CHAT.removesuffix("l"), {"requests": [request("a", 100, 5), None]})
    write_lines(tmp_path / CHAT, {"kind": 0, "v": {"requests": [request("a", 100, 5)]}})
    assert [each.total for each in read_home(vscode_chat.AGENT, tmp_path).values()] == [105]


def call(name: str, given: int, output: int, cached: int, time: int = DAY) -> dict[str, Any]:
    attrs = {"model": "gpt-5.2", "inputTokens": given, "outputTokens": output}
    return {
        "ts": time,
        "dur": 5,
        "sid": "chat",
        "type": "llm_request",
        "name": "chat:gpt-5.2",
        "spanId": name,
        "status": "ok",
        "attrs": {**attrs, "cachedTokens": cached},
    }


def test_logged_calls_go_before_the_requests_of_that_time(tmp_path: Path) -> None:
    later = DAY + 120 * MINUTE
    write_lines(
        tmp_path / CHAT,
        {"kind": 0, "v": {"requests": [request("a", 900, 70)]}},
        {"kind": 2, "k": ["requests"], "v": [request("b", 40, 2, timestamp=later)]},
    )
    log = write_lines(
        tmp_path / LOG, call("s1", 800, 30, 500), call("s2", 900, 40, 800), {"type": "hook"}
    )
    os.utime(log, (DAY / 1000 + 60, DAY / 1000 + 60))
    traces(tmp_path / TRACES, "s2", (900, 40, 800, 6))
    traces(tmp_path / TRACES, "s3", (50, 5, 0, 0))
    traces(tmp_path / TRACES, "s4", (950, 75, 0, 0), operation_name="invoke_agent")
    told = read_home(vscode_chat.AGENT, tmp_path)
    totals = {key.split("\n")[1]: each.total for key, each in told.items()}
    assert totals == {"s1": 830, "s2": 940, "s3": 55, "b": 42}
    first = next(each for key, each in told.items() if key.endswith("\ns1"))
    assert (first.input, first.cache_read) == (300, 500)


def test_traces_are_read_on(tmp_path: Path) -> None:
    state, sightings = b"", []
    for step in range(4):
        traces(tmp_path / TRACES, f"s{step}", (100, 20, 60, 5))
        told, state = read(vscode_chat.AGENT, tmp_path, TRACES, state)
        sightings += told.sightings
    assert len(sightings) == 4
    assert sum(each.total for each in merged(sightings).values()) == 480


def test_unknown_stores_are_said_in_a_sentence_and_broken_lines_are_told(tmp_path: Path) -> None:
    create(tmp_path / TRACES, ("CREATE TABLE spans(span_id)",)).close()
    create(tmp_path / "data.db", ("CREATE TABLE sessions(id)",)).close()
    with pytest.raises(UnknownStore, match="has no calls"):
        read(vscode_chat.AGENT, tmp_path, TRACES)
    with pytest.raises(UnknownStore, match="has no sessions"):
        read(copilot_desktop.AGENT, tmp_path, "data.db")
    os.remove(tmp_path / TRACES)
    path = write_lines(tmp_path / CHAT, {"kind": 0, "v": {"requests": [request("a", 1, 1)]}})
    with path.open("a") as file:
        file.write('{"kind":2,"k":["requests"],"v":[{\n')
    told = tell_home(vscode_chat.AGENT, tmp_path)
    assert len(told.sightings) == len(told.problems) == 1
