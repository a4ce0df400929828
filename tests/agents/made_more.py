"""Stores of many agents as tests need them, each laid out in a home as its agent does."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.agents.made_codex import zstandard
from tests.agents.writers import create

DAY = 1_777_629_600_000
"""2026-05-01 10:00 UTC."""
TIME = "2026-05-01T10:00:00.000Z"

ANTIGRAVITY = ".gemini/antigravity-cli/conversations/conversation.db"
_GENERATIONS = (
    "CREATE TABLE gen_metadata(idx integer, data blob, size integer, PRIMARY KEY (idx))",
    "CREATE TABLE trajectory_metadata_blob(id text PRIMARY KEY, data blob)",
    "CREATE TABLE steps(idx integer PRIMARY KEY, step_type integer, metadata blob)",
)
ZED = ".local/share/zed/threads/threads.db"
_THREADS = (
    "CREATE TABLE threads(id TEXT PRIMARY KEY, summary TEXT NOT NULL, updated_at TEXT NOT NULL, "
    "data_type TEXT NOT NULL, data BLOB NOT NULL, parent_id TEXT, folder_paths TEXT, "
    "folder_paths_order TEXT, created_at TEXT)",
)
DEVIN = ".local/share/devin/cli/sessions.db"
_DEVIN = (
    "CREATE TABLE sessions(id TEXT PRIMARY KEY, working_directory TEXT NOT NULL, model TEXT)",
    "CREATE TABLE message_nodes(row_id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL,"
    " node_id INTEGER NOT NULL, parent_node_id INTEGER, chat_message TEXT NOT NULL, "
    "created_at INTEGER NOT NULL, metadata TEXT)",
)
DESKTOP = ".copilot/data.db"
_DESKTOP = (
    "CREATE TABLE sessions(id TEXT PRIMARY KEY, title TEXT, model TEXT, created_at TEXT, "
    "total_input_tokens INTEGER, total_output_tokens INTEGER, total_cached_tokens INTEGER, "
    "total_reasoning_tokens INTEGER, total_nano_aiu INTEGER)",
)
OPENCODE_GO = ".opencode/opencode.db"
_OPENCODE_GO = (
    "CREATE TABLE sessions(id TEXT PRIMARY KEY, parent_session_id TEXT, title TEXT, "
    "prompt_tokens INTEGER, completion_tokens INTEGER, cost REAL, updated_at INTEGER, "
    "created_at INTEGER)",
    "CREATE TABLE messages(id TEXT PRIMARY KEY, session_id TEXT, role TEXT, model TEXT, "
    "created_at INTEGER)",
)
TRACES = ".config/Code/User/globalStorage/github.copilot-chat/agent-traces.db"
_TRACES = (
    "CREATE TABLE spans(span_id TEXT PRIMARY KEY, operation_name TEXT, start_time_ms INTEGER, "
    "chat_session_id TEXT, request_model TEXT, response_model TEXT, input_tokens INTEGER, "
    "output_tokens INTEGER, cached_tokens INTEGER, reasoning_tokens INTEGER)",
)


def put(connection: sqlite3.Connection, table: str, **row: Any) -> None:
    """Write a row, or write it anew."""
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(
        f"INSERT OR REPLACE INTO {table}({names}) VALUES({marks})", tuple(row.values())
    )


def write_lines(path: Path, *lines: Any) -> Path:
    """Add lines of JSON to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    return path


