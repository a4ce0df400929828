"""Speaks the Model Context Protocol by the official SDK, over standard input and output or HTTP."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from typing import Any

import mcp_types as types
import msgspec
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from engine.domain.mistakes import SettingsError
from engine.monitor import Monitor
from engine.service.mcp.prompts import PROMPTS, prompt_text
from engine.service.mcp.redacted import Redactor
from engine.service.mcp.tool import Tool, input_schema, output_schema
from engine.service.mcp.tools import TOOLS, ask, summary
from engine.service.problems import Problem
from engine.service.source import Source

SUMMARY = "usage://summary"

_LOG = logging.getLogger("ccmon.mcp")
_INSTRUCTIONS = (
    "Exact usage, cost and limits of the coding agents on this machine. Ask limits for how much is"
    " left and until when; daily, monthly, session and blocks for what was used. costUSD and"
    " totalCost are US dollars, percentages go from 0 to 100, times are ISO 8601; null is unknown."
)
_READS_ONLY = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


class Answerer:
    """Answers an agent's questions; `freshen` brings what is new in before each of them."""

    def __init__(self, source: Source, *, is_redacted: bool, freshen: Callable[[], None]) -> None:
        self._source = source
        self._redactor = Redactor() if is_redacted else None
        self._freshen = freshen
        self._turn = asyncio.Lock()

    async def tools(self, *_: object) -> types.ListToolsResult:
        """Return every tool, with the schemas of its arguments and of its answer."""
        return types.ListToolsResult(tools=[_told(tool) for tool in TOOLS])

    async def call(self, _: object, asked: types.CallToolRequestParams) -> types.CallToolResult:
        """Answer a tool's call; what is wrong with it is an error, never an empty report."""
        tool = next((each for each in TOOLS if each.name == asked.name), None)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f"There is no tool '{asked.name}'.")
        try:
            async with self._turn:
                document = await asyncio.to_thread(self._document, tool, asked.arguments or {})
        except (SettingsError, Problem) as error:
            return _error(str(error) if self._redactor is None else self._redactor.text(str(error)))
        except (OSError, sqlite3.Error) as error:
            _LOG.error("%s failed: %s: %s", tool.name, type(error).__name__, error)
            return _error("ccmon could not answer this: its log on standard error says why.")
        text = msgspec.json.encode(document).decode()
        content: list[Any] = [types.TextContent(text=text)]
        return types.CallToolResult(content=content, structured_content=document)

    async def resources(self, *_: object) -> types.ListResourcesResult:
        """Return the one resource."""
        summary = types.Resource(
            name="summary",
            title="Summary",
            uri=SUMMARY,
            description="today, this week, this month and the active block",
            mime_type="application/json",
        )
        return types.ListResourcesResult(resources=[summary])

    async def read(
        self, _: object, asked: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """Return the resource."""
        if asked.uri.rstrip("/") != SUMMARY:
            raise MCPError(types.INVALID_PARAMS, f"There is only one resource: {SUMMARY}.")
        async with self._turn:
            document = await asyncio.to_thread(self._summary)
        text = msgspec.json.encode(document).decode()
        told = types.TextResourceContents(uri=asked.uri, mime_type="application/json", text=text)
        return types.ReadResourceResult(contents=[told])

    async def prompts(self, *_: object) -> types.ListPromptsResult:
        """Return every prompt."""
        told = [
            types.Prompt(
                name=each.name,
                title=each.title,
                description=each.description,
                arguments=[
                    types.PromptArgument(name=name, description=help, required=True)
                    for name, help in each.arguments
                ],
            )
            for each in PROMPTS
        ]
        return types.ListPromptsResult(prompts=told)

    async def prompt(self, _: object, asked: types.GetPromptRequestParams) -> types.GetPromptResult:
        """Return one prompt as what a user says."""
        found = next((each for each in PROMPTS if each.name == asked.name), None)
        if found is None:
            raise MCPError(types.INVALID_PARAMS, f"There is no prompt '{asked.name}'.")
        try:
            text = prompt_text(found, asked.arguments or {})
        except SettingsError as error:
            raise MCPError(types.INVALID_PARAMS, str(error)) from error
        said = types.PromptMessage(role="user", content=types.TextContent(text=text))
        return types.GetPromptResult(description=found.description, messages=[said])

    def _document(self, tool: Tool, arguments: dict[str, Any]) -> dict[str, Any]:
        self._freshen()
        return self._shown(ask(tool, self._source, arguments))

    def _summary(self) -> dict[str, Any]:
        self._freshen()
        return self._shown(summary(self._source))

    def _shown(self, document: dict[str, Any]) -> dict[str, Any]:
        return document if self._redactor is None else self._redactor.redacted(document)


def make_server(answerer: Answerer, version: str) -> Server[Any]:
    """Return a server of the SDK that answers by an answerer."""
    return Server(
        "ccmon",
        version=version,
        title="ccmon: usage, cost and limits of coding agents",
        instructions=_INSTRUCTIONS,
        on_list_tools=answerer.tools,
        on_call_tool=answerer.call,
        on_list_resources=answerer.resources,
        on_read_resource=answerer.read,
        on_list_prompts=answerer.prompts,
        on_get_prompt=answerer.prompt,
    )


def serve_stdio(source: Source, *, is_redacted: bool) -> None:
    """Serve one agent over standard input and output until it ends.

    Nothing follows in the background: what is new is read when something is asked.
    """
    asyncio.run(_serve_stdio(source, is_redacted))


async def _serve_stdio(source: Source, is_redacted: bool) -> None:
    answerer = Answerer(source, is_redacted=is_redacted, freshen=_reading(source.monitor))
    server = make_server(answerer, source.version)
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def _reading(monitor: Monitor) -> Callable[[], None]:
    """Return what reads what is new, the first time with the prices that have to be fetched."""
    is_first = True

    def read() -> None:
        nonlocal is_first
        if is_first:
            monitor.fetch()
        monitor.read()
        if is_first:
            monitor.take_fetched()
        is_first = False

    return read


def _told(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=input_schema(tool),
        output_schema=output_schema(tool),
        annotations=_READS_ONLY,
    )


def _error(sentence: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=sentence)], is_error=True)
