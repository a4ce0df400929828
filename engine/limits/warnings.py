"""Warnings: each level of the limit is told once in a window, across restarts."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from engine.reports import LEVELS, Level, Limit, Warned

SETTING = "warned"


class _Kept(Struct, frozen=True):
    window: int
    warned: tuple[Warned, ...]


class Warnings:
    """Which levels were told in the present window; kept as a text in the ledger."""

    def __init__(self, kept: str | None) -> None:
        self._window = 0
        self.warned: tuple[Warned, ...] = ()
        if kept is not None:
            try:
                state = msgspec.json.decode(kept, type=_Kept)
            except msgspec.DecodeError:
                return
            self._window, self.warned = state.window, state.warned

    def note(self, limit: Limit, window: int | None, now: int) -> bool:
        """Note the level a limit has reached in a window; return whether it is news.

        A level passed over on the way up is counted as told with the higher one.
        """
        if window is None:
            return False
        if window != self._window:
            self._window, self.warned = window, ()
        level = limit.level
        if level == "fine" or any(_is_up_to(level, warned.level) for warned in self.warned):
            return False
        self.warned = (Warned(level, window, _text(limit), now), *self.warned)
        return True

    def warned_in(self, window: int | None) -> tuple[Warned, ...]:
        """Return what was told in a window, latest first."""
        return self.warned if window == self._window else ()

    def kept(self) -> str:
        """Return the state as a text for the ledger."""
        return msgspec.json.encode(_Kept(self._window, self.warned)).decode()


def _text(limit: Limit) -> str:
    if limit.level == "reached":
        return f"The limit of this block is reached ({limit.label})."
    percent = int((limit.used_share or 0.0) * 100)
    return f"{percent} % of the limit of this block is used ({limit.label})."


def _is_up_to(level: Level, other: Level) -> bool:
    """Say whether a level is another one or lies below it."""
    in_order = [each for _, each in LEVELS]
    return in_order.index(level) >= in_order.index(other)
