"""Reads the two logs of GitHub Copilot CLI: a session's events, and telemetry."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Place, Told, Unreadable, count, counts
from engine.agents.claude.patient import read_records
from engine.agents.copilot import Call, tell
from engine.agents.copilot.runs import EVENTS, Event, Run, Runs, session_of
from engine.agents.fields import decode, mapping, milliseconds, text
from engine.domain.responses import response_id


class _Left(Struct):
    """Where reading left off."""

    directory: str = ""
    numbers: dict[int, int] = {}
    """How many calls with the same counts there were, by what names them."""
    run: Run = msgspec.field(default_factory=Run)


_left = msgspec.msgpack.Decoder(_Left)


class _Span(Struct, gc=False):
    """A line of the telemetry."""

    name: Any = None
    startTime: Any = None
    endTime: Any = None
    attributes: Any = None


_span = msgspec.json.Decoder(_Span)


class _Log:
    """What both logs have in common; calls from `until` on are the database's to tell."""

    def __init__(self, place: Place, state: bytes, told: Told, until: int | None) -> None:
        self.place = place
        self.left = _left.decode(state) if state else _Left()
        self._told = told
        self._until = until

    def state(self) -> bytes:
        """Return what reading on needs to know."""
        return msgspec.msgpack.encode(self.left)

    def is_ours(self, time: int) -> bool:
        """Say whether what was at a time is told by this log, not by the database."""
        return self._until is None or time < self._until

    def see(self, call: Call) -> None:
        """Tell of a call, unless the database does."""
        number = response_id("\n".join(map(str, call.alike)))
        earlier = self.left.numbers.get(number, 0)
        self.left.numbers[number] = earlier + 1
        if self.is_ours(call.time):
            tell(call, earlier, self._told)


class Events(_Log):
    """Reads a session's events, where each call has a line, or at least what it wrote.

    `is_traced` says that the telemetry tells of the session's calls.
    """

    def __init__(
        self, place: Place, state: bytes, told: Told, until: int | None, *, is_traced: bool
    ) -> None:
        super().__init__(place, state, told, until)
        self._runs = Runs(place, told, self.left.run, self.is_ours, is_traced=is_traced)

    def read(self, line: bytes, offset: int) -> None:
        """Take a line; raises `Unreadable`."""
        if b'"session.' not in line and b'"outputTokens"' not in line:
            return
        events, reason = read_records(line, EVENTS)
        for event in events:
            self._take(event, offset, len(line))
        if reason is not None:
            raise Unreadable(reason)

    def _take(self, event: Event, offset: int, length: int) -> None:
        """Take the session's directory, a call, or what a process took as a whole."""
        kind = text(event.type)
        data = mapping(event.data)
        if kind == "assistant.message":
            self._runs.message(event, offset, self.left.directory)
        elif kind == "session.usage_record":
            self._runs.record(offset)
            self._see(event, offset)
        elif kind == "session.shutdown":
            self._runs.shutdown(event, offset, length, self.left.directory)
        elif kind.startswith("session."):
            cwd = text(mapping(data.get("context")).get("cwd")) or text(data.get("cwd"))
            self.left.directory = cwd or self.left.directory
            self._runs.event(kind, data, offset)

    def _see(self, event: Event, offset: int) -> None:
        usage = mapping(mapping(event.data).get("usage"))
        time = milliseconds(event.timestamp)
        if time is None:
            self._told.problem(offset, "a call without a time")
            return
        given, output, reasoning = counts(usage, "inputTokens", "outputTokens", "reasoningTokens")
        self.see(
            Call(
                session=session_of(self.place.path),
                time=time,
                model=text(usage.get("model")),
                directory=self.left.directory,
                input=given,
                output=output,
                cache_read=count(usage.get("cacheReadTokens")),
                cache_write=count(usage.get("cacheWriteTokens")),
                reasoning=reasoning,
                nano=mapping(usage.get("copilotUsage")).get("totalNanoAiu"),
                sub_agent=text(event.agentId),
            )
        )


class Spans(_Log):
    """Reads telemetry, where a call is a span `chat <model>`; others add calls up."""

    def read(self, line: bytes, offset: int) -> None:
        """Take a line: a span, or something else."""
        if b'"gen_ai.usage.' not in line or b'"chat' not in line:
            return
        span = decode(_span, line)
        if not text(span.name).startswith("chat"):
            return
        said = mapping(span.attributes)
        time = _moment(span.endTime) or _moment(span.startTime)
        if time is None:
            self._told.problem(offset, "a call without a time")
            return
        usage = "gen_ai.usage."
        self.see(
            Call(
                session=text(said.get("gen_ai.conversation.id")),
                time=time,
                model=text(said.get("gen_ai.response.model"))
                or text(said.get("gen_ai.request.model")),
                directory="",
                input=count(said.get(f"{usage}input_tokens")),
                output=count(said.get(f"{usage}output_tokens")),
                cache_read=count(said.get(f"{usage}cache_read.input_tokens")),
                cache_write=count(said.get(f"{usage}cache_creation.input_tokens")),
                reasoning=count(said.get(f"{usage}reasoning.output_tokens")),
            )
        )


def _moment(value: object) -> int | None:
    """Return the time of a span: seconds with nanoseconds, or one number or text."""
    if isinstance(value, list) and len(value) == 2:
        seconds, nanoseconds = value
        if isinstance(seconds, int) and isinstance(nanoseconds, int):
            return milliseconds(seconds * 1_000 + nanoseconds // 1_000_000)
        return None
    if isinstance(value, int) and value >= 10**17:
        return milliseconds(value // 1_000_000)
    return milliseconds(value)
