"""What is counted wrong most easily of the agents that few programs read, each alone in a home."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.agents.made_codex import zstandard
from tests.agents.made_more import (
    ANTIGRAVITY,
    DAY,
    DESKTOP,
    DEVIN,
    OPENCODE_GO,
    TIME,
    ZED,
    antigravity,
    desktop,
    devin,
    generation,
    junie_use,
    opencode_go,
    write_json,
    write_lines,
    zed,
    zed_counts,
)
from tests.made_lines import answer, moment, write
from tests.parity.agent_samples import Sample

_SECOND = 1_000
_RISEN = (200_000, (100_000 * 0.435 + 100_000 * 1.32) / 1e6)
"""Tokens and US dollars of DeepSeek V4 pro on both sides of its rise."""


def more_traps() -> tuple[Sample, ...]:
    """Return the traps, with their totals; dollars by hand as of `agent_samples.traps`."""
    of_chat = (450 * 1.75 + 2_200 * 0.175 + 90 * 14) / 1e6
    of_second = (1_000 * 3 + 105 * 15 + 200 * 0.3 + 50 * 3.75) / 1e6
    of_app = (600 * 1.75 + 400 * 0.175 + 200 * 14) / 1e6
    return (
        Sample("Antigravity: a model's number beside the counts", "antigravity", 850, None, _model),
        Sample("Zed: a thread's sum, not its last requests", "zed", 495, None, _thread),
        Sample("Copilot Chat: three calls of one request", "copilot-chat", 2_740, of_chat, _calls),
        Sample("the GitHub Copilot app: subsets", "copilot-desktop", 1_200, of_app, _app),
        Sample("Junie: an event that is there twice", "junie", 19_301, 0.017589, _junie),
        Sample("Devin CLI: each request in several rows", "devin", 64_872, None, _devin),
        Sample("Mistral Vibe: a session's sums", "vibe", 16_200, None, _vibe),
        Sample("CodeBuddy: the cache inside the input", "codebuddy", 114_405, None, _buddy),
        Sample("Jcode: the cache beside and inside", "jcode", 2_950, None, _jcode),
        Sample("DeepSeek Harness: a fork, packed", "dsh", 182, None, _dsh),
        Sample("fx: the cache and reasoning inside", "fx", 170_275, 0.005, _fx),
        Sample("Augment: a turn that repeats its counts", "augment", 1_250, None, _augment),
        Sample("Aider: a chat history", "aider", 2_333, 0.04, _aider),
        Sample("OpenCode 2: its own tables", "opencode", 1_355, of_second, _second),
        Sample("a price that rose on 17 August, used before and since", "claude", *_RISEN, _risen),
        Sample("what OpenRouter serves for nothing", "claude", 1_000_000, 0.0, _free),
        Sample("the first OpenCode: a cost, and no sum of tokens", "opencode-go", 0, 0.5, _first),
    )


def _model(home: Path) -> None:
    antigravity(home / ANTIGRAVITY, generation("r1"), generation("r1"), generation("r2"))


def _thread(home: Path) -> None:
    usage = {
        "cumulative_token_usage": zed_counts(400, 60, 30, 5),
        "request_token_usage": {"u1": zed_counts(100, 20)},
    }
    zed(home / ZED, "t1", usage)


def _calls(home: Path) -> None:
    workspace = home / ".config/Code/User/workspaceStorage/0abc"
    request = {
        "requestId": "q",
        "timestamp": DAY,
        "modelId": "copilot/gpt-5.2",
        "promptTokens": 950,
        "completionTokens": 90,
    }
    write_lines(workspace / "chatSessions/c.jsonl", {"kind": 0, "v": {"requests": [request]}})
    calls = ((800, 30, 500), (900, 40, 800), (950, 20, 900))
    for number, (given, output, cached) in enumerate(calls, 1):
        attrs = {"model": "gpt-5.2", "inputTokens": given, "outputTokens": output}
        call = {
            "ts": DAY + number * _SECOND,
            "sid": "c",
            "type": "llm_request",
            "spanId": f"s{number}",
            "attrs": {**attrs, "cachedTokens": cached},
        }
        write_lines(workspace / "GitHub.copilot-chat/debug-logs/c/main.jsonl", call)


def _app(home: Path) -> None:
    desktop(home / DESKTOP, "d", (1_000, 200, 400, 50))


def _junie(home: Path) -> None:
    use = junie_use("gpt-5.2", (3, 186, 18_688, 424), 0.017589, DAY)
    write_lines(home / ".junie/sessions/session-260501-100000-a/events.jsonl", use, use)


def _devin(home: Path) -> None:
    counts = (67, 103, 32_256, 10)
    devin(home / DEVIN, [("s", "r1", counts), ("s", "r1", counts), ("fork", "r1", counts)])
    devin(home / DEVIN, [("fork", "r2", counts)] * 2)


def _vibe(home: Path) -> None:
    stats = {
        "session_prompt_tokens": 15_000,
        "session_completion_tokens": 1_200,
        "session_cached_tokens": 5_000,
    }
    meta = {"session_id": "v", "start_time": TIME, "end_time": TIME, "stats": stats}
    write_json(home / ".vibe/logs/session/session_20260501_100000_v/meta.json", meta)


def _buddy(home: Path) -> None:
    usage = {
        "input_tokens": 113_415,
        "cache_read_input_tokens": 112_224,
        "output_tokens": 990,
        "total_tokens": 114_405,
    }
    line = {
        "id": "a",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "timestamp": DAY,
        "sessionId": "b",
        "providerData": {"model": "glm-5.2", "messageId": "m"},
        "message": {"usage": usage},
    }
    write_lines(home / ".codebuddy/projects/p/b.jsonl", line)


def _jcode(home: Path) -> None:
    beside = {
        "input_tokens": 1_200,
        "output_tokens": 30,
        "cache_read_input_tokens": 800,
        "cache_creation_input_tokens": 0,
    }
    inside = {"input_tokens": 900, "output_tokens": 20, "cache_read_input_tokens": 700}
    messages = [
        {"id": f"m{number}", "role": "assistant", "timestamp": TIME, "token_usage": usage}
        for number, usage in enumerate((beside, inside))
    ]
    session = {"id": "s", "model": "x", "provider_key": "y", "messages": messages}
    write_json(home / ".jcode/sessions/session_s.json", session)


def _dsh(home: Path) -> None:
    def event(seq: int, step: int, given: int, output: int) -> dict[str, object]:
        usage = {"inputTokens": given, "outputTokens": output, "reasoningTokens": 2}
        data = {
            "turn": 1,
            "step": step,
            "usage": usage,
            "message": {"source": {"provider": "deepseek", "model": "deepseek-v4-pro"}},
        }
        return {"type": "assistant/message", "seq": seq, "time": DAY + seq, "data": data}

    events = [event(0, 1, 100, 20), event(1, 2, 50, 5)]
    forked = [*events, event(2, 3, 6, 1)]
    for name, head, each in (("s", {}, events), ("fork", {"seedLength": 2}, forked)):
        lines = [{"type": "session", "version": 0, "id": name, "createdAt": DAY, **head}, *each]
        packed = b"".join(zstandard(json.dumps(line).encode() + b"\n") for line in lines)
        path = home / ".dsh/sessions/p" / name / "session.jsonl.zstd"
        path.parent.mkdir(parents=True)
        path.write_bytes(packed)


def _fx(home: Path) -> None:
    model = {
        "model": "zai/glm-5.2",
        "total_cost": 0.005,
        "input_tokens": 167_841,
        "output_tokens": 2_434,
        "cache_read_tokens": 153_408,
        "cache_write_tokens": 0,
        "reasoning_tokens": 34,
        "request_count": 9,
    }
    usage = {"session_id": "f", "snapshot": {"total_cost": 0.005, "models": [model]}}
    write_json(home / ".fx/sessions/f/usage-v2.json", usage)
    write_json(home / ".fx/sessions/f/session.json", {"id": "f", "created_at_ms": DAY})


def _augment(home: Path) -> None:
    usage = {"input_tokens": 1_000, "output_tokens": 50, "cache_read_input_tokens": 200}
    nodes = [{"token_usage": usage}, {"token_usage": usage}]
    exchange = {"model_id": "grok-4-5", "request_id": "q", "response_nodes": nodes}
    turn = {"completed": True, "finishedAt": TIME, "exchange": exchange}
    write_json(home / ".augment/sessions/a.json", {"sessionId": "a", "chatHistory": [turn]})


def _aider(home: Path) -> None:
    (home / ".aider.chat.history.md").write_text(
        "# aider chat started at 2026-05-01 10:00:00\n\n> Model: gpt-5.2 with diff edit format\n"
        "> Tokens: 2.1k sent, 233 received. Cost: $0.04 message, $0.04 session.\n"
    )


def _first(home: Path) -> None:
    opencode_go(home / OPENCODE_GO, "o1", 0.5)
    opencode_go(home / OPENCODE_GO, "o2", 0.2, parent="o1")


def _second(home: Path) -> None:
    path = home / ".local" / "share" / "opencode" / "opencode.db"
    path.parent.mkdir(parents=True)
    at = moment("2026-11-20T10:00")
    counts = {"input": 1_000, "output": 100, "reasoning": 5, "cache": {"read": 200, "write": 50}}
    said = {
        "time": {"created": at, "completed": at + _SECOND},
        "model": {"id": "claude-sonnet-4-5", "providerID": "anthropic"},
        "finish": "stop",
        "cost": 0,
        "tokens": counts,
    }
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE session_v2 (id TEXT, project_id TEXT, parent_id TEXT, directory TEXT,"
            " title TEXT, time_created INT, time_updated INT)"
        )
        connection.execute(
            "CREATE TABLE session_message (id TEXT, session_id TEXT, type TEXT, seq INT,"
            " time_created INT, time_updated INT, data TEXT)"
        )
        connection.execute(
            "INSERT INTO session_v2 VALUES ('ses_1', 'p', NULL, '/w/p', 't', ?, ?)", (at, at)
        )
        connection.execute(
            "INSERT INTO session_message VALUES ('msg_1', 'ses_1', 'assistant', 1, ?, ?, ?)",
            (at, at, json.dumps(said)),
        )


def _risen(home: Path) -> None:
    days = (moment("2026-08-16T23:59"), moment("2026-08-17T00:01"))
    lines = [
        answer(f"msg_0{number}", day, 100_000, model="deepseek-v4-pro")
        for number, day in enumerate(days)
    ]
    write(home / ".claude", *map(_compact, lines))


def _free(home: Path) -> None:
    line = answer("gen-1", moment("2026-11-20T10:00"), 1_000_000, model="z-ai/glm-5.2:free")
    write(home / ".claude", _compact(line))


def _compact(line: bytes) -> bytes:
    """Return a line as Claude Code writes it: without blanks, and with all counts."""
    record = json.loads(line)
    record["message"]["usage"]["output_tokens"] = 0
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"
