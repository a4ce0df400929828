"""Claude Code's telemetry, as the service was sent it: one line for each request to the API.

It tells of sessions whose transcripts are elsewhere, in a container or on another machine. Where
a session's transcript is in the ledger, the ledger counts that alone (`engine.ledger.stand_ins`).
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from engine.agents.base import Agent, Kind, Lines, Place, Tokens, Told, Tree, Unreadable, count
from engine.domain.responses import TELEMETRY

_ENDING = ".jsonl"


class ApiRequest(Struct, frozen=True, omit_defaults=True, gc=False):
    """One request to the API, as a line of a file tells it."""

    id: str
    """Names it among all; the same event sent again has the same."""
    time: int
    """When it was answered, UTC milliseconds."""
    session: str
    model: str
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    cost_usd: float | None = None
    """What Claude Code reckons at list prices."""
    is_fast: bool = False
    is_beside: bool = False
    """Not of the session's main chain: a sub-agent's, or one for a title."""

    @property
    def says_anything(self) -> bool:
        """Whether it has tokens or a cost; without both it is not a response."""
        return bool(
            self.input or self.output or self.cache_read or self.cache_write or self.cost_usd
        )


_line = msgspec.json.Decoder(ApiRequest)


def encoded(requests: list[ApiRequest]) -> bytes:
    """Return requests as lines."""
    return b"".join(msgspec.json.encode(each) + b"\n" for each in requests)


class ClaudeTelemetry(Agent):
    """Claude Code by its telemetry, with a directory of ccmon's own as root."""

    name = TELEMETRY
    title = "Claude Code (telemetry)"
    note = "counts only in sessions whose transcript is not in the ledger"

    def trees(self, root: str) -> tuple[Tree, ...]:
        """Return the directory itself."""
        return (Tree("", _kind),)

    def lines(self, place: Place, state: bytes, told: Told) -> Lines:
        """Return what reads a day's file on."""
        return _Requests(told)


class _Requests:
    """Reads a file on (`engine.agents.base.Lines`); each line says all it means."""

    def __init__(self, told: Told) -> None:
        self._told = told

    def read(self, line: bytes, offset: int) -> None:
        """Take a request."""
        try:
            request = _line.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unreadable(str(error)) from error
        self._told.see(
            f"{request.session}\n{request.id}",
            time=request.time,
            model=request.model,
            tokens=Tokens(
                *map(count, (request.input, request.output)),
                *map(count, (request.cache_read, request.cache_write)),
            ),
            session=request.session,
            cost=request.cost_usd,
            is_fast=request.is_fast,
            is_sidechain=request.is_beside,
        )

    def state(self) -> bytes:
        """Return nothing: reading on needs to know nothing."""
        return b""


def _kind(path: str) -> Kind | None:
    return "lines" if path.endswith(_ENDING) and "/" not in path else None


AGENT = ClaudeTelemetry()
