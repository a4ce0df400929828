"""The optional native reader: compiled where there is a compiler, and never needed.

It reads what is usual in Claude Code's transcripts and tells of all else where it stands, so
that the rules for that are in one place, `engine.agents.claude` and `engine.domain.responses`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from engine.native.scanner import Chunk

    IsAsListed = Callable[[list[tuple[str, int, int, int]], list[list[str]], bytes], bool]

SWITCH = "CCMON_NATIVE"
"""The environment variable that turns the native reader off where it is `0`."""
FORM = 2
"""Counts up with the rules for lines; a module compiled for others is not used."""


def native_chunk(environment: Mapping[str, str]) -> type[Chunk] | None:
    """Return what reads natively, `None` where it was not compiled or is turned off."""
    scanner = _scanner(environment)
    return scanner.Chunk if scanner is not None else None


def native_listing(environment: Mapping[str, str]) -> IsAsListed | None:
    """Return what looks natively whether files are as listed, `None` where nothing does."""
    return getattr(_scanner(environment), "is_as_listed", None)


def _scanner(environment: Mapping[str, str]) -> ModuleType | None:
    """Return the compiled module, `None` where there is none, or one of another form."""
    if environment.get(SWITCH, "").strip() == "0":
        return None
    try:
        from engine.native import scanner
    except ImportError:
        return None
    return scanner if scanner.FORM == FORM else None


def reader_name(environment: Mapping[str, str]) -> str:
    """Return which reader transcripts are read with: `native` or `python`."""
    return "python" if native_chunk(environment) is None else "native"
