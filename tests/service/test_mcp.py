"""MCP by the SDK's own client: in memory, over standard input and output, and over HTTP."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

import httpx2
import jsonschema
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from engine.domain.limit_windows import Budget
from engine.domain.responses import PICO
from engine.monitor import Monitor
from engine.service.mcp.prompts import PROMPTS
from engine.service.mcp.redacted import Redactor
from engine.service.mcp.server import SUMMARY, Answerer, make_server
from engine.service.mcp.tool import input_schema, output_schema
from engine.service.mcp.tools import TOOLS
from engine.service.source import Source
from tests.conftest import NOW
from tests.made_lines import MINUTE, answer, write
from tests.patience import PATIENCE
from tests.service.conftest import write_user
from tests.service.served import TRUSTED, Served, made_settings, serving
from tests.surroundings import at_home, needed

OFFLINE = ("--offline", "--ledger=:memory:")
ARGUMENTS: dict[str, dict[str, Any]] = {
    "compare": {"left": "this-week", "right": "last-week"},
    "prices": {"model": "claude-opus-5-5"},
    "daily": {"since": "20261101", "limit": 5},
    "blocks": {"active": True, "token_limit": "max"},
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_user(tmp_path)


@pytest.fixture
def source(tmp_path: Path, root: Path) -> Iterator[Source]:
    budgets = (Budget("day", "cost", 20 * PICO),)
    with Monitor(made_settings(tmp_path, roots=(root,), budgets=budgets)) as monitor:
        yield Source(monitor, "0.0.0-test")


@asynccontextmanager
async def in_memory(source: Source, *, is_redacted: bool = False) -> AsyncIterator[Client]:
    answerer = Answerer(source, is_redacted=is_redacted, freshen=source.monitor.read)
    async with Client(make_server(answerer, "0.0.0-test")) as client:
        yield client


@asynccontextmanager
async def over_stdio(home: Path, *words: str, code: str = "") -> AsyncIterator[Client]:
    environment = {
        **at_home(home),
        **needed(),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "CCMON_DATA_DIR": str(home / "data"),
    }
    server = StdioServerParameters(
        command=sys.executable,
        args=[*(("-c", code) if code else ("-m", "tui")), "mcp", *OFFLINE, *words],
        env=environment,
    )
    async with Client(server) as client:
        yield client


@asynccontextmanager
async def over_http(server: Served, **more: Any) -> AsyncIterator[Client]:
    async with httpx2.AsyncClient(headers=TRUSTED) as http:
        transport = streamable_http_client(f"http://{server.host}/mcp", http_client=http)
        async with Client(transport, **more) as client:
            yield client


async def _all_answer(client: Client) -> None:
    """Ask every tool; each answer is valid, and its text is the same document."""
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert list(tools) == [tool.name for tool in TOOLS]
    for name, tool in tools.items():
        told = await client.call_tool(name, ARGUMENTS.get(name, {}))
        assert not told.is_error, (name, told.content)
        assert tool.output_schema is not None
        jsonschema.validate(told.structured_content, tool.output_schema)
        assert json.loads(told.content[0].text) == told.structured_content  # type: ignore[union-attr]
        assert tool.annotations is not None
        assert (tool.annotations.read_only_hint, tool.annotations.open_world_hint) == (True, False)


async def test_every_tool_answers_in_memory(source: Source) -> None:
    async with in_memory(source) as client:
        await _all_answer(client)


async def test_every_tool_answers_over_stdio_and_nothing_else_is_on_stdout(
    tmp_path: Path, root: Path
) -> None:
    async with over_stdio(tmp_path) as client:
        await _all_answer(client)


@pytest.mark.parametrize("mode", [{}, {"mode": "legacy"}])
async def test_every_tool_answers_over_http_in_both_eras(
    served: Served, mode: dict[str, str]
) -> None:
    async with over_http(served, **mode) as client:
        await _all_answer(client)


def test_http_has_the_guards_of_the_service(served: Served) -> None:
    kind = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    body = b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
    assert served.ask("/mcp", "POST", body, kind).status == 401
    evil = {**TRUSTED, **kind, "Host": "evil.example"}
    assert served.ask("/mcp", "POST", body, evil).status == 421
    foreign = {**TRUSTED, **kind, "Origin": "http://evil.example"}
    assert served.ask("/mcp", "POST", body, foreign).status == 403
    assert served.ask("/mcp", "POST", body, {**TRUSTED, "Content-Type": "text/plain"}).status == 415


def test_stdout_is_json_rpc_alone(tmp_path: Path, root: Path) -> None:
    asked = [
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "t", "version": "1"},
            },
        },
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "session", "arguments": {}},
        },
    ]
    said = subprocess.Popen(
        [sys.executable, "-m", "tui", "mcp", "--offline", "--ledger=:memory:"],
        env={
            **os.environ,
            **at_home(tmp_path),
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "CCMON_LOG_LEVEL": "debug",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert said.stdin is not None
    assert said.stdout is not None
    for each in asked:
        said.stdin.write(json.dumps(each) + "\n")
    said.stdin.flush()
    lines = [said.stdout.readline(), said.stdout.readline()]
    rest, faults = said.communicate(timeout=PATIENCE)
    assert [json.loads(line)["id"] for line in lines] == [1, 2]
    assert json.loads(lines[1])["result"]["structuredContent"]["page"]["found"] == 2
    assert rest == ""
    assert "Traceback" not in faults


async def test_what_is_new_is_in_the_next_answer(source: Source, root: Path) -> None:
    async with in_memory(source) as client:
        before = (await client.call_tool("daily", {})).structured_content
        write(root, answer("late", NOW - MINUTE, 1_000, cwd="/code/app"))
        after = (await client.call_tool("daily", {})).structured_content
    assert after["totals"]["inputTokens"] == before["totals"]["inputTokens"] + 1_000


async def test_rows_come_in_pages_and_totals_are_of_all(source: Source) -> None:
    async with in_memory(source) as client:
        whole = (await client.call_tool("daily", {"limit": 500})).structured_content
        found: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            page = (await client.call_tool("daily", {"limit": 7, **cursor})).structured_content
            found += page["daily"]
            assert page["totals"] == whole["totals"]
            if page["page"]["nextCursor"] is None:
                break
            cursor = {"cursor": page["page"]["nextCursor"]}
    assert found == whole["daily"]
    assert whole["page"] == {"shown": len(found), "found": len(found), "nextCursor": None}


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        ("daily", {"since": "soon"}, "'soon' is not a day"),
        ("daily", {"sinc": "7d"}, "did you mean 'since'?"),
        ("daily", {"limit": 0}, "'limit' is a whole number"),
        ("daily", {"limit": True}, "'limit' is a whole number"),
        ("daily", {"cursor": "x"}, "page.nextCursor"),
        ("daily", {"project": {"a": 1}}, "An argument is a text"),
        ("compare", {"left": "today"}, "'right' is missing"),
        ("prices", {"model": "claude-opus-9"}, "No price of 'claude-opus-9' is known"),
    ],
)
async def test_what_is_wrong_is_an_error_and_never_an_empty_report(
    source: Source, tool: str, arguments: dict[str, Any], sentence: str
) -> None:
    async with in_memory(source) as client:
        told = await client.call_tool(tool, arguments)
    assert told.is_error
    assert sentence in told.content[0].text  # type: ignore[union-attr]


async def test_a_fault_is_an_error_too(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(source.monitor, "health", fail)
    async with in_memory(source) as client:
        told = await client.call_tool("doctor", {})
        assert told.is_error
        assert "its log" in told.content[0].text  # type: ignore[union-attr]
        assert not (await client.call_tool("daily", {})).is_error
        with pytest.raises(MCPError):
            await client.call_tool("nothing", {})


async def test_what_ccmon_did_not_foresee_is_an_error_of_the_protocol_and_ends_nothing(
    root: Path,
) -> None:
    code = (
        "import sys; from engine.monitor import Monitor;"
        "Monitor.health = lambda _: 1 / 0;"
        "from tui.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    async with over_stdio(root.parent, code=code) as client:
        with pytest.raises(MCPError, match="Internal server error"):
            await client.call_tool("doctor", {})
        assert not (await client.call_tool("daily", {})).is_error


async def test_names_and_paths_are_left_out_where_that_is_asked(source: Source) -> None:
    async with in_memory(source, is_redacted=True) as client:
        texts = [
            (await client.call_tool(tool.name, ARGUMENTS.get(tool.name, {}))).content[0].text  # type: ignore[union-attr]
            for tool in TOOLS
        ]
        texts.append((await client.read_resource(SUMMARY)).contents[0].text)  # type: ignore[union-attr]
        wrong = (await client.call_tool("compare", {"left": "/code/none", "right": "x"})).content
    for text in (*texts, wrong[0].text):  # type: ignore[union-attr]
        for word in ("/code", "-code-", "shop", str(source.monitor.settings.home)):
            assert word not in text
    rows = json.loads(texts[2])["sessions"]
    assert len({row["projectPath"] for row in rows}) == 2
    again = Redactor()
    assert again.redacted({"name": "a"}) == again.redacted({"name": "a"})
    assert again.redacted({"name": "a"}) != Redactor().redacted({"name": "a"})


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_they_are_left_out_over_http_too(tmp_path: Path, mode: Any) -> None:
    write_user(tmp_path)
    with serving(made_settings(tmp_path), redacts_paths=True) as server:
        async with over_http(server, mode=mode) as client:
            answers = [await client.call_tool(each) for each in ("session", "running", "doctor")]
    for told in answers:
        assert not told.is_error
        for word in ("/code", "-code-", "shop", str(tmp_path)):
            assert word not in told.content[0].text  # type: ignore[union-attr]


async def test_the_resource_and_the_prompts_are_there(source: Source) -> None:
    async with in_memory(source) as client:
        (resource,) = (await client.list_resources()).resources
        told = json.loads((await client.read_resource(resource.uri)).contents[0].text)  # type: ignore[union-attr]
        assert told["today"]["totalTokens"] == 135
        with pytest.raises(MCPError):
            await client.read_resource("usage://nothing")
        names = [prompt.name for prompt in (await client.list_prompts()).prompts]
        assert names == [prompt.name for prompt in PROMPTS]
        said = await client.get_prompt("why_expensive", {"session": "s1"})
        assert "session s1 cost" in said.messages[0].content.text  # type: ignore[union-attr]
        with pytest.raises(MCPError):
            await client.get_prompt("why_expensive", {})


def test_there_are_few_tools_and_their_schemas_hold() -> None:
    assert len(TOOLS) <= 10
    assert {"daily", "monthly", "session", "blocks"} <= {tool.name for tool in TOOLS}
    for tool in TOOLS:
        for schema in (input_schema(tool), output_schema(tool)):
            assert schema["type"] == "object"
            jsonschema.Draft202012Validator.check_schema(schema)
    assert {
        "since",
        "until",
        "mode",
        "timezone",
        "agent",
        "project",
        "model",
        "limit",
        "cursor",
    } <= (set(input_schema(TOOLS[0])["properties"]))


@pytest.mark.posix
def test_installing_is_claude_codes_own_doing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from tui.cli import main

    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["mcp", "--install", "--redact-paths"]) == 0
    said = capsys.readouterr().out
    assert "claude mcp add --scope user ccmon -- " in said
    assert said.rstrip().endswith("mcp --redact-paths")
    claude = tmp_path / "claude"
    claude.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$0.told"\n')
    claude.chmod(0o755)
    assert main(["mcp", "--install"]) == 1
    assert not (tmp_path / "claude.told").exists()
    if sys.platform != "win32":
        assert main(["mcp", "--install", "--yes"]) == 0
        assert (tmp_path / "claude.told").read_text().split()[:5] == [
            *("mcp", "add", "--scope", "user", "ccmon"),
        ]
