"""Amp: one document per thread, with a ledger of what it used, else that beside its messages.

The ledger says when, and what went in and out; what was read from and written to the cache
stands beside the message that came of it. Credits are Amp's own money, and no dollars.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Agent, Kind, Place, Tokens, Told, Tree, count, counts
from engine.agents.fields import Odd, decode, mapping, milliseconds, text
from engine.domain.times import SECOND


class Message(Struct, gc=False):
    """The fields that are read of a message."""

    role: Any = None
    messageId: Any = None
    usage: Any = None


class Event(Struct, gc=False):
    """The fields that are read of an entry of the ledger."""

    id: Any = None
    timestamp: Any = None
    model: Any = None
    tokens: Any = None
    toMessageId: Any = None


class Ledger(Struct, gc=False):
    """What a thread used."""

    events: list[Event | Odd] | None = None


class Thread(Struct, gc=False):
    """The fields that are read of a thread."""

    id: Any = None
    created: Any = None
    messages: list[Message | Odd] | None = None
    usageLedger: Ledger | None = None


_thread = msgspec.json.Decoder(Thread)


class Amp(Agent):
    """Amp."""

    name = "amp"
    title = "Amp"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the one place of threads."""
        return (Tree("threads", kind_of),)

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Tell of all responses of a thread; raises `Unreadable`."""
        thread = decode(_thread, data)
        name = text(thread.id) or place.path.rpartition("/")[2].removesuffix(".json")
        messages = [each for each in thread.messages or () if isinstance(each, Message)]
        ledger = thread.usageLedger.events if thread.usageLedger else None
        events = [each for each in ledger or () if isinstance(each, Event)]
        uses = {count(each.messageId): mapping(each.usage) for each in messages}
        for number, event in enumerate(events):
            _tell_event(event, name, uses, number, told)
        if not events:
            created = milliseconds(thread.created)
            for number, message in enumerate(messages):
                _tell_message(message, name, created, number, told)
        return b""


def _tell_event(event: Event, thread: str, uses: dict[int, Any], number: int, told: Told) -> None:
    time = milliseconds(event.timestamp)
    if time is None:
        told.problem(number, "an entry of the ledger without a time")
        return
    given, output = counts(mapping(event.tokens), "input", "output")
    to = count(event.toMessageId)
    read, written = _cache(mapping(uses.get(to) if to else None))
    told.see(
        text(event.id) or f"{thread}:{time}:{to}",
        time=time,
        model=text(event.model),
        tokens=Tokens(given, output, read, written),
        session=thread,
    )


def _tell_message(
    message: Message, thread: str, created: int | None, number: int, told: Told
) -> None:
    """Tell of a message; one without a time was some seconds after the thread was begun."""
    usage = mapping(message.usage)
    if message.role != "assistant" or not usage:
        return
    id_ = count(message.messageId) or number
    time = milliseconds(usage.get("timestamp")) or (created and created + id_ * SECOND)
    if time is None:
        told.problem(number, "a message without a time")
        return
    given, output = counts(usage, "inputTokens", "outputTokens")
    read, written = _cache(usage)
    told.see(
        f"{thread}:message:{id_}",
        time=time,
        model=text(usage.get("model")),
        tokens=Tokens(given, output, read, written),
        session=thread,
    )


def _cache(usage: Any) -> tuple[int, ...]:
    return counts(usage, "cacheReadInputTokens", "cacheCreationInputTokens")


def kind_of(path: str) -> Kind | None:
    """Say how a file of the store grows."""
    return "document" if path.endswith(".json") else None


AGENT = Amp()
