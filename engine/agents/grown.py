"""Books what grew in a store that holds one growing count per session.

An increment is named by its session and by how much the session had used before it: reading
again from the same state, or from an older one, tells of the same increment, or of one that
has grown and takes its place.
"""

from __future__ import annotations

import msgspec

from engine.agents.base import Tokens, Told
from engine.domain.responses import PICO

Used = tuple[int, int, int, int, int, int]
"""Input, output with the reasoning, cache read, cache write, reasoning, pico-dollars."""

NOTHING: Used = (0, 0, 0, 0, 0, 0)

_MOST_IN_ALL = 10**15
"""A larger count is damage."""

_decode = msgspec.msgpack.Decoder(dict[str, Used]).decode


class Grown:
    """What each session had used when it was last seen, and what is new."""

    def __init__(self, state: bytes, told: Told) -> None:
        self._used = _decode(state) if state else {}
        self._told = told

    def used(self, session: str, part: str = "") -> Used | None:
        """Return what a session had used, `None` for one that was not seen before."""
        return self._used.get(_name(session, part))

    def book(
        self,
        session: str,
        used: Used,
        *,
        time: int,
        model: str,
        part: str = "",
        directory: str = "",
        provider: str = "",
        is_sidechain: bool = False,
    ) -> None:
        """Book at a moment what a session has used since it was last seen.

        A count that became smaller has used nothing new, until it is larger than ever.
        `part` names a count of several that a session has.
        """
        name = _name(session, part)
        before = self._used.get(name, NOTHING)
        after = tuple(map(max, used, before))
        if after == before:
            return
        given, output, read, written, reasoning, cost = (
            new - old for new, old in zip(after, before, strict=True)
        )
        self._used[name] = (after[0], after[1], after[2], after[3], after[4], after[5])
        self._told.see(
            f"{name}\n{sum(before[:4])}\n{before[5]}",
            time=time,
            model=model,
            tokens=Tokens(given, output, read, written),
            session=session,
            directory=directory,
            provider=provider,
            reasoning=reasoning,
            cost=cost / PICO if cost else None,
            is_sidechain=is_sidechain,
        )

    def state(self) -> bytes:
        """Return what reading on needs to know."""
        return msgspec.msgpack.encode(self._used)


def whole(value: object) -> int:
    """Return the token count of a whole session; what cannot be one is 0."""
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return value if 0 < value <= _MOST_IN_ALL else 0


def _name(session: str, part: str) -> str:
    return f"{session}\n{part}" if part else session
