"""What a process of GitHub Copilot CLI used, where the log of events knows no single calls.

While a process runs, its log has the output of each message alone; what the prompts took is
said when it ends, as sums by model (`session.shutdown`). Versions up to 1.0.60 say what that
process took, at least those from 1.0.83 on what the session took by then: the outputs of the
messages tell which. The sums are spread over the messages of the process, so that days and the
size of a prompt are about right and the sums exact. Where single calls are recorded they hold.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import NANO_AIU, Place, Tokens, Told, count
from engine.agents.claude.patient import read_records
from engine.agents.copilot.sums import NOTHING, Sums, added, beyond, said_in
from engine.agents.fields import mapping, milliseconds, text
from engine.agents.shares import part, share
from engine.domain.files import open_regular
from engine.domain.long_lines import finished_lines

_CUMULATIVE_SINCE = (1, 0, 83)
_MOST_CALLS = 10_000
"""More calls than a process can make are damage."""


class Event(Struct, gc=False):
    """A line of a session's events."""

    type: Any = None
    id: Any = None
    timestamp: Any = None
    agentId: Any = None
    data: Any = None


EVENTS = msgspec.json.Decoder(Event)


class Run(Struct):
    """Where reading left off in a process's events, and what was told of those before it."""

    begun: int = 0
    """Byte where the process begins in the log."""
    ended: int = 0
    """Byte after the last sums that were said, of whatever process."""
    is_recorded: bool = False
    """Whether it records single calls."""
    model: str = ""
    version: str = ""
    of_session: dict[str, Sums] = {}
    of_run: dict[str, Sums] = {}


class _Message(Struct):
    """An answer, of which the log knows the output."""

    key: str
    offset: int
    time: int
    model: str
    output: int
    sub_agent: str


