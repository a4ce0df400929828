"""Answers that took long, kept until the ledger's next revision.

They stand among the settings: whoever asks the same of the same ledger finds them, whichever
process made them. No revision is theirs, for they say nothing that the ledger does not.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.ledger.connection import Connection

_NAME = "answer."
_PAST = "answer/"
"""Comes after all names that begin so."""
_MOST = 8
_LONGEST = 1 << 20
"""Characters of an answer that is kept."""


class KeptAnswers:
    """Answers by what was asked, as text; each holds for one revision of the ledger."""

    def __init__(self, ledger: Connection) -> None:
        self._ledger = ledger

    def revision(self) -> int:
        """Return the ledger's revision, as of the moment at which it is asked."""
        return self._ledger.revision()

    def get(self, asked: str, revision: int) -> str | None:
        """Return the answer to what is asked as of a revision, `None` where none is kept."""
        value = self._ledger.setting(_NAME + asked)
        kept, _, text = (value or "").partition(" ")
        return text if kept == str(revision) else None

    def keep(self, asked: str, revision: int, text: str) -> None:
        """Keep an answer made of a revision, and drop what holds no more, where that can be."""
        if len(text) > _LONGEST:
            return
        ledger = self._ledger
        with suppress(sqlite3.Error), ledger.unnumbered_transaction():
            names = ledger.connection.execute(
                "SELECT name, value LIKE ? FROM settings WHERE name > ? AND name < ?",
                (f"{revision} %", _NAME, _PAST),
            ).fetchall()
            is_full = len(names) >= _MOST
            over = [(name,) for name, holds in names if is_full or not holds]
            ledger.connection.executemany("DELETE FROM settings WHERE name = ?", over)
            ledger.put_setting(_NAME + asked, f"{revision} {text}")
