"""Books what grew in a store that holds one growing count per session.

Where the store says when replies came, an increment is spread over them. It is named by its
session and by how much the session had used before it: reading again from the same state, or
from an older one, tells of the same increment, or of one that has grown and takes its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct

from engine.agents.base import Tokens, Told
from engine.agents.shares import part, share
from engine.domain.responses import PICO

Used = tuple[int, int, int, int, int, int]
"""Input, output with the reasoning, cache read, cache write, reasoning, pico-dollars."""

NOTHING: Used = (0, 0, 0, 0, 0, 0)

_MOST_IN_ALL = 10**15
"""A larger count is damage."""


class Reply(Struct, frozen=True):
    """An answer of which is known when it came, and maybe by which model, but not its counts."""

    time: int
    model: str = ""
    provider: str = ""


_decode = msgspec.msgpack.Decoder(dict[str, Used]).decode


class Left(Struct, array_like=True):
    """Where reading left off in a store that says more than its counts: others derive from it."""

    used: bytes = b""
    """Of the counts (`Grown.state`)."""


L = TypeVar("L", bound=Left)


class Grown:
    """What each session had used when it was last seen, and what is new."""

    def __init__(self, state: bytes, told: Told) -> None:
        self._used = _decode(state) if state else {}
        self._told = told

    def used(self, session: str, part: str = "") -> Used | None:
        """Return what a session had used, `None` for one that was not seen before."""
        return self._used.get(_name(session, part))

    def moment(self, session: str, first: int | None, later: int, part: str = "") -> int:
        """Return when to book what is new of a session.

        That is `first`, when the session began, where it was not seen before and that is known.
        """
        is_new = self.used(session, part) is None
        return first if is_new and first is not None else later

    def cover(self, session: str, used: Used, part: str = "") -> None:
        """Take what a session has used for booked: it was, under another name."""
        name = _name(session, part)
        self._used[name] = _larger(self._used.get(name, NOTHING), used)

    def book(
        self,
        session: str,
        used: Used,
        *,
        time: int,
        model: str,
        part: str = "",
        replies: Sequence[Reply] = (),
        directory: str = "",
        provider: str = "",
        is_sidechain: bool = False,
    ) -> bool:
        """Book what a session has used since it was last seen; return whether that is anything.

        It is spread evenly over replies, or was used at a moment where there are none. A count
        that became smaller has used nothing new, until it is larger than ever. `part` names a
        count of several that a session has.
        """
        name = _name(session, part)
        before = self._used.get(name, NOTHING)
        after = _larger(used, before)
        if after == before:
            return False
        self._used[name] = after
        new = tuple(now - then for now, then in zip(after, before, strict=True))
        spread = replies or (Reply(time),)
        for number, reply in enumerate(spread):
            given, output, read, written, _, cost = (
                share(whole, number, len(spread)) for whole in new
            )
            self._told.see(
                f"{name}\n{sum(before[:4])}\n{before[5]}" + (f"\n{number}" if number else ""),
                time=reply.time,
                model=reply.model or model,
                tokens=Tokens(given, output, read, written),
                session=session,
                directory=directory,
                provider=reply.provider or provider,
                reasoning=_reasoning(new, number, len(spread)),
                cost=cost / PICO if cost else None,
                is_sidechain=is_sidechain,
            )
        return True

    def state(self) -> bytes:
        """Return what reading on needs to know."""
        return msgspec.msgpack.encode(self._used)


def left_in(state: bytes, form: type[L]) -> L:
    """Return where reading left off; a state of another form is that of the counts alone."""
    try:
        return msgspec.msgpack.decode(state, type=form) if state else form()
    except msgspec.ValidationError:
        return form(used=state)


def whole(value: object) -> int:
    """Return the token count of a whole session; what cannot be one is 0."""
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return value if 0 < value <= _MOST_IN_ALL else 0


def _larger(one: Used, other: Used) -> Used:
    given, output, read, written, reasoning, cost = map(max, one, other)
    return (given, output, read, written, reasoning, cost)


def _reasoning(used: tuple[int, ...], number: int, parts: int) -> int:
    """Return the reasoning within one part of the output, so that all of it is in some part."""
    output = used[1]
    before = output * number // parts
    return part(used[4], before, share(output, number, parts), output)


def _name(session: str, part: str) -> str:
    return f"{session}\n{part}" if part else session