def write_json(path: Path, value: Any) -> Path:
    """Write a document."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), "utf-8")
    return path


def varint(value: int) -> bytes:
    """Return a number as Protocol Buffers write it."""
    low, rest = value & 0x7F, value >> 7
    return bytes((low | 0x80,)) + varint(rest) if rest else bytes((low,))


def message(*fields: tuple[int, int | bytes | str]) -> bytes:
    """Return a Protocol Buffers message of these fields."""
    return b"".join(_field(number, value) for number, value in fields)


def _field(number: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    content = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(content)) + content


def generation_usage(response: str, counts: tuple[int, int, int, int], number: int = 1132) -> bytes:
    """Return a usage of input, answer, thinking and cache read.

    Its first field is the number of its model, as Antigravity has it.
    """
    given, answer, thinking, read = counts
    return message(
        (1, number),
        (2, given),
        (3, answer + thinking),
        (5, read),
        (9, thinking),
        (10, answer),
        (11, response),
    )


def generation(
    response: str,
    counts: tuple[int, int, int, int] = (100, 20, 5, 300),
    *,
    seconds: int = DAY // 1000,
    model: str = "gemini-pro-default",
    title: str = "Gemini 3.1 Pro (High)",
) -> bytes:
    """Return a generation that used input, answer, thinking and cache read."""
    usage = generation_usage(response, counts)
    start = message((4, message((1, seconds)))) if seconds else message((2, (1 << 64) - 1))
    names = [(number, name) for number, name in ((19, model), (21, title)) if name]
    return message((1, message((4, usage), (9, start), *names)), (2, b"\x00"))


def antigravity(path: Path, *generations: bytes) -> None:
    """Write a conversation's generations, begun a minute before."""
    with closing(create(path, () if path.is_file() else _GENERATIONS)) as connection:
        begun = message(
            (1, message((1, "file:///home/u/al%20pha"))), (2, message((1, DAY // 1000)))
        )
        put(connection, "trajectory_metadata_blob", id="main", data=begun)
        (top,) = connection.execute("SELECT coalesce(max(idx), -1) FROM gen_metadata").fetchone()
        for number, data in enumerate(generations, top + 1):
            put(connection, "gen_metadata", idx=number, data=data, size=len(data))


def antigravity_step(
    path: Path, place: int, usage: bytes, seconds: int = DAY // 1000, kind: int = 15
) -> None:
    """Write a step of a conversation that called a model, by default one of a generation."""
    metadata = message((1, message((1, seconds))), (3, 2), (9, usage))
    with closing(create(path, ())) as connection:
        put(connection, "steps", idx=place, step_type=kind, metadata=metadata)


def zed(path: Path, name: str, usage: Any, *, is_packed: bool = True, **given: Any) -> None:
    """Write a thread with a sum, or with the last request of each prompt."""
    plain = {"model": {"provider": "zed.dev", "model": "claude-sonnet-4-5"}, "imported": False}
    data = json.dumps({**plain, **usage}).encode()
    row = {"updated_at": "2026-05-01T10:30:00Z", "created_at": "2026-05-01T10:00:00Z", **given}
    with closing(create(path, () if path.is_file() else _THREADS)) as connection:
        put(
            connection,
            "threads",
            id=name,
            summary="",
            data_type="zstd" if is_packed else "json",
            data=zstandard(data) if is_packed else data,
            folder_paths="/home/u/beta\n/home/u/alpha",
            folder_paths_order="1,0",
            **row,
        )


def zed_counts(given: int, output: int, read: int = 0, written: int = 0) -> dict[str, int]:
    """Return counts as Zed writes them: those of 0 are left out."""
    names = (
        "input_tokens",
        "output_tokens",
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
    )
    counts = zip(names, (given, output, read, written), strict=True)
    return {name: number for name, number in counts if number}


def junie_use(model: str, counts: Sequence[int], cost: float, time: int) -> dict[str, Any]:
    """Return the event of a response that used input, output, cache read and cache write."""
    given, output, read, written = counts
    usage = {
        "model": model,
        "cost": cost,
        "inputTokens": given,
        "cacheInputTokens": read,
        "cacheCreateTokens": written,
        "outputTokens": output,
        "time": 0,
    }
    agent = {"kind": "MainAgent", "id": "main", "name": "main"}
    said = {"kind": "LlmResponseMetadataEvent", "agent": agent, "modelUsage": [usage]}
    return {
        "kind": "SessionA2uxEvent",
        "event": {"state": "IN_PROGRESS", "agentEvent": said},
        "timestampMs": time,
    }


def devin(path: Path, rows: Iterable[tuple[str, str, tuple[int, int, int, int]]]) -> None:
    """Write messages: session, request and what it used (input, output, read, written)."""
    with closing(create(path, () if path.is_file() else _DEVIN)) as connection:
        for session, request, counts in rows:
            put(connection, "sessions", id=session, working_directory="/home/u/alpha", model="x")
            names = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens")
            metadata = {
                "request_id": request,
                "generation_model": "glm-5.2",
                "created_at": TIME,
                "metrics": dict(zip(names, counts, strict=True)),
            }
            text = json.dumps({"role": "assistant", "content": "…", "metadata": metadata})
            connection.execute(
                "INSERT INTO message_nodes(session_id, node_id, chat_message, created_at) "
                "VALUES(?, 1, ?, ?)",
                (session, text, DAY // 1000),
            )


def desktop(path: Path, name: str, counts: tuple[int, int, int, int], nano: int = 0) -> None:
    """Write a session of Copilot's app: whole input, output, cache read, reasoning."""
    given, output, cached, reasoning = counts
    with closing(create(path, () if path.is_file() else _DESKTOP)) as connection:
        put(
            connection,
            "sessions",
            id=name,
            model="gpt-5.2",
            created_at=TIME,
            total_input_tokens=given,
            total_output_tokens=output,
            total_cached_tokens=cached,
            total_reasoning_tokens=reasoning,
            total_nano_aiu=nano,
        )


def opencode_go(
    path: Path, name: str, cost: float, parent: str | None = None, created: int = DAY // 1000
) -> None:
    """Write a session of the first OpenCode, and its last answer."""
    with closing(create(path, () if path.is_file() else _OPENCODE_GO)) as connection:
        put(
            connection,
            "sessions",
            id=name,
            parent_session_id=parent,
            prompt_tokens=900,
            completion_tokens=90,
            cost=cost,
            created_at=created,
        )
        put(
            connection,
            "messages",
            id=f"{name}-m",
            session_id=name,
            role="assistant",
            model="claude-4-sonnet",
            created_at=created,
        )


def traces(path: Path, name: str, counts: tuple[int, int, int, int], **given: Any) -> None:
    """Write a call of Copilot Chat: whole input, output, cache read, reasoning."""
    whole, output, cached, reasoning = counts
    row = {"operation_name": "chat", "start_time_ms": DAY, "response_model": "gpt-5.2", **given}
    with closing(create(path, () if path.is_file() else _TRACES)) as connection:
        put(
            connection,
            "spans",
            span_id=name,
            chat_session_id="chat",
            input_tokens=whole,
            output_tokens=output,
            cached_tokens=cached,
            reasoning_tokens=reasoning,
            **row,
        )
