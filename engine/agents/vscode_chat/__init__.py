"""Copilot Chat in VS Code: each call where VS Code was told to log them, else each request.

VS Code logs calls on request, into a database of traces or into a log per session; a call in
both has one id. Without them a chat's own document tells of a request the output of all its
calls, but the prompt of the last alone: the prompts of the calls before are not known.
"""

from __future__ import annotations

import os
import sqlite3

from engine.agents.base import Agent, Kind, Lines, Place, Told, Tree, count
from engine.agents.fields import decode, milliseconds, text
from engine.agents.fresh import Fresh
from engine.agents.opened import columns_of, selected
from engine.agents.vscode_chat.calls import WORKSPACES, json_object, tell
from engine.agents.vscode_chat.chats import Chat
from engine.agents.vscode_chat.logs import EXTENSION, LOGS, Log

_CHATS = "chatSessions"
_TRACES = "globalStorage/github.copilot-chat/agent-traces.db"
_EMPTY_WINDOW = "globalStorage/emptyWindowChatSessions"
_COLUMNS = (
    "span_id",
    "operation_name",
    "start_time_ms",
    "chat_session_id",
    "conversation_id",
    "response_model",
    "request_model",
    "provider_name",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "reasoning_tokens",
)


class VSCodeChat(Agent):
    """Copilot Chat in VS Code, with the editor's `User` directory as root."""

    name = "copilot-chat"
    title = "Copilot Chat"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return where chats, logs and traces are; a workspace has much else, and large."""
        chats = [f"{WORKSPACES}/{each}" for each in _workspaces(root)]
        return (
            Tree(os.path.dirname(_TRACES), _kind, is_deep=False),
            Tree(_EMPTY_WINDOW, _kind),
            *(Tree(f"{each}/{_CHATS}", _kind) for each in chats),
            *(Tree(f"{each}/{EXTENSION}/{LOGS}", _kind) for each in chats),
        )

    def lines(self, place: Place, state: bytes, told: Told) -> Lines:
        """Return what reads a chat or a log on."""
        return Log(place, told) if f"/{LOGS}/" in place.path else Chat(place, state, told)

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Tell of all requests of a chat of the older form; raises `Unreadable`."""
        chat = Chat(place, b"", told)
        chat.replace(decode(json_object, data))
        return b""

    def database(
        self, connection: sqlite3.Connection, place: Place, state: bytes, told: Told
    ) -> bytes:
        """Tell of the calls that are new."""
        there = columns_of(connection, "spans")
        if not {"span_id", "operation_name", "input_tokens", "output_tokens"} <= there:
            raise self.unknown(place, "calls with tokens")
        fresh = Fresh(connection, state, place.now)
        for row, *said in fresh.rows("spans", selected("t", there, _COLUMNS), "", ""):
            name, operation, time, chat, talk, model, asked, provider, *counted = said
            if operation != "chat":
                continue
            at = milliseconds(time)
            if at is None:
                told.problem(row, "a call without a time")
                continue
            tell(
                told,
                text(name),
                at,
                text(model) or text(asked),
                [count(each) for each in counted],
                text(chat) or text(talk),
                "",
                text(provider),
            )
        return fresh.state()


def _workspaces(root: str) -> list[str]:
    """Return the names of the workspaces that a VS Code knows."""
    try:
        with os.scandir(os.path.join(root, WORKSPACES)) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir())
    except OSError:
        return []


def _kind(path: str) -> Kind | None:
    if path == _TRACES:
        return "database"
    name = path.rpartition("/")[2]
    if f"/{LOGS}/" in path:
        return "lines" if name.endswith(".jsonl") else None
    if name.endswith(".jsonl"):
        return "lines"
    return "document" if name.endswith(".json") else None


AGENT = VSCodeChat()