class Runs:
    """Tells what the processes of one session used."""

    def __init__(
        self,
        place: Place,
        told: Told,
        run: Run,
        is_ours: Callable[[int], bool],
        *,
        is_traced: bool,
    ) -> None:
        self._place = place
        self._session = session_of(place.path)
        self._told = told
        self._run = run
        self._is_ours = is_ours
        self._is_traced = is_traced

    def event(self, kind: str, data: Mapping[str, Any], offset: int) -> None:
        """Take what a session says of itself: that it begins, goes on, or which model it uses."""
        run = self._run
        if kind == "session.start":
            run.of_session = {}
            run.version = text(data.get("copilotVersion"))
        if kind in ("session.start", "session.resume"):
            run.begun = offset
            run.is_recorded, run.of_run = False, {}
        run.model = model_in(data) or run.model

    def record(self, offset: int) -> None:
        """Note that the process records single calls: what its messages told is void."""
        if not self._run.is_recorded:
            self._run.is_recorded = True
            self._take_back(offset)

    def message(self, event: Event, offset: int, directory: str) -> None:
        """Tell of a message's output, as far as nothing better does."""
        message = self._message(event, offset, self._run.model)
        if message is None:
            if count(mapping(event.data).get("outputTokens")):
                self._told.problem(offset, "a message without a time")
        elif not self._run.is_recorded and not self._is_traced and self._is_ours(message.time):
            self._tell(message, Tokens(0, message.output, 0, 0), directory)

    def shutdown(self, event: Event, offset: int, length: int, directory: str) -> None:
        """Tell what a process used that has ended, or since it said so last."""
        run = self._run
        said = said_in(mapping(event.data))
        if not said:
            return
        time = milliseconds(event.timestamp)
        if time is None:
            self._told.problem(offset, "the sums of a process without a time")
            return
        if self._is_traced and not run.is_recorded:
            self._take_back(offset)
        before, since = self._told_before(said, offset)
        if not run.is_recorded and not self._is_traced and self._is_ours(time):
            used = {model: beyond(sums, before.get(model, NOTHING)) for model, sums in said.items()}
            name = text(event.id) or str(time)
            messages = [each for each in self._messages(offset) if each.offset >= since]
            for model, own in _shared(used, messages).items():
                self._spread(f"{name}\n{model}", model, used[model], own, time, directory)
        run.of_session = added(run.of_session, said, before)
        run.of_run = added(run.of_run, said, before)
        run.ended = offset + length

    def _told_before(self, said: Mapping[str, Sums], offset: int) -> tuple[dict[str, Sums], int]:
        """Return which earlier sums these sums hold, and from which byte on they are of messages.

        They may be of the process since it said so last, of all of it, or of the session.
        """
        run = self._run
        choices: tuple[tuple[dict[str, Sums], int], ...] = (
            ({}, max(run.ended, run.begun)),
            (run.of_run, max(run.ended, run.begun)),
            (run.of_session, run.ended),
        )
        messages = list(self._messages(offset))
        outputs = [
            sum(each.output for each in messages if each.offset >= start)
            for start in (choices[0][1], run.begun, 0)
        ]
        output = sum(sums[1] for sums in said.values())
        if output and output in outputs:
            return choices[outputs.index(output)]
        is_new = _version(run.version) >= _CUMULATIVE_SINCE
        has_all = all(
            now >= then
            for model, sums in run.of_session.items()
            for now, then in zip(said.get(model, NOTHING), sums, strict=True)
        )
        return choices[2] if is_new and has_all else choices[0]

    def _spread(
        self,
        name: str,
        model: str,
        used: Sums,
        messages: list[_Message],
        time: int,
        directory: str,
    ) -> None:
        """Tell what a model took: its messages, and calls of which nothing else is known."""
        given, _, read, written, reasoning, nano, _ = used
        answers = messages + self._unseen(name, used, messages, time)
        plain = max(0, given - read - written)
        outputs, done = sum(each.output for each in answers), 0
        for number, answer in enumerate(answers):
            answer.model = model
            tokens = Tokens(
                share(plain, number, len(answers)),
                answer.output,
                share(read, number, len(answers)),
                share(written, number, len(answers)),
            )
            thought = part(reasoning, done, answer.output, outputs)
            self._tell(answer, tokens, directory, thought, share(nano, number, len(answers)))
            done += answer.output

    def _unseen(self, name: str, used: Sums, messages: list[_Message], time: int) -> list[_Message]:
        """Return the calls beyond the messages, with what they wrote beyond these."""
        left = max(0, used[1] - sum(each.output for each in messages))
        number = max(min(used[6], _MOST_CALLS) - len(messages), 1 if left or not messages else 0)
        return [
            _Message(f"{name}\n{each}", 0, time, "", share(left, each, number), "")
            for each in range(number)
        ]

    def _tell(
        self,
        message: _Message,
        tokens: Tokens,
        directory: str,
        reasoning: int = 0,
        nano: int = 0,
    ) -> None:
        self._told.see(
            f"{self._session}\n\n{message.key}",
            time=message.time,
            model=message.model.removesuffix("-1m"),
            tokens=tokens,
            session=self._session,
            directory=directory,
            reasoning=reasoning,
            cost=nano / NANO_AIU if nano else None,
            is_sidechain=bool(message.sub_agent),
            sub_agent=message.sub_agent,
        )

    def _take_back(self, until: int) -> None:
        since = max(self._run.begun, self._run.ended)
        for message in self._messages(until):
            if message.offset >= since:
                self._told.withdraw(f"{self._session}\n\n{message.key}")

    def _messages(self, until: int) -> Iterator[_Message]:
        """Yield the messages with an output up to a byte of the log, each once: the last."""
        found: dict[str, _Message] = {}
        model = ""
        with open_regular(os.path.join(self._place.root, self._place.path)) as file:
            offset = 0
            for line, size in finished_lines(file):
                if offset >= until:
                    break
                if b'"assistant.message"' in line or b'"session.' in line:
                    for event in read_records(line, EVENTS)[0]:
                        model = model_in(mapping(event.data)) or model
                        message = self._message(event, offset, model)
                        if message is not None:
                            known = found.get(message.key, message)
                            message.output = max(message.output, known.output)
                            found[message.key] = message
                offset += size
        yield from found.values()

    def _message(self, event: Event, offset: int, model: str) -> _Message | None:
        data = mapping(event.data)
        output = count(data.get("outputTokens"))
        time = milliseconds(event.timestamp)
        if event.type != "assistant.message" or not output or time is None:
            return None
        key = text(data.get("messageId")) or text(event.id) or str(offset)
        model = text(data.get("model")) or model
        sub_agent = text(event.agentId) or text(data.get("parentToolCallId"))
        return _Message(key, offset, time, model, output, sub_agent)


def session_of(path: str) -> str:
    """Return the session of a log: that of its directory, or of the file in old versions."""
    name = path.rpartition("/")[2]
    return path.split("/")[-2] if name == "events.jsonl" else name.removesuffix(".jsonl")


def model_in(data: Mapping[str, Any]) -> str:
    """Return the model that an event says is used from then on, if it does."""
    return text(data.get("newModel")) or text(data.get("selectedModel"))


def _shared(used: Mapping[str, Sums], messages: list[_Message]) -> dict[str, list[_Message]]:
    """Return the messages of each model; one that names none is of the model with most left."""
    shared: dict[str, list[_Message]] = {model: [] for model, sums in used.items() if any(sums)}
    if not shared:
        return shared
    unnamed: list[_Message] = []
    for message in messages:
        shared.get(message.model, unnamed).append(message)
    left = {
        model: used[model][1] - sum(each.output for each in own) for model, own in shared.items()
    }
    for message in unnamed:
        model = max(left, key=lambda each: left[each])
        shared[model].append(message)
        left[model] -= message.output
    return shared


def _version(text_: str) -> tuple[int, ...]:
    """Return the numbers of a version, none where there are none."""
    return tuple(int(number) for number in re.findall(r"\d{1,9}", text_)[:3])
