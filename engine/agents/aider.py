"""Aider: the chat history in each project, which quotes what each message used and cost.

The figures are as Aider prints them, rounded to a thousand from ten thousand on, and cents.
Only the beginning of a run has a time, in local time, so all of a run is booked then. Tokens
of the cache are inside those sent, unless they are more.
"""

from __future__ import annotations

import os
import re
from datetime import datetime

import msgspec
from msgspec import Struct

from engine.agents.base import Agent, Kind, Lines, Place, Tokens, Told, Tree
from engine.domain.times import SECOND, open_zone

_FILE = ".aider.chat.history.md"
_STARTED = re.compile(rb"^# aider chat started at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s*$")
_MODEL = re.compile(rb"^> (?:Main model|Model): (\S+)")
_TOKENS = re.compile(
    rb"^> Tokens: ([\d.,]+[kM]?) sent"
    rb"(?:, ([\d.,]+[kM]?) cache write)?(?:, ([\d.,]+[kM]?) cache hit)?"
    rb", ([\d.,]+[kM]?) received\."
)
_COST = re.compile(rb"(?:^> |\. )Cost: \$([\d.,]+) (?:message|request|send)")
_FACTORS = {b"k": 1_000, b"M": 1_000_000}


class _Left(Struct):
    """What is known of the run that is being read."""

    started: str = ""
    time: int = 0
    model: str = ""
    number: int = 0
    """Messages of the run by now."""
    tokens: tuple[int, int, int, int] | None = None
    """Of the message before, where a line with its cost may follow."""


_left = msgspec.msgpack.Decoder(_Left)


class Aider(Agent):
    """Aider, with a project as root."""

    name = "aider"
    title = "Aider"
    has_records = False

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the project's own directory."""
        return (Tree("", _kind, is_deep=False),)

    def lines(self, place: Place, state: bytes, told: Told) -> Lines:
        """Return what reads a history on."""
        return _History(place, state, told)


class _History:
    """Reads a history on."""

    def __init__(self, place: Place, state: bytes, told: Told) -> None:
        self._place = place
        self._left = _left.decode(state) if state else _Left()
        self._told = told

    def read(self, line: bytes, offset: int) -> None:
        """Take a line; what Aider says by itself is quoted, or a title."""
        if not line.startswith((b"> ", b"# ")):
            self._left.tokens = None
        elif started := _STARTED.match(line):
            self._begin(started[1].decode())
        elif model := _MODEL.match(line):
            self._left.model = model[1].decode("utf-8", "replace")
        elif used := _TOKENS.match(line):
            sent, written, read, received = map(_number, used.groups())
            self._left.number += 1
            self._left.tokens = (sent, written, read, received)
            self._tell(line)
        elif self._left.tokens is not None:
            self._tell(line)
            self._left.tokens = None

    def _begin(self, started: str) -> None:
        zone = open_zone(None, os.environ)[1]
        time = round(datetime.fromisoformat(started).replace(tzinfo=zone).timestamp() * SECOND)
        self._left = _Left(started, time)

    def _tell(self, line: bytes) -> None:
        """Tell of the message before; a line with its cost tells of it once more."""
        left, cost = self._left, _COST.search(line)
        if left.tokens is None or not left.time:
            return
        sent, written, read, received = left.tokens
        inside = written + read if written + read <= sent else 0
        self._told.see(
            f"{left.started}\n{left.number}\n{sent}\n{received}",
            time=left.time,
            model=left.model,
            tokens=Tokens(sent - inside, received, read, written),
            session=left.started,
            directory=self._place.root,
            cost=float(cost[1].replace(b",", b"").rstrip(b".")) if cost else None,
        )

    def state(self) -> bytes:
        """Return what reading on needs to know."""
        return msgspec.msgpack.encode(self._left)


def _number(printed: bytes | None) -> int:
    """Return a number as Aider prints it: `812`, `2.1k`, `14k`."""
    if not printed:
        return 0
    factor = _FACTORS.get(printed[-1:], 1)
    digits = printed.rstrip(b"kM").replace(b",", b"").rstrip(b".")
    return round(float(digits or b"0") * factor)


def _kind(path: str) -> Kind | None:
    return "lines" if path == _FILE else None


AGENT = Aider()
