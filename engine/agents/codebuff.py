"""Codebuff: one document per chat; what a message took stands in one of several places.

Servers of all makers are behind it, and each one's words for its counts are kept. Credits
are Codebuff's own money, and no dollars.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Agent, Kind, Place, Tokens, Told, Tree, count
from engine.agents.fields import Odd, decode, mapping, milliseconds, text

_FILE = "chat-messages.json"
_ROLES = ("ai", "agent", "assistant")
_HISTORY = ("runState", "sessionState", "mainAgentState", "messageHistory")


class Message(Struct, gc=False):
    """The fields that are read of a message."""

    id: Any = None
    variant: Any = None
    role: Any = None
    timestamp: Any = None
    createdAt: Any = None
    metadata: Any = None


_messages = msgspec.json.Decoder(list[Message | Odd])


class Codebuff(Agent):
    """Codebuff, with the directory of one of its channels as root."""

    name = "codebuff"
    title = "Codebuff"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the one place of chats, in a directory for each project."""
        return (Tree("projects", kind_of),)

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Tell of all responses of a chat; raises `Unreadable`."""
        chat = place.path.split("/")[-2]
        messages = decode(_messages, data)
        for number, message in enumerate(messages):
            if isinstance(message, Message) and (message.variant or message.role) in _ROLES:
                _tell(message, chat, number, told)
        return b""


def _tell(message: Message, chat: str, number: int, told: Told) -> None:
    metadata = mapping(message.metadata)
    usage, model = _usage(metadata)
    tokens = _tokens(usage)
    if not tokens.total:
        return
    said = (message.timestamp, message.createdAt, metadata.get("timestamp"), _iso(chat))
    time = next((at for each in said if (at := milliseconds(each)) is not None), None)
    if time is None:
        told.problem(number, "a message without a time")
        return
    told.see(
        f"{chat}:{text(message.id) or number}",
        time=time,
        model=text(metadata.get("model")) or text(usage.get("model")) or model,
        tokens=tokens,
        session=chat,
    )


def _usage(metadata: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """Return the first usage there is, and the model that is named beside it."""
    for place in (metadata, *_answers(metadata)):
        own = mapping(place.get("codebuff"))
        for usage in (mapping(place.get("usage")), mapping(own.get("usage"))):
            if _tokens(usage).total:
                return usage, text(own.get("model"))
    return {}, ""


def _answers(metadata: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what is said of the answers of a run, the newest first."""
    value: Any = metadata
    for name in _HISTORY:
        value = mapping(value).get(name)
    for entry in reversed(value if isinstance(value, list) else []):
        if mapping(entry).get("role") == "assistant":
            yield mapping(mapping(entry).get("providerOptions"))


def _tokens(usage: Mapping[str, Any]) -> Tokens:
    """Return the counts in disjoint kinds.

    Where cached tokens are a detail of the prompt they are part of it, else beside it.
    """
    given = _first(usage, "inputTokens", "input_tokens", "promptTokens", "prompt_tokens")
    output = _first(usage, "outputTokens", "output_tokens", "completionTokens", "completion_tokens")
    read = _first(usage, "cacheReadInputTokens", "cache_read_input_tokens")
    written = _first(
        usage,
        "cacheCreationInputTokens",
        "cache_creation_input_tokens",
        "cacheCreationTokens",
        "cache_creation_tokens",
    )
    if not read:
        details = usage.get("promptTokensDetails") or usage.get("prompt_tokens_details")
        read = min(_first(mapping(details), "cachedTokens", "cached_tokens"), given)
        given -= read
    return Tokens(given, output, read, written)


def _first(usage: Mapping[str, Any], *names: str) -> int:
    return next((found for name in names if (found := count(usage.get(name)))), 0)


def _iso(chat: str) -> str:
    """Return a chat's name as the time it is: `2025-12-14T10-00-00.000Z`."""
    day, _, rest = chat.partition("T")
    return f"{day}T{rest.replace('-', ':', 2)}"


def kind_of(path: str) -> Kind | None:
    """Say how a file of the store grows: `projects/<project>/chats/<time>/chat-messages.json`."""
    return "document" if path.endswith(f"/{_FILE}") and "/chats/" in path else None


AGENT = Codebuff()
