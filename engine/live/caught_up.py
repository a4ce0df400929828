"""What a status line asks for: one session read on, whether all else was read, a glance at it.

It does with a part of what reads and shows, and loads no more than that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING

from engine.domain.responses import CLAUDE
from engine.domain.settings import Settings
from engine.ingest.roots import Roots
from engine.ingest.transcripts import Transcripts
from engine.ledger.book import Ledger

if TYPE_CHECKING:
    from engine.domain.glances import Glance
    from engine.ledger.owned_rows import OwnedReader
    from engine.limits.readings import Reading


def caught_up_setting(scopes: Mapping[str, int]) -> str:
    """Return the setting that has when all there was of some scopes, by agent, had been read.

    It is that of Claude Code's scope, where there is one: who asks has use of no other.
    """
    scope = scopes.get(CLAUDE, "")
    return f"caught_up_at.{scope or ','.join(map(str, scopes.values()))}"


def caught_up_at(ledger: Ledger, roots: Roots) -> int:
    """Return when a process had read all there was, 0 where none has."""
    return int(ledger.setting(caught_up_setting(roots.open_scopes((CLAUDE,)))) or 0)


def read_session(ledger: Ledger, settings: Settings, roots: Roots, transcript: str) -> bool:
    """Read what is new of one session; return whether the ledger could take it all.

    Raises `sqlite3.Error`.
    """
    from engine.ledger.differences import FiguresTooLarge

    roots.open_scopes((CLAUDE,))
    found = Transcripts(ledger, settings).scans_of_session(roots.claude_in_force(), transcript)
    try:
        for root, scans in found.items():
            ledger.take(root, scans)
    except FiguresTooLarge:
        return False
    return True


def glance_at(
    ledger: Ledger,
    roots: Roots,
    zone: tuple[str, tzinfo],
    now: int,
    session: str | None,
    five_hours: Reading | None,
) -> Glance:
    """Return what is shown of a session, of today and of the active block (UTC milliseconds).

    The block is the window that `five_hours` tells of, with what its owner used, where that is
    given.
    """
    from engine.ledger.rows import Reader
    from engine.reports.glance import glance

    reader = Reader(ledger, tuple(roots.open_scopes((CLAUDE,)).values()))
    end: int | None = None
    own: Reader | OwnedReader = reader
    if five_hours is not None:
        from engine.ledger.owned_rows import reader_of

        paths = roots.claude_paths()
        end, own = five_hours.resets_at, reader_of(ledger, paths, five_hours.owner, reader)
    return glance(reader, own, ledger.names, zone, now, session, end)
