"""Cline, Roo Code and Kilo Code in editors, and Cline's command line: one document per task.

What is shown of a task says what each request took; which model answered may stand there
too, else in the conversation beside it. A request's line is filled in when it is done.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import (
    Agent,
    Kind,
    Place,
    Tokens,
    Told,
    Tree,
    Unreadable,
    counts,
)
from engine.agents.cline.prompts import Asked, tokens_of
from engine.agents.cline.sessions import tell_session
from engine.agents.fields import Odd, decode, mapping, milliseconds, read_beside, text

_SHOWN = "ui_messages.json"
_SPOKEN = "api_conversation_history.json"
_REQUESTS = ("api_req_started", "api_req_finished")
_ENVIRONMENT = "<environment_details>"
_MODEL = re.compile(r"<environment_details>.*?<model>([^<]+)</model>", re.DOTALL)


class Line(Struct, gc=False):
    """The fields that are read of what is shown of a task."""

    ts: Any = None
    type: Any = None
    say: Any = None
    text: Any = None
    modelInfo: Any = None


class Request(Struct, gc=False):
    """The fields that are read of a request; `text` holds them as JSON."""

    tokensIn: Any = None
    tokensOut: Any = None
    cacheReads: Any = None
    cacheWrites: Any = None
    cost: Any = None
    apiProtocol: Any = None


class Spoken(Struct, gc=False):
    """The fields that are read of what was sent to the model."""

    ts: Any = None
    content: Any = None


_lines = msgspec.json.Decoder(list[Line | Odd])
_request = msgspec.json.Decoder(Request)
_spoken = msgspec.json.Decoder(list[Spoken | Odd])


class Tasks(Agent):
    """An extension of an editor, with its directory in the editor's storage as root."""

    def __init__(self, name: str, title: str) -> None:
        self.name = name
        self.title = title

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the place of tasks, and that of sessions of the command line."""
        return Tree("tasks", kind_of), Tree("sessions", kind_of)

    def document(self, data: bytes, place: Place, state: bytes, told: Told) -> bytes:
        """Tell of all requests of a task; raises `Unreadable`."""
        if place.path.endswith(_SHOWN):
            _Teller(self.name, place, told).tell(decode(_lines, data))
        else:
            tell_session(data, place, told)
        return b""


class _Teller:
    """Tells of a task's requests."""

    def __init__(self, agent: str, place: Place, told: Told) -> None:
        self._agent = agent
        self._place = place
        self._task = place.path.split("/")[-2]
        self._told = told
        self._begun: Line | None = None
        """A request of an old version, which says what it took when it is finished."""

    def tell(self, lines: list[Line | Odd]) -> None:
        """Tell of all requests, each with the cache apart from the input."""
        asked: list[tuple[Asked, object]] = []
        for number, line in enumerate(lines):
            if isinstance(line, Line) and line.type == "say" and line.say in _REQUESTS:
                try:
                    found = self._asked(line)
                except Unreadable as error:
                    self._told.problem(number, str(error))
                    continue
                if found is not None:
                    asked.append(found)
        last_rest = max((each.time for each, _ in asked if each.is_rest), default=0)
        for each, cost in asked:
            self._see(each, tokens_of(each, self._agent, last_rest), cost)

    def _asked(self, line: Line) -> tuple[Asked, object] | None:
        """Return a request that is done, with its cost."""
        request = decode(_request, text(line.text))
        given, output, read, written = counts(
            msgspec.structs.asdict(request), "tokensIn", "tokensOut", "cacheReads", "cacheWrites"
        )
        is_counted = any((given, output, read, written))
        if line.say == "api_req_started":
            self._begun = None if is_counted else line
        elif self._begun is not None:
            line, self._begun = self._begun, None
        else:
            return None
        if not is_counted and not request.cost:
            return None
        time = milliseconds(line.ts)
        if time is None:
            raise Unreadable("a request without a time")
        info = mapping(line.modelInfo)
        return (
            Asked(
                given,
                output,
                read,
                written,
                time=time,
                protocol=text(request.apiProtocol),
                provider=text(info.get("providerId")),
                model=text(info.get("modelId")) or self._model_at(time),
            ),
            request.cost or None,
        )

    def _see(self, asked: Asked, tokens: Tokens, cost: object) -> None:
        key = f"{self._task}:{asked.time}"
        if tokens.input != asked.given:
            self._told.withdraw(key)
            key += ":plain"
        self._told.see(
            key,
            time=asked.time,
            model=asked.model,
            tokens=tokens,
            session=self._task,
            provider=asked.provider or asked.protocol,
            cost=cost,
        )

    def _model_at(self, time: int) -> str:
        """Return the model that was told about itself after a request began; else the last."""
        for since, model in self._models:
            if since >= time:
                return model
        return self._models[-1][1] if self._models else ""

    @cached_property
    def _models(self) -> list[tuple[int, str]]:
        """The models in the conversation, each with when it was named."""
        data = read_beside(self._place, *self._place.path.split("/")[:-1], _SPOKEN)
        try:
            spoken = decode(_spoken, data) if data else []
        except Unreadable:
            spoken = []
        return [
            (milliseconds(each.ts) or 0, model)
            for each in spoken
            if isinstance(each, Spoken)
            for piece in _texts(each.content)
            for model in _MODEL.findall(piece)[-1:]
        ]


def _texts(content: object) -> list[str]:
    """Return the texts of a message that tell the model of its surroundings."""
    pieces = content if isinstance(content, list) else [content]
    texts = (each.get("text") if isinstance(each, dict) else each for each in pieces)
    return [each for each in texts if isinstance(each, str) and _ENVIRONMENT in each]


def kind_of(path: str) -> Kind | None:
    """Say how a file of the store grows."""
    is_ours = path.endswith((f"/{_SHOWN}", ".messages.json"))
    return "document" if is_ours else None


AGENT = Tasks("cline", "Cline")
ROO = Tasks("roo", "Roo Code")
KILO = Tasks("kilo-code", "Kilo Code")
