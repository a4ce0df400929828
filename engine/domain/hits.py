"""A limit that was hit, as a transcript tells it, and the mark of lines that may tell one."""

from __future__ import annotations

from msgspec import Struct

FIVE_HOUR, SEVEN_DAY, SPEND_LIMIT = "five_hour", "seven_day", "spend_limit"
"""Windows of Claude Code, by the names that it gives them."""

MARK = b'"isApiErrorMessage"'
"""Bytes that every line of an error holds, and no text can: quotes in texts are escaped."""


class Hit(Struct, frozen=True, gc=False, array_like=True):
    """A refusal since a limit was hit; times are UTC milliseconds."""

    id: int
    """A 63-bit number of the line's own id, which its copies in other files share."""
    time: int
    session: str
    window: str
    """`five_hour`, `seven_day`, `seven_day:<model>` as the message names it, `spend_limit`
    (money beyond the plan: usage credits, extra usage, spend limits and budgets), `credits`
    (the prepaid balance of an API key), another window by its own name, or `unknown`."""
    resets_at: int | None
    """When one may go on, to the minute; of a message written again later it may be past."""
    is_extra_usage: bool
    """The refused request was already beyond the plan."""
    is_sidechain: bool


def window_of_type(kind: str) -> str:
    """Return the window of a `rateLimitType`, or of the same name where use is reported."""
    if kind == "overage":
        return SPEND_LIMIT
    if kind in ("seven_day_opus", "seven_day_sonnet"):
        return f"seven_day:{kind.removeprefix('seven_day_').capitalize()}"
    return kind
