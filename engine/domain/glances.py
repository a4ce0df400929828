"""What a status line shows at a glance; units are those of `engine.domain.reports`."""

from __future__ import annotations

from msgspec import Struct

from engine.domain.reports import Figures
from engine.domain.running_blocks import Block, BurnRate


class Glance(Struct, frozen=True, kw_only=True):
    """What the status line shows: one session, today, and the active block."""

    now: int
    zone: str
    session: Figures | None
    """`None` where nothing of the session is known."""
    today: Figures
    block: Block | None
    burn_rate: BurnRate
    context: int | None = None
    """Tokens in the context of the session's main chain."""
    longest_context: int = 0
    """The most that were in one of its model."""
    is_compacted: bool = False
    """The context was compacted, and nothing has told since how long it is."""
