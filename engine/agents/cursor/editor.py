"""Reads the sign-in token that Cursor's editor keeps; only ever after the user's yes."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from engine.agents.cursor.tokens import SessionToken, TokenError, parse_token
from engine.agents.opened import open_read_only
from engine.domain.paths import support
from engine.domain.system import PLATFORM

_KEY = "cursorAuth/accessToken"
_BELOW = ("Cursor", "User", "globalStorage", "state.vscdb")


def editor_store(
    environment: Mapping[str, str], home: Path, platform: str = PLATFORM
) -> Path | None:
    """Return the editor's own database, `None` where there is none."""
    path = support(environment, home, platform).joinpath(*_BELOW)
    return path if os.path.exists(path) else None


def editor_token(store: Path) -> SessionToken:
    """Return the token in the editor's database, which is only read; raises `TokenError`."""
    try:
        with closing(open_read_only(str(store))) as connection:
            row = connection.execute(
                "SELECT CAST(value AS TEXT) FROM ItemTable WHERE key = ?", (_KEY,)
            ).fetchone()
    except sqlite3.Error:
        raise TokenError(
            f"{store} cannot be read: close Cursor and try again, or paste the token."
        ) from None
    if row is None or not row[0]:
        raise TokenError("Cursor's editor is not signed in: sign in there, or paste the token.")
    try:
        return parse_token(row[0])
    except TokenError:
        raise TokenError(
            "Cursor's editor keeps no token that its web site takes: paste the token."
        ) from None
